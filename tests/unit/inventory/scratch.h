/*
 * A directory of its own for each test, and a store in it.
 */
#ifndef TESTS_UNIT_INVENTORY_SCRATCH_H
#define TESTS_UNIT_INVENTORY_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ftw.h>
#include <sqlite3.h>
#include <cmocka.h>

#include "base/mem.h"
#include "inventory/actor.h"
#include "inventory/import.h"
#include "inventory/store.h"

struct scratch {
	char directory[64];
	char *path; /* of the store */
	struct store *store;
	struct actor by;
};

static int scratch_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static __attribute__((unused)) int scratch_setup(void **state)
{
	struct scratch *s = mem_new(struct scratch);
	struct error why = {0};

	snprintf(s->directory, sizeof(s->directory), "/tmp/pgresync-test-XXXXXX");
	if (!mkdtemp(s->directory))
		return -1;
	s->path = mem_printf("%s/store.db", s->directory);
	audit_actor_here(&s->by);
	s->store = store_open(s->path, STORE_CREATE, &why);
	if (!s->store)
		fprintf(stderr, "%s\n", why.text);
	*state = s;
	return s->store ? 0 : -1;
}

static __attribute__((unused)) int scratch_teardown(void **state)
{
	struct scratch *s = *state;

	store_close(s->store);
	nftw(s->directory, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
	free(s->path);
	free(s);
	return 0;
}

/* Fails the test with the error's text. */
#define assert_ok(call)                                      \
	do {                                                 \
		if (!(call))                                 \
			fail_msg("%s: %s", #call, why.text); \
	} while (0)

/* What somebody does to the file behind our back; "" or what SQLite says against it. */
static __attribute__((unused)) const char *scratch_raw(const struct scratch *s, const char *sql)
{
	static char problem[256];
	sqlite3 *db;
	char *text = NULL;

	problem[0] = '\0';
	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK)
		snprintf(problem, sizeof(problem), "%s", text ? text : "failed");
	sqlite3_free(text);
	sqlite3_close(db);
	return problem;
}

static __attribute__((unused)) int64_t scratch_count(const struct scratch *s, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	int64_t count;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	count = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return count;
}

/* Two hosts, one pair. */
static const char scratch_small[] = "version: 1\n"
				    "sites: {carrenza: {aliases: [6dg]}}\n"
				    "environments: {staging: {}}\n"
				    "hosts:\n"
				    "  p1.carrenza: {address: 10.0.0.1, site: carrenza, environment: staging}\n"
				    "  s1.carrenza: {address: 10.0.0.2, site: 6dg, environment: staging}\n"
				    "pairs: [{primary: p1.carrenza, standbys: [{host: s1.carrenza, role: dr}]}]\n";

static __attribute__((unused)) bool scratch_import(struct scratch *s, const char *text, struct diff *ret,
						   struct error *why)
{
	return import_text(s->store, "fleet.yml", text, strlen(text), false, &s->by, ret, why);
}

#endif
