#include "inventory/audit_columns.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inventory/audit_canonical.h"
#include "inventory/text.h"

struct sink {
	audit_column_fn *column;
	void *ctx;
};

static void put_text(const struct sink *s, const char *name, const char *text)
{
	s->column(s->ctx, name, text ? text : "", text ? strlen(text) : 0, false);
}

static void put_number(const struct sink *s, const char *name, int64_t number)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%lld", (long long)number);

	s->column(s->ctx, name, text, (size_t)n, true);
}

/* -1 stands for "none". */
static void put_optional(const struct sink *s, const char *name, int64_t number)
{
	if (number < 0)
		s->column(s->ctx, name, NULL, 0, true);
	else
		put_number(s, name, number);
}

static void canonical_hex(struct buf *hex, const struct audit_record *r)
{
	static const char digits[] = "0123456789abcdef";
	scoped_buf bytes = {0};

	buf_init(&bytes, AUDIT_CANONICAL_MOST);
	buf_init(hex, (size_t)2 * AUDIT_CANONICAL_MOST);
	audit_canonical(&bytes, r);
	for (size_t i = 0; i < bytes.used; i++) {
		unsigned char byte = (unsigned char)bytes.bytes[i];

		buf_addc(hex, digits[byte >> 4]);
		buf_addc(hex, digits[byte & 15]);
	}
}

static void put_canonical(const struct sink *s, const struct audit_record *r)
{
	scoped_buf hex = {0};

	canonical_hex(&hex, r);
	s->column(s->ctx, "canonical", hex.bytes, hex.used, false);
}

/* Output that is not text is written as base64. */
static void put_output(const struct sink *s, const struct audit_record *r)
{
	scoped_mem char *encoded = NULL;

	if (text_is_clean(r->output, r->output_length)) {
		put_text(s, "output_encoding", "text");
		s->column(s->ctx, "output", r->output, r->output_length, false);
		return;
	}
	encoded = mem_alloc(4 * (r->output_length / 3 + 1) + 1);
	EVP_EncodeBlock((unsigned char *)encoded, (const unsigned char *)r->output, (int)r->output_length);
	put_text(s, "output_encoding", "base64");
	put_text(s, "output", encoded);
}

static void put_actor(const struct sink *s, const struct actor *a)
{
	put_text(s, "user", a->user);
	put_text(s, "sudo_user", a->sudo_user);
	put_text(s, "tty", a->tty);
	put_text(s, "from_address", a->from);
	put_text(s, "controller", a->controller);
	put_text(s, "behalf", a->behalf);
	put_number(s, "pid", a->pid);
}

void audit_columns(const struct audit_record *r, audit_column_fn *column, void *ctx)
{
	struct sink sink = {column, ctx}, *s = &sink;
	char time[32];

	put_number(s, "seq", r->seq);
	put_text(s, "time", clock_format_utc(time, sizeof(time), r->wall_us));
	put_number(s, "wall_us", r->wall_us);
	put_actor(s, &r->by);
	put_text(s, "event", r->event);
	put_number(s, "run", r->run);
	put_text(s, "host", r->host);
	put_text(s, "row", r->row);
	put_text(s, "kind", r->kind);
	put_number(s, "attempt", r->attempt);
	put_text(s, "outcome", r->outcome);
	put_optional(s, "exit_status", r->exit_status);
	put_optional(s, "duration_ms", r->duration_ms);
	put_text(s, "reason", r->reason);
	put_text(s, "command", r->command);
	put_text(s, "detail", r->detail);
	put_text(s, "output_sha256", r->output_sha256);
	put_text(s, "entry_sha256", r->entry_sha256);
	put_number(s, "journal", r->journal);
	put_number(s, "output_dropped", r->output_dropped);
	put_output(s, r);
	put_text(s, "prev_hash", r->prev_hash);
	put_text(s, "hash", r->hash);
	put_canonical(s, r);
}

void audit_row_init(struct audit_row *row)
{
	memset(row, 0, sizeof(*row));
	row->record.exit_status = -1;
	row->record.duration_ms = -1;
	row->record.output = "";
}

void audit_row_done(struct audit_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		free(row->texts[i]);
	memset(row, 0, sizeof(*row));
}

static bool set_number(struct audit_record *r, const char *name, int64_t number)
{
	const struct {
		const char *name;
		int64_t *place;
	} wide[] = {{"seq", &r->seq},
		    {"wall_us", &r->wall_us},
		    {"pid", &r->by.pid},
		    {"run", &r->run},
		    {"journal", &r->journal},
		    {"duration_ms", &r->duration_ms},
		    {"output_dropped", &r->output_dropped}};
	const struct {
		const char *name;
		int *place;
	} narrow[] = {{"attempt", &r->attempt}, {"exit_status", &r->exit_status}};

	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (strcmp(wide[i].name, name) == 0) {
			*wide[i].place = number;
			return true;
		}
	for (size_t i = 0; i < sizeof(narrow) / sizeof(narrow[0]); i++)
		if (strcmp(narrow[i].name, name) == 0) {
			*narrow[i].place = number < INT_MIN || number > INT_MAX ? INT_MIN : (int)number;
			return true;
		}
	return false;
}

static bool set_actor(struct actor *a, const char *name, const char *text)
{
	const struct {
		const char *name;
		char *place;
		size_t size;
	} all[] = {{"user", a->user, sizeof(a->user)},
		   {"sudo_user", a->sudo_user, sizeof(a->sudo_user)},
		   {"tty", a->tty, sizeof(a->tty)},
		   {"from_address", a->from, sizeof(a->from)},
		   {"controller", a->controller, sizeof(a->controller)},
		   {"behalf", a->behalf, sizeof(a->behalf)}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].name, name) == 0) {
			snprintf(all[i].place, all[i].size, "%s", text);
			return true;
		}
	return false;
}

static bool set_text(struct audit_record *r, const char *name, const char *text)
{
	const struct {
		const char *name;
		const char **place;
	} all[] = {{"event", &r->event},
		   {"host", &r->host},
		   {"row", &r->row},
		   {"kind", &r->kind},
		   {"outcome", &r->outcome},
		   {"reason", &r->reason},
		   {"command", &r->command},
		   {"detail", &r->detail},
		   {"output_sha256", &r->output_sha256},
		   {"entry_sha256", &r->entry_sha256},
		   {"prev_hash", &r->prev_hash},
		   {"hash", &r->hash}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].name, name) == 0) {
			*all[i].place = text;
			return true;
		}
	return false;
}

/* Those that are in no hash, or not as they are. */
static bool set_other(struct audit_row *row, const char *name, const char *text, size_t length)
{
	if (strcmp(name, "output_encoding") == 0) {
		row->output_is_base64 = strcmp(text, "base64") == 0;
		return row->output_is_base64 || strcmp(text, "text") == 0;
	}
	if (strcmp(name, "output") == 0) {
		row->record.output = text;
		row->record.output_length = length;
		return true;
	}
	if (strcmp(name, "time") == 0)
		row->time = text;
	else if (strcmp(name, "canonical") == 0)
		row->canonical = text;
	else
		return false;
	return true;
}

static bool may_be_none(const char *name)
{
	return strcmp(name, "exit_status") == 0 || strcmp(name, "duration_ms") == 0;
}

void audit_row_set(struct audit_row *row, const char *name, const char *text, size_t length)
{
	struct audit_record *r = &row->record;
	char *copy;

	if (!text) {
		row->known += may_be_none(name) ? 1 : 0;
		return;
	}
	if (row->count == sizeof(row->texts) / sizeof(row->texts[0]))
		return;
	copy = row->texts[row->count++] = mem_strndup(text, length);
	if (set_text(r, name, copy) || set_actor(&r->by, name, copy) || set_other(row, name, copy, length) ||
	    set_number(r, name, length ? (int64_t)strtoll(copy, NULL, 10) : -1))
		row->known++;
}

static bool decode_output(struct audit_row *row)
{
	struct audit_record *r = &row->record;
	size_t padding = 0;
	char *bytes;
	int n;

	if (!row->output_is_base64)
		return true;
	bytes = mem_alloc(r->output_length + 4);
	row->texts[row->count++] = bytes;
	n = EVP_DecodeBlock((unsigned char *)bytes, (const unsigned char *)r->output, (int)r->output_length);
	while (padding < 2 && padding < r->output_length && r->output[r->output_length - 1 - padding] == '=')
		padding++;
	if (n < (int)padding)
		return false;
	r->output = bytes;
	r->output_length = (size_t)n - padding;
	return true;
}

static void count_column(void *ctx, const char *name, const char *text, size_t length, bool number)
{
	(void)name;
	(void)text;
	(void)length;
	(void)number;
	++*(size_t *)ctx;
}

/* Each of our columns once, and nothing else. */
static bool is_complete(const struct audit_row *row)
{
	struct audit_record none = {.output = ""};
	size_t count = 0;

	audit_columns(&none, count_column, &count);
	return row->known == count;
}

/* Two columns repeat what others say. */
static bool repeats_agree(const struct audit_row *row)
{
	char time[32];
	scoped_buf hex = {0};

	canonical_hex(&hex, &row->record);
	return row->time && row->canonical && strcmp(hex.bytes, row->canonical) == 0 &&
	       strcmp(clock_format_utc(time, sizeof(time), row->record.wall_us), row->time) == 0;
}

bool audit_row_finish(struct audit_row *row)
{
	struct audit_record *r = &row->record;
	const char **texts[] = {&r->event,   &r->host,	 &r->row,	    &r->kind,	      &r->outcome,   &r->reason,
				&r->command, &r->detail, &r->output_sha256, &r->entry_sha256, &r->prev_hash, &r->hash};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!*texts[i])
			return false;
	return row->count < sizeof(row->texts) / sizeof(row->texts[0]) && is_complete(row) && repeats_agree(row) &&
	       decode_output(row);
}
