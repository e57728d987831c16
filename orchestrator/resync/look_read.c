#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/printable.h"
#include "base/redact.h"
#include "pg/logline.h"
#include "resync/look.h"
#include "resync/look_script.h"

enum { CONTROL_MOST = 8 * 1024, SHOWN_MOST = 4 * 1024 };

/* What is gathered over several lines. */
struct reader {
	struct look_side *side;
	int version_num;
	struct buf control; /* pg_controldata's lines */
	char head[2 * 64 + 1];
	bool fatal_is_replication, standby_mode, standby_signal;
};

typedef void read_fn(struct reader *r, const char *value);

/* Whole or not at all: half a name is another name. */
static void take(char *out, size_t size, const char *value)
{
	size_t n = strlen(value);

	if (n < size)
		memcpy(out, value, n + 1);
}

static void take_shown(char *out, size_t size, const char *value)
{
	scoped_buf clean, shown;
	size_t n;

	buf_init(&clean, SHOWN_MOST);
	buf_init(&shown, SHOWN_MOST);
	redact_text(&clean, value, strlen(value));
	printable_add(&shown, clean.bytes, clean.used, PRINTABLE_LINE);
	n = shown.used < size - 1 ? shown.used : size - 1;
	/* A character is not cut in the middle. */
	while (n > 0 && n < shown.used && ((unsigned char)shown.bytes[n] & 0xC0) == 0x80)
		n--;
	memcpy(out, shown.bytes, n);
	out[n] = '\0';
}

static int64_t number(const char *value)
{
	char *end;
	long long n = strtoll(value, &end, 10);

	return end == value || *end || n < 0 ? -1 : n;
}

static void machine_id(struct reader *r, const char *value)
{
	take(r->side->machine_id, sizeof(r->side->machine_id), value);
}

static void boot_id(struct reader *r, const char *value)
{
	take(r->side->boot_id, sizeof(r->side->boot_id), value);
}

static void hostname(struct reader *r, const char *value)
{
	take_shown(r->side->hostname, sizeof(r->side->hostname), value);
}

static void add_address(char addresses[][64], int *n, const char *value, size_t length)
{
	if (length == 0 || length >= 64 || *n == LOOK_ADDRESSES)
		return;
	if (strspn(value, "0123456789abcdefABCDEF.:%/") < length && !memchr(value, '%', length))
		return;
	memcpy(addresses[*n], value, length);
	addresses[*n][length] = '\0';
	++*n;
}

static void addresses(struct reader *r, const char *value)
{
	while (*value) {
		size_t n = strcspn(value, " \t");

		add_address(r->side->addresses, &r->side->n_addresses, value, n);
		value += n + strspn(value + n, " \t");
	}
}

static void conninfo_address(struct reader *r, const char *value)
{
	add_address(r->side->conninfo_addresses, &r->side->n_conninfo_addresses, value, strlen(value));
}

static void conninfo_host(struct reader *r, const char *value)
{
	take_shown(r->side->conninfo_host, sizeof(r->side->conninfo_host), value);
}

static void conninfo_hostaddr(struct reader *r, const char *value)
{
	if (!r->side->conninfo_host[0])
		conninfo_host(r, value);
}

static void clock_now(struct reader *r, const char *value)
{
	int64_t seconds = number(value);

	r->side->clock_us = seconds > 0 && seconds < INT64_MAX / 1000000 ? seconds * 1000000 : 0;
}

static void data_dir(struct reader *r, const char *value)
{
	r->side->data_dir_there = strcmp(value, "yes") == 0;
}

static void recovery_tmp(struct reader *r, const char *value)
{
	r->side->recovery_tmp_there = strcmp(value, "yes") == 0;
}

static void sync_left(struct reader *r, const char *value)
{
	r->side->sync_there = strcmp(value, "yes") == 0;
}

static void todelete_left(struct reader *r, const char *value)
{
	r->side->todelete_there = strcmp(value, "yes") == 0;
}

static void standby_signal(struct reader *r, const char *value)
{
	r->standby_signal = strcmp(value, "yes") == 0;
}

/* PostgreSQL takes a beginning of "true" and "yes", "on", and "1", in any case. */
static void standby_mode(struct reader *r, const char *value)
{
	size_t n = strlen(value);

	r->standby_mode = n > 0 && (strncasecmp(value, "true", n) == 0 || strncasecmp(value, "yes", n) == 0 ||
				    strcasecmp(value, "on") == 0 || strcmp(value, "1") == 0);
}

static void control_line(struct reader *r, const char *value)
{
	if (buf_adds(&r->control, value))
		buf_addc(&r->control, '\n');
}

static void control_head(struct reader *r, const char *value)
{
	take(r->head, sizeof(r->head), value);
}

static bool is_segment(const char *value)
{
	return strlen(value) == 24 && strspn(value, "0123456789ABCDEF") == 24;
}

static void oldest(struct reader *r, const char *value)
{
	if (is_segment(value))
		take(r->side->oldest_segment, sizeof(r->side->oldest_segment), value);
}

static void newest(struct reader *r, const char *value)
{
	if (is_segment(value))
		take(r->side->newest_segment, sizeof(r->side->newest_segment), value);
}

static int64_t bytes_of_kib(const char *value)
{
	int64_t kib = number(value);

	return kib < 0 || kib > INT64_MAX / 1024 ? -1 : kib * 1024;
}

static void used_kib(struct reader *r, const char *value)
{
	r->side->data_used_bytes = bytes_of_kib(value);
}

static void free_kib(struct reader *r, const char *value)
{
	r->side->data_free_bytes = bytes_of_kib(value);
}

static void process_line(struct reader *r, const char *value)
{
	struct look_side *s = r->side;

	if (strstr(value, "receiver"))
		take_shown(s->receiver_process, sizeof(s->receiver_process), value);
	else if (strstr(value, "sender") && s->n_sender_processes < LOOK_SENDERS)
		take_shown(s->sender_processes[s->n_sender_processes++], sizeof(s->sender_processes[0]), value);
}

static bool is_about_replication(enum logline_kind kind)
{
	switch ((int)kind) {
	case LOGLINE_WAL_REMOVED:
	case LOGLINE_SYSID_DIFFERS:
	case LOGLINE_TIMELINE_BEHIND:
	case LOGLINE_TIMELINE_FORKED:
	case LOGLINE_NOT_A_CHILD:
	case LOGLINE_FATAL_CONNECT:
	case LOGLINE_RECEIVE_ERROR:
	case LOGLINE_SENDERS_EXHAUSTED:
	case LOGLINE_RESTORE_FAILED:
	case LOGLINE_ABORTING_STARTUP:
	case LOGLINE_SETTING_TOO_LOW:
	case LOGLINE_RECOVERY_CONF_REFUSED:
		return true;
	default:
		return false;
	}
}

/* Lines come oldest first. Clients' own failures (a wrong password, a cancelled query) do not hide replication's. */
static void log_line(struct reader *r, const char *value)
{
	struct logline line;
	bool replication;

	logline_read(value, strlen(value), &line);
	replication = is_about_replication(line.kind);
	if (!replication && (r->fatal_is_replication || line.kind != LOGLINE_OTHER_FATAL))
		return;
	r->fatal_is_replication = replication;
	take_shown(r->side->last_fatal, sizeof(r->side->last_fatal), value);
}

static const struct {
	const char *key;
	read_fn *reads;
} keys[] = {
	{"machine_id", machine_id},
	{"boot_id", boot_id},
	{"hostname", hostname},
	{"addresses", addresses},
	{"clock", clock_now},
	{"data_dir", data_dir},
	{"standby_signal", standby_signal},
	{"standby_mode", standby_mode},
	{"recovery_tmp", recovery_tmp},
	{"sync", sync_left},
	{"todelete", todelete_left},
	{"control", control_line},
	{"control_head", control_head},
	{"oldest", oldest},
	{"newest", newest},
	{"used", used_kib},
	{"free", free_kib},
	{"process", process_line},
	{"log", log_line},
	{"conninfo_host", conninfo_host},
	{"conninfo_hostaddr", conninfo_hostaddr},
	{"conninfo_address", conninfo_address},
};

static void read_line(struct reader *r, char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		return;
	*value++ = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strcmp(keys[i].key, line) == 0)
			keys[i].reads(r, value);
}

static uint64_t little_endian(const char *hex, size_t at, size_t n)
{
	uint64_t value = 0;

	for (size_t i = n; i-- > 0;) {
		char digits[3] = {hex[2 * (at + i)], hex[2 * (at + i) + 1], '\0'};

		value = value << 8 | strtoul(digits, NULL, 16);
	}
	return value;
}

/* Behind the first 20 bytes the latest checkpoint's redo LSN and timeline; until 10 the checkpoint before it stands
 * between them (src/include/catalog/pg_control.h). */
static void read_head_checkpoint(struct control *c, const char *hex)
{
	size_t redo = c->control_version >= 1100 ? 40 : 48;

	if (strlen(hex) < 2 * 64 || c->control_version < 900 || c->control_version > 3000)
		return;
	c->redo = little_endian(hex, redo, 8);
	c->timeline = (uint32_t)little_endian(hex, redo + 8, 4);
	c->has_timeline = c->timeline > 0 && c->timeline < 1000000;
	c->has_redo = c->redo > 0 && c->has_timeline;
}

/* pg_controldata of another version reads the file wrong, and warns: then only its first bytes count. */
static void read_control(struct reader *r)
{
	struct control *c = &r->side->control, head;
	struct error why;
	bool has_head = control_parse_head_hex(r->head, &head, &why);

	if (!strstr(r->control.bytes, "WARNING") && control_parse(r->control.bytes, c, &why) &&
	    (!has_head || c->system_identifier == head.system_identifier)) {
		r->side->has_control = true;
		return;
	}
	r->side->has_control = has_head;
	*c = (struct control){0};
	if (has_head) {
		*c = head;
		read_head_checkpoint(c, r->head);
	}
}

void look_script_read(struct look_side *side, int version_num, const char *out, size_t size)
{
	struct reader r = {.side = side, .version_num = version_num};
	scoped_buf line;

	buf_init(&r.control, CONTROL_MOST);
	buf_init(&line, SHOWN_MOST);
	side->data_free_bytes = side->data_used_bytes = -1;
	for (const char *at = out, *end = out + size; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);

		buf_clear(&line);
		if (buf_add(&line, at, n) && strlen(line.bytes) == n)
			read_line(&r, line.bytes);
		at += n + 1;
	}
	side->marker_there = version_num >= 1200 ? r.standby_signal : r.standby_mode;
	read_control(&r);
	buf_done(&r.control);
}
