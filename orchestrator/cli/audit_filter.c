#include "cli/audit_filter.h"

#include <stdio.h>

#include "cli/context.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "inventory/host.h"

enum { RECORDS_SHOWN = 50, RECORD_MOST = 1024 * 1024 };

bool audit_filter_read(struct command_context *context, struct audit_filter *ret, struct error *why)
{
	int64_t limit = context->command == &command_audit ? RECORDS_SHOWN : 0;

	*ret = (struct audit_filter){
		.host = context_value(context, "host"),
		.actor = context_value(context, "actor"),
		.text = context_value(context, "text"),
	};
	if (!context_time(context, "since", &ret->since_us, why) ||
	    !context_time(context, "until", &ret->until_us, why) ||
	    !context_number(context, "run", 1, INT64_MAX, &ret->run, why) ||
	    !context_number(context, "limit", 1, 10000000, &limit, why))
		return false;
	if (ret->since_us != 0 && ret->until_us != 0 && ret->since_us >= ret->until_us)
		return error_set(why, ERROR_USAGE, "--since is not before --until");
	ret->limit = (size_t)limit;
	if (ret->host != NULL) {
		struct error unknown;
		const struct host *h = context_host(context, ret->host, &unknown);

		/* A host that has left the inventory still has a history. */
		if (h != NULL)
			ret->host = h->name;
	}
	return true;
}

bool audit_filter_leaves_out(const struct audit_filter *f)
{
	return f->since_us != 0 || f->until_us != 0 || f->host != NULL || f->actor != NULL || f->text != NULL ||
	       f->run != 0 || f->limit != 0;
}

static void put_record(struct json *j, const struct audit_record *r)
{
	json_open_object(j);
	json_put_number(j, "seq", r->seq);
	output_json_time(j, "time", r->wall_us);
	json_put_string(j, "user", r->by.user);
	json_put_string(j, "sudo_user", r->by.sudo_user);
	json_put_string(j, "tty", r->by.tty);
	json_put_string(j, "from", r->by.from);
	json_put_string(j, "controller", r->by.controller);
	json_put_string(j, "behalf", r->by.behalf);
	json_put_number(j, "pid", r->by.pid);
	json_put_string(j, "event", r->event);
	json_put_number(j, "run", r->run);
	json_put_string(j, "host", r->host);
	json_put_string(j, "row", r->row);
	json_put_string(j, "kind", r->kind);
	json_put_string(j, "outcome", r->outcome);
	json_put_number(j, "attempt", r->attempt);
	json_put_number(j, "exit_status", r->exit_status);
	json_put_number(j, "duration_ms", r->duration_ms);
	json_put_string(j, "reason", r->reason);
	json_put_string(j, "command", r->command);
	json_put_string(j, "detail", r->detail);
	json_put_string(j, "output_sha256", r->output_sha256);
	json_key(j, "output");
	json_add_bytes(j, r->output != NULL ? r->output : "", r->output_length);
	json_put_number(j, "output_dropped", r->output_dropped);
	json_put_string(j, "prev_hash", r->prev_hash);
	json_put_string(j, "hash", r->hash);
	json_close_object(j);
}

/* One record at a time, so that a long history needs little memory. */
static bool write_record(void *ctx, const struct audit_record *r)
{
	bool *first = ctx;
	scoped_buf text;
	struct json j;

	buf_init(&text, RECORD_MOST);
	json_begin(&j, &text);
	put_record(&j, r);
	json_end(&j);
	fputs(*first ? "\n" : ",\n", stdout);
	say_data(&text);
	*first = false;
	return !ferror(stdout);
}

bool audit_filter_write_json(struct store *s, const struct audit_filter *f, struct error *why)
{
	bool first = true;

	fputs("[", stdout);
	if (!audit_query(s, f, write_record, &first, why))
		return false;
	fputs(first ? "]\n" : "\n]\n", stdout);
	return true;
}
