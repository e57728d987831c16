/*
 * Real PostgreSQL servers for tests: clusters in a directory of their own, reached through a private socket only.
 *
 * Each server ends with the test (parent-death signal), however the test ends. As root everything runs as postgres.
 */
#ifndef TESTS_UNIT_PG_SERVER_H
#define TESTS_UNIT_PG_SERVER_H

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pg/probe.h"

#define MAYBE __attribute__((unused)) static

struct server {
	const char *bin; /* where initdb and postgres are */
	char dir[64];	 /* holds data, the socket and log */
	pid_t pid;	 /* of the postmaster; 0: not running */
};

MAYBE const char *server_bin_15(void)
{
	return access("/usr/lib/postgresql/15/bin/postgres", X_OK) == 0 ? "/usr/lib/postgresql/15/bin" : NULL;
}

MAYBE const char *server_bin_10(void)
{
	static char path[300];
	const char *cache = getenv("PGRESYNC_CACHE");

	snprintf(path, sizeof(path), "%s/postgresql-10/bin", cache ? cache : "/var/cache/pgresync");
	return access(path, X_OK) == 0 ? path : NULL;
}

/* Starts a program as postgres, its output going to the server's log; its process id. */
MAYBE pid_t server_spawn(const struct server *s, const char *command)
{
	char path[100], line[2000];
	pid_t pid = fork();
	int fd;

	if (pid != 0)
		return pid;
	setpgid(0, 0);
	snprintf(path, sizeof(path), "%s/log", s->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
	dup2(fd, 1);
	dup2(fd, 2);
	/* PostgreSQL 10 of the lab brings libraries of its own. */
	snprintf(line, sizeof(line), "LD_LIBRARY_PATH=%s/../lib exec %s", s->bin, command);
	if (getuid() == 0)
		execlp("setpriv", "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
		       "--pdeathsig=QUIT", "sh", "-c", line, (char *)NULL);
	else
		execlp("setpriv", "setpriv", "--pdeathsig=QUIT", "sh", "-c", line, (char *)NULL);
	_exit(127);
}

MAYBE __attribute__((format(printf, 2, 3))) int server_do(const struct server *s, const char *format, ...)
{
	char command[1400];
	va_list ap;
	int status = -1;

	va_start(ap, format);
	vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	waitpid(server_spawn(s, command), &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* An empty place for a cluster; false when it cannot be made. */
MAYBE bool server_place(struct server *s, const char *bin)
{
	const struct passwd *postgres = getpwnam("postgres");

	*s = (struct server){.bin = bin};
	snprintf(s->dir, sizeof(s->dir), "/tmp/pgresync-pg-XXXXXX");
	if (!mkdtemp(s->dir) || chmod(s->dir, 0755) != 0)
		return false;
	return getuid() != 0 || (postgres && chown(s->dir, postgres->pw_uid, postgres->pw_gid) == 0);
}

MAYBE bool server_make(struct server *s, const char *bin)
{
	return server_place(s, bin) &&
	       server_do(s, "%s/initdb --no-sync -A trust -U postgres -E UTF8 --locale=C -D %s/data", bin, s->dir) == 0;
}

/* Appends a line to a file in the data directory. */
MAYBE void server_append(const struct server *s, const char *file, const char *line)
{
	char path[120];
	FILE *f;

	snprintf(path, sizeof(path), "%s/data/%s", s->dir, file);
	f = fopen(path, "a");
	if (!f)
		abort();
	fprintf(f, "%s\n", line);
	fclose(f);
	if (getuid() == 0 && chown(path, getpwnam("postgres")->pw_uid, getpwnam("postgres")->pw_gid) != 0)
		abort();
}

MAYBE void server_launch(struct server *s)
{
	char command[500];

	snprintf(
		command, sizeof(command),
		"%s/postgres -D %s/data -k %s -c listen_addresses= -c fsync=off -c shared_buffers=1MB -c lc_messages=C "
		"-c logging_collector=off",
		s->bin, s->dir, s->dir);
	s->pid = server_spawn(s, command);
}

MAYBE const char *server_conninfo(const struct server *s)
{
	static char conninfo[2][200];
	static int turn;

	turn = !turn;
	snprintf(conninfo[turn], sizeof(conninfo[turn]), "host=%s user=postgres dbname=postgres", s->dir);
	return conninfo[turn];
}

/* ---- asking, and waiting for the answer ---- */

struct asked {
	const char *const *queries;
	int calls, version;
	struct error why;
	char first[400]; /* the first cell of the last result */
	size_t n_results;
};

MAYBE const char *const *asked_choose(void *ctx, int version)
{
	struct asked *a = ctx;

	a->version = version;
	return a->queries;
}

MAYBE void asked_noted(void *ctx, const struct probe_reply *reply)
{
	struct asked *a = ctx;
	const char *cell = reply->n_results ? probe_value(reply, reply->n_results - 1, 0, 0) : NULL;

	a->calls++;
	a->why = reply->why ? *reply->why : (struct error){ERROR_NONE, ""};
	a->version = reply->server_version;
	a->n_results = reply->n_results;
	snprintf(a->first, sizeof(a->first), "%s", cell ? cell : "");
}

MAYBE struct asked server_ask(const char *conninfo, const char *const *queries, unsigned within_ms)
{
	struct asked a = {.queries = queries};
	uv_loop_t loop;

	uv_loop_init(&loop);
	probe_ask(&loop, conninfo, asked_choose, within_ms, asked_noted, &a);
	uv_run(&loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&loop) != 0)
		abort();
	return a;
}

/* Runs one statement that may write; aborts the test when it fails. Returns the first cell. */
MAYBE const char *server_sql(const struct server *s, const char *statement)
{
	static char first[400];
	const char *const queries[] = {statement, NULL};
	char conninfo[300];
	struct asked a;

	snprintf(conninfo, sizeof(conninfo), "%s options='-c geqo=on'", server_conninfo(s));
	a = server_ask(conninfo, queries, 20000);
	if (a.why.code != ERROR_NONE) {
		fprintf(stderr, "%s: %s\n", statement, a.why.text);
		abort();
	}
	memcpy(first, a.first, sizeof(first));
	return first;
}

MAYBE bool server_answers(const struct server *s)
{
	static const char *const queries[] = {"SELECT 1", NULL};

	for (int i = 0; i < 300; i++) {
		if (server_ask(server_conninfo(s), queries, 5000).why.code == ERROR_NONE)
			return true;
		usleep(50000);
	}
	return false;
}

MAYBE bool server_start(struct server *s)
{
	server_launch(s);
	return server_answers(s);
}

MAYBE void server_stop(struct server *s, int signal)
{
	if (s->pid > 0) {
		kill(s->pid, SIGCONT);
		kill(s->pid, signal);
		waitpid(s->pid, NULL, 0);
	}
	s->pid = 0;
}

/* Stops it and removes all. */
MAYBE void server_gone(struct server *s)
{
	char command[100];
	pid_t pid;

	server_stop(s, SIGQUIT);
	snprintf(command, sizeof(command), "%s", s->dir);
	pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", "--", command, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

#endif
