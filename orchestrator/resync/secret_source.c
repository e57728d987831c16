#include "resync/secret_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/printable.h"
#include "base/redact.h"
#include "loop/process.h"
#include "loop/timer.h"

enum { PASS_OUTPUT_MOST = 16 * 1024 };

struct secret_source {
	struct timer reply_timer;
	struct process *process; /* NULL: none runs */
	struct secret *secret;
	struct error why;
	secret_source_fn *got; /* NULL once called or cancelled */
	void *ctx;
	char *text;
};

static unsigned pass_within_ms = 120 * 1000;

void secret_source_set_pass_within(unsigned ms)
{
	pass_within_ms = ms;
}

static void source_free(void *ctx)
{
	struct secret_source *s = ctx;

	secret_free(s->secret);
	free(s->text);
	free(s);
}

static void reply(void *ctx)
{
	struct secret_source *s = ctx;
	secret_source_fn *got = s->got;
	struct secret *secret = s->secret;

	s->got = NULL;
	s->secret = NULL;
	timer_close(&s->reply_timer, source_free);
	got(s->ctx, secret, secret ? NULL : &s->why);
}

/* The first line of what was read. */
static struct secret *first_line(const char *bytes, size_t n, struct error *why)
{
	const char *end = memchr(bytes, '\n', n);

	if (end)
		n = (size_t)(end - bytes);
	if (n > 0 && bytes[n - 1] == '\r')
		n--;
	if (n == 0) {
		error_set(why, ERROR_CONFIG, "its first line is empty");
		return NULL;
	}
	return secret_new(bytes, n, why);
}

/* ---- files ---- */

/* forbidden: permission bits that must not be set. */
static bool check_file(int fd, mode_t forbidden, struct error *why)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_set(why, ERROR_CONFIG, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(why, ERROR_CONFIG, "it is not a regular file");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return error_set(why, ERROR_CONFIG, "it belongs to user %u, not to us or root", (unsigned)st.st_uid);
	if (st.st_mode & forbidden)
		return error_set(why, ERROR_CONFIG, "others may use it (mode %04o): chmod 600",
				 (unsigned)st.st_mode & 07777);
	return true;
}

static struct secret *read_file(const char *path, mode_t forbidden, struct error *why)
{
	char bytes[SECRET_MOST + 2];
	struct secret *secret = NULL;
	/* Not through a link, and a FIFO must not make us wait. */
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n;

	if (fd < 0) {
		error_set(why, ERROR_CONFIG, "%s", errno == ELOOP ? "it is a symbolic link" : strerror(errno));
	} else if (check_file(fd, forbidden, why)) {
		n = read(fd, bytes, sizeof(bytes));
		if (n < 0)
			error_set(why, ERROR_CONFIG, "%s", strerror(errno));
		else
			secret = first_line(bytes, (size_t)n, why);
		explicit_bzero(bytes, sizeof(bytes));
	}
	if (fd >= 0)
		close(fd);
	if (!secret)
		error_in(why, "secret file %s", path);
	return secret;
}

static struct secret *read_credential(const char *name, struct error *why)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	struct secret *secret;
	char *path;

	if (!dir || *dir != '/') {
		error_set(why, ERROR_CONFIG,
			  "secret credential %s: $CREDENTIALS_DIRECTORY is not set: systemd gives it to a service",
			  name);
		return NULL;
	}
	if (!*name || strchr(name, '/') || name[0] == '.') {
		error_set(why, ERROR_CONFIG, "secret credential: not the name of one");
		return NULL;
	}
	path = mem_printf("%s/%s", dir, name);
	/* systemd may open them to the service's user by an access list, which shows as a group's right to read. */
	secret = read_file(path, 027, why);
	free(path);
	return secret;
}

/* ---- pass ---- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* `pass show FOLDER` prints a tree and exits 0: the name of the folder must not be taken for its secret. */
static bool is_folder(const char *out)
{
	const char *second = strchr(out, '\n');

	return second && (begins(second + 1, "\xe2\x94\x9c") || begins(second + 1, "\xe2\x94\x94") ||
			  begins(second + 1, "|-- ") || begins(second + 1, "`-- "));
}

/* The last line that says something, fit for showing. */
static void last_words(const char *err, char *ret, size_t size)
{
	scoped_buf redacted = {0}, shown = {0};
	size_t n = strlen(err), from;

	while (n > 0 && strchr("\r\n ", err[n - 1]))
		n--;
	for (from = n; from > 0 && err[from - 1] != '\n';)
		from--;
	buf_init(&redacted, 1024);
	buf_init(&shown, size - 1);
	redact_text(&redacted, err + from, n - from);
	printable_add(&shown, redacted.bytes, redacted.used, PRINTABLE_LINE);
	snprintf(ret, size, "%s", shown.used ? shown.bytes : "no reason given");
}

static struct secret *read_pass(const struct process_reply *r, struct error *why)
{
	char words[240];

	if (r->why && r->why->code == ERROR_TIMEOUT) {
		error_set(why, ERROR_TIMEOUT, "%s; gpg seems to wait for its owner's passphrase", r->why->text);
		return NULL;
	}
	if (r->why) {
		error_set(why, ERROR_CONFIG, "%s", r->why->text);
		return NULL;
	}
	if (r->status != 0) {
		last_words(r->err, words, sizeof(words));
		if (strstr(r->err, "is not in the password store"))
			error_set(why, ERROR_CONFIG, "there is no such entry");
		else
			error_set(why, ERROR_CONFIG, "pass failed (status %d): %s", r->status, words);
		return NULL;
	}
	if (is_folder(r->out)) {
		error_set(why, ERROR_CONFIG, "it is a folder, not an entry");
		return NULL;
	}
	return first_line(r->out, r->out_size, why);
}

static void pass_ended(void *ctx, const struct process_reply *r)
{
	struct secret_source *s = ctx;

	s->process = NULL;
	s->secret = read_pass(r, &s->why);
	if (!s->secret)
		error_in(&s->why, "pass entry %s", s->text);
	reply(s);
}

static void ask_pass(struct secret_source *s, uv_loop_t *loop)
{
	const char *const argv[] = {"pass", "show", "--", s->text, NULL};
	struct process_spec spec = {.argv = argv, .within_ms = pass_within_ms, .most = PASS_OUTPUT_MOST};

	s->process = process_run(loop, &spec, pass_ended, s);
}

struct secret_source *secret_source_get(uv_loop_t *loop, enum secret_kind kind, const char *text, secret_source_fn *got,
					void *ctx)
{
	struct secret_source *s = mem_new(struct secret_source);

	s->got = got;
	s->ctx = ctx;
	s->text = mem_strdup(text);
	timer_init(&s->reply_timer, loop, s);
	switch (kind) {
	case SECRET_PASS:
		ask_pass(s, loop);
		return s;
	case SECRET_FILE:
		s->secret = read_file(text, 077, &s->why);
		break;
	case SECRET_CREDENTIAL:
		s->secret = read_credential(text, &s->why);
		break;
	case SECRET_NOT_SET:
	default:
		error_set(&s->why, ERROR_CONFIG, "no secret is configured");
		break;
	}
	timer_after(&s->reply_timer, 0, reply);
	return s;
}

void secret_source_cancel(struct secret_source *s)
{
	if (!s->got)
		return;
	s->got = NULL;
	if (s->process)
		process_cancel(s->process);
	timer_close(&s->reply_timer, source_free);
}
