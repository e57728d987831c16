#include "inventory/held.h"

#include <string.h>

#include "base/mem.h"
#include "inventory/journal_store.h"

bool journal_rows(struct store *s, int64_t run, const char *host, journal_row_fn *each, void *ctx, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why,
				     "select " JOURNAL_COLUMNS " from journal where run = ?1 and (?2 = '' or host = ?2)"
				     " order by id",
				     "it", run, host);
	int step = -1;

	while (st && (step = sql_step(s, st, why)) == 1) {
		struct journal_entry e;

		journal_read_columns(st, &e);
		if (!each(ctx, &e)) {
			step = 0;
			break;
		}
	}
	sql_done(s, st);
	return step == 0;
}

void held_list_done(struct held_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->held[i].host);
		free(l->held[i].hold);
		free(l->held[i].saved);
		free(l->held[i].last_error);
	}
	free(l->held);
	memset(l, 0, sizeof(*l));
}

/* The TAKE entries since the hold was last given back, gathered by hold. An attempt that ended "refused" took
 * nothing; as many of them as were begun means that nothing is held. */
static const char find_held[] =
	"select of_run, host, row_name, max(row), min(wall_us), min(id) as first from journal as taken"
	" where kind = 'take' and (?1 = 0 or of_run = ?1) and (?2 = '' or host = ?2)"
	" and id > coalesce((select max(id) from journal as given where given.kind = 'give' and given.phase = 'ended'"
	" and given.outcome = 'ok' and given.of_run = taken.of_run and given.host = taken.host"
	" and given.row_name = taken.row_name), 0)"
	" group by of_run, host, row_name"
	" having sum(phase = 'begun') > sum(phase = 'ended' and outcome = 'refused')"
	" order by first desc";

static void add_entry(struct held *h, const struct journal_entry *e, struct buf *saved)
{
	if (e->kind == JOURNAL_GIVE && e->phase == JOURNAL_BEGUN)
		h->give_attempts++;
	if (e->kind == JOURNAL_TAKE)
		h->taken = e->phase == JOURNAL_ENDED ? e->outcome : JOURNAL_NONE;
	if (e->kind == JOURNAL_TAKE && *e->saved)
		buf_addf(saved, "%s\n", e->saved);
	if (*e->error) {
		free(h->last_error);
		h->last_error = mem_strdup(e->error);
	}
}

static bool fill(struct store *s, struct held *h, int64_t first, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why,
				     "select " JOURNAL_COLUMNS " from journal where kind in ('take', 'give')"
				     " and of_run = ? and host = ? and row_name = ? and id >= ? order by id",
				     "itti", h->run, h->host, h->hold, first);
	struct buf saved;
	int step = -1;

	buf_init(&saved, 1 << 22);
	h->last_error = mem_strdup("");
	while (st && (step = sql_step(s, st, why)) == 1) {
		struct journal_entry e;

		journal_read_columns(st, &e);
		add_entry(h, &e, &saved);
	}
	sql_done(s, st);
	h->saved = buf_steal(&saved);
	buf_done(&saved);
	return step == 0;
}

bool journal_held(struct store *s, int64_t run, const char *host, struct held_list *ret, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why, find_held, "it", run, host);
	int step = -1;

	memset(ret, 0, sizeof(*ret));
	while (st && (step = sql_step(s, st, why)) == 1) {
		struct held *h;

		ret->held = mem_grow(ret->held, ret->count + 1, sizeof(*ret->held));
		h = &ret->held[ret->count++];
		memset(h, 0, sizeof(*h));
		h->run = sqlite3_column_int64(st, 0);
		h->host = mem_strdup(sql_text(st, 1));
		h->hold = mem_strdup(sql_text(st, 2));
		h->row = sqlite3_column_int(st, 3);
		h->since_us = sqlite3_column_int64(st, 4);
		if (!fill(s, h, sqlite3_column_int64(st, 5), why)) {
			step = -1;
			break;
		}
	}
	sql_done(s, st);
	if (step != 0)
		held_list_done(ret);
	return step == 0;
}

bool owed_list(struct store *s, struct held_list *ret, struct error *why)
{
	return journal_held(s, 0, "", ret, why);
}

bool held_workers(struct store *s, int64_t run, const char *host, struct held_worker *ret, size_t most,
		  size_t *ret_count, struct error *why)
{
	sqlite3_stmt *st =
		sql_start(s, why,
			  "select id, begun_us from run where id in (select run from journal where of_run = ?1"
			  " and host = ?2 and kind in ('take', 'give')) order by id desc limit ?3",
			  "iti", run, host, (int64_t)most);
	int step = -1;

	*ret_count = 0;
	while (st && (step = sql_step(s, st, why)) == 1)
		ret[(*ret_count)++] = (struct held_worker){sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1)};
	sql_done(s, st);
	return step == 0;
}

char *saved_value(const char *saved, const char *key)
{
	size_t n = strlen(key);
	char *value = NULL;

	while (saved && *saved) {
		size_t line = strcspn(saved, "\n");

		if (line > n && strncmp(saved, key, n) == 0 && saved[n] == '=') {
			free(value);
			value = mem_strndup(saved + n + 1, line - n - 1);
		}
		saved += line + (saved[line] == '\n' ? 1 : 0);
	}
	return value;
}
