#include "pg/control.h"

#include <stdlib.h>
#include <string.h>

/* pg_controldata's words (LC_ALL=C), by DBState. 9.0 put the third one in its place; it has been there since. */
static const char *const state_names[CONTROL_STATES] = {
	[CONTROL_STARTUP] = "starting up",
	[CONTROL_SHUTDOWNED] = "shut down",
	[CONTROL_SHUTDOWNED_IN_RECOVERY] = "shut down in recovery",
	[CONTROL_SHUTDOWNING] = "shutting down",
	[CONTROL_IN_CRASH_RECOVERY] = "in crash recovery",
	[CONTROL_IN_ARCHIVE_RECOVERY] = "in archive recovery",
	[CONTROL_IN_PRODUCTION] = "in production",
};

const char *control_state_name(enum control_state state)
{
	return state < CONTROL_STATES ? state_names[state] : "?";
}

bool control_is_standby(const struct control *c)
{
	return c->state == CONTROL_IN_ARCHIVE_RECOVERY || c->state == CONTROL_SHUTDOWNED_IN_RECOVERY;
}

/* Copies the value of "label:    value"; false when there is no such line. */
static bool value_of(const char *output, const char *label, char *ret, size_t size)
{
	size_t length = strlen(label);

	for (const char *line = output; line; line = strchr(line, '\n')) {
		size_t n;

		line += *line == '\n';
		if (strncmp(line, label, length) != 0 || line[length] != ':')
			continue;
		line += length + 1;
		line += strspn(line, " \t");
		n = strcspn(line, "\r\n");
		while (n > 0 && line[n - 1] == ' ')
			n--;
		if (n == 0 || n >= size)
			return false;
		memcpy(ret, line, n);
		ret[n] = '\0';
		return true;
	}
	return false;
}

static bool number_of(const char *output, const char *label, uint64_t most, uint64_t *ret)
{
	char text[32], *end;

	if (!value_of(output, label, text, sizeof(text)) || *text < '0' || *text > '9')
		return false;
	*ret = strtoull(text, &end, 10);
	return *end == '\0' && *ret <= most;
}

static bool small_number_of(const char *output, const char *label, uint32_t *ret)
{
	uint64_t n;

	if (!number_of(output, label, UINT32_MAX, &n))
		return false;
	*ret = (uint32_t)n;
	return true;
}

static bool position_of(const char *output, const char *label, lsn_t *ret)
{
	char text[32];

	return value_of(output, label, text, sizeof(text)) && lsn_parse(text, ret);
}

static bool state_of(const char *output, enum control_state *ret)
{
	char text[64];

	if (!value_of(output, "Database cluster state", text, sizeof(text)))
		return false;
	for (int i = 0; i < CONTROL_STATES; i++)
		if (strcmp(state_names[i], text) == 0) {
			*ret = (enum control_state)i;
			return true;
		}
	return false;
}

static void read_rest(const char *output, struct control *c)
{
	char name[64];

	small_number_of(output, "pg_control version number", &c->control_version);
	small_number_of(output, "Catalog version number", &c->catalog_version);
	c->has_timeline = small_number_of(output, "Latest checkpoint's TimeLineID", &c->timeline);
	c->has_checkpoint = position_of(output, "Latest checkpoint location", &c->checkpoint);
	c->has_redo = position_of(output, "Latest checkpoint's REDO location", &c->redo);
	c->has_segment_bytes = small_number_of(output, "Bytes per WAL segment", &c->segment_bytes) &&
			       lsn_segment_size_fits(c->segment_bytes);
	c->has_min_recovery = position_of(output, "Minimum recovery ending location", &c->min_recovery);
	small_number_of(output, "Min recovery ending loc's timeline", &c->min_recovery_timeline);
	if (value_of(output, "Latest checkpoint's REDO WAL file", name, sizeof(name)) &&
	    strlen(name) == LSN_SEGMENT_NAME - 1 && strspn(name, "0123456789ABCDEF") == LSN_SEGMENT_NAME - 1)
		memcpy(c->redo_wal_file, name, LSN_SEGMENT_NAME);
}

bool control_parse(const char *output, struct control *ret, struct error *why)
{
	*ret = (struct control){0};
	if (strstr(output, "CRC checksum does not match"))
		return error_set(why, ERROR_HOST, "the control file is damaged: its checksum does not match");
	if (!number_of(output, "Database system identifier", UINT64_MAX, &ret->system_identifier) ||
	    ret->system_identifier == 0)
		return error_set(why, ERROR_HOST, "pg_controldata does not tell the system identifier");
	if (!state_of(output, &ret->state))
		return error_set(why, ERROR_HOST, "pg_controldata does not tell the state of the cluster");
	read_rest(output, ret);
	return true;
}

static uint32_t little_endian(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

bool control_parse_head(const unsigned char *bytes, size_t n, struct control *ret, struct error *why)
{
	uint32_t state;

	*ret = (struct control){0};
	if (n < CONTROL_HEAD_BYTES)
		return error_set(why, ERROR_HOST, "global/pg_control is too short");
	ret->system_identifier = (uint64_t)little_endian(bytes + 4) << 32 | little_endian(bytes);
	ret->control_version = little_endian(bytes + 8);
	ret->catalog_version = little_endian(bytes + 12);
	state = little_endian(bytes + 16);
	/* 937 was 9.3's, 1800 is 18's; the catalog version is a date and a digit. The other byte order fails here. */
	if (ret->system_identifier == 0 || ret->control_version < 900 || ret->control_version > 9999 ||
	    ret->catalog_version < 200000000 || ret->catalog_version > 210000000 || state >= CONTROL_STATES)
		return error_set(why, ERROR_HOST, "global/pg_control is not a control file that we know");
	ret->state = (enum control_state)state;
	return true;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool control_parse_head_hex(const char *hex, struct control *ret, struct error *why)
{
	unsigned char bytes[CONTROL_HEAD_BYTES] = {0};
	size_t digits = 0;

	*ret = (struct control){0};
	for (; *hex && digits < 2 * sizeof(bytes); hex++) {
		int digit = digit_value(*hex);

		if (digit < 0 && !strchr(" \t\r\n", *hex))
			return error_set(why, ERROR_HOST, "the control file's bytes cannot be read");
		if (digit < 0)
			continue;
		bytes[digits / 2] = (unsigned char)(bytes[digits / 2] << 4 | digit);
		digits++;
	}
	return control_parse_head(bytes, digits / 2, ret, why);
}
