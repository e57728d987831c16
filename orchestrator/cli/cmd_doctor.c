/* doctor: what this machine has and lacks, and how to fix it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/context.h"
#include "cli/doctor.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/say.h"

struct doctor {
	const struct command_context *context;
	struct json *json; /* NULL: text */
	size_t bad;
};

static const struct {
	const char *word;
	enum paint paint;
} signs[] = {
	[DOCTOR_OK] = {"ok", PAINT_GOOD},
	[DOCTOR_NOTE] = {"note", PAINT_FAINT},
	[DOCTOR_WARNING] = {"warning", PAINT_ATTENTION},
	[DOCTOR_BAD] = {"missing", PAINT_BAD},
};

static void print_finding(struct doctor *d, const struct doctor_finding *f)
{
	bool color = context_color(d->context, STDOUT_FILENO);
	scoped_buf line;

	buf_init(&line, 4096);
	paint_on(&line, signs[f->sign].paint, color);
	buf_addf(&line, "%-8s", signs[f->sign].word);
	paint_off(&line, signs[f->sign].paint, color);
	say_data(&line);
	buf_clear(&line);
	buf_addf(&line, "%-12s %s", f->subject, f->found);
	say_line(stdout, line.bytes);
	if (f->fix != NULL && *f->fix) {
		buf_clear(&line);
		buf_addf(&line, "%-8s%-12s -> %s", "", "", f->fix);
		say_line(stdout, line.bytes);
	}
}

static void found(void *ctx, const struct doctor_finding *f)
{
	struct doctor *d = ctx;

	d->bad += f->sign == DOCTOR_BAD;
	if (d->json == NULL) {
		if (f->sign == DOCTOR_BAD || !d->context->quiet)
			print_finding(d, f);
		return;
	}
	json_open_object(d->json);
	json_put_string(d->json, "sign", signs[f->sign].word);
	json_put_string(d->json, "subject", f->subject);
	json_put_string(d->json, "found", f->found);
	json_put_string(d->json, "fix", f->fix);
	json_close_object(d->json);
}

static int doctor(struct command_context *context)
{
	struct doctor d = {.context = context};
	struct output o;

	if (context->json) {
		output_begin(&o);
		json_open_array(&o.json);
		d.json = &o.json;
	}
	doctor_look_libraries(found, &d);
	doctor_look_machine(found, &d);
	doctor_look_store(context, found, &d);
	doctor_look_secrets(context, found, &d);
	if (context->json) {
		json_close_array(&o.json);
		output_end(&o);
	}
	return d.bad > 0 ? STATUS_FAILED : STATUS_GOOD;
}

const struct command command_doctor = {
	"doctor",
	"",
	"say what this machine lacks, and how to fix it",
	"Looks at this machine only: libraries and their algorithms, ssh-agent, pass, the store,\n"
	"limits, clock and time zones. Ends with 1 when something needed is missing.",
	NULL,
	(const char *const[]){"pgresync doctor", "before the first run", NULL},
	0,
	0,
	doctor,
};
