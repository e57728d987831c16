/*
 * A scratch directory with a store, and a program that notes how it was called, for the tests of serve.
 */
#ifndef SERVE_SCRATCH_H
#define SERVE_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "inventory/actor.h"
#include "inventory/schedule.h"
#include "inventory/store.h"

struct scratch {
	char dir[64], program[96], calls[96], db[96];
	struct store *store;
};

static inline void scratch_begin(struct scratch *s)
{
	struct error why;

	snprintf(s->dir, sizeof(s->dir), "%s", "/tmp/pgresync-serve-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->program, sizeof(s->program), "%s/program", s->dir);
	snprintf(s->calls, sizeof(s->calls), "%s/calls", s->dir);
	snprintf(s->db, sizeof(s->db), "%s/pgresync.db", s->dir);
	s->store = store_open(s->db, STORE_CREATE, &why);
	if (!s->store)
		fail_msg("%s", why.text);
}

static inline void scratch_end(struct scratch *s)
{
	pid_t pid;

	if (s->store)
		store_close(s->store);
	pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", "--", s->dir, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

/* The program notes its arguments, a line a call, then does this. */
static inline void scratch_program(const struct scratch *s, const char *does)
{
	FILE *f = fopen(s->program, "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\nif [ \"$*\" = '' ]; then cat >>'%s'; exit 0; fi\necho \"$*\" >>'%s'\n%s\n", s->calls,
		s->calls, does);
	fclose(f);
	assert_int_equal(chmod(s->program, 0700), 0);
}

/* What it was called with; "" when never. */
static inline const char *scratch_calls(const struct scratch *s)
{
	static char text[8192];
	FILE *f = fopen(s->calls, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

static inline size_t scratch_count(const struct scratch *s, const char *words)
{
	size_t n = 0;

	for (const char *at = scratch_calls(s); (at = strstr(at, words)) != NULL; at += strlen(words))
		n++;
	return n;
}

static inline int64_t scratch_schedule(const struct scratch *s, const char *name, const char *cron,
				       enum schedule_missed missed)
{
	struct schedule plan = {.name = name,
				.cron = cron,
				.zone = "UTC",
				.selection = "",
				.method = "",
				.policy = "",
				.limits = "",
				.reason = "a test",
				.missed = missed};
	struct actor by;
	struct error why;
	int64_t id;

	audit_actor_here(&by);
	if (!schedule_add(s->store, &plan, &by, &id, &why))
		fail_msg("%s", why.text);
	return id;
}

#endif
