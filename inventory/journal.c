#include "inventory/journal.h"

#include <string.h>

#include "base/mem.h"

struct note {
	struct note *next;
	struct journal_entry entry;
	char *texts[6]; /* owned; the entry points into them */
	journal_durable_fn *durable;
	void *ctx;
};

struct list {
	struct note *first, **last;
};

struct journal {
	struct store *store;
	struct actor by;
	uv_check_t check; /* commits at the end of the turn in which something was noted */
	uv_idle_t idle;	  /* keeps that turn from sleeping */
	struct list waiting, written, telling;
	int open_handles;
};

static void list_clear(struct list *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void list_add(struct list *l, struct note *n)
{
	n->next = NULL;
	*l->last = n;
	l->last = &n->next;
}

static void list_move(struct list *to, struct list *from)
{
	if (!from->first)
		return;
	*to->last = from->first;
	to->last = from->last;
	list_clear(from);
}

static struct note *list_pop(struct list *l)
{
	struct note *n = l->first;

	if (n && !(l->first = n->next))
		list_clear(l);
	return n;
}

static struct note *note_new(const struct journal_entry *e, journal_durable_fn *durable, void *ctx)
{
	struct note *n = mem_new(struct note);

	n->entry = *e;
	n->durable = durable;
	n->ctx = ctx;
	n->entry.host = n->texts[0] = mem_strdup(e->host);
	n->entry.row_name = n->texts[1] = mem_strdup(e->row_name);
	n->entry.command = n->texts[2] = mem_strdup(e->command);
	n->entry.saved = n->texts[3] = mem_strdup(e->saved);
	n->entry.error = n->texts[4] = mem_strdup(e->error);
	if (e->output) {
		n->texts[5] = mem_alloc(e->output_length + 1);
		memcpy(n->texts[5], e->output, e->output_length);
	}
	n->entry.output = n->texts[5];
	return n;
}

static void note_free(struct note *n)
{
	for (size_t i = 0; i < sizeof(n->texts) / sizeof(n->texts[0]); i++)
		free(n->texts[i]);
	free(n);
}

/* All that waits, and one more when it is not NULL, in one transaction. */
static bool write_all(struct journal *j, const struct journal_entry *more, struct error *why)
{
	bool ok = true;

	if (!store_begin(j->store, why))
		return false;
	for (struct note *n = j->waiting.first; n && ok; n = n->next)
		ok = journal_write(j->store, &j->by, &n->entry, why);
	if (ok && more)
		ok = journal_write(j->store, &j->by, more, why);
	return store_finish(j->store, ok, why);
}

static void tell(struct journal *j, const struct error *failed)
{
	struct note *n;

	while ((n = list_pop(&j->telling))) {
		journal_durable_fn *durable = n->durable;
		void *ctx = n->ctx;

		note_free(n);
		if (durable)
			durable(ctx, failed);
	}
}

static void flush(struct journal *j)
{
	struct error why;
	bool ok;

	list_move(&j->telling, &j->written);
	tell(j, NULL);
	if (!j->waiting.first)
		return;
	ok = write_all(j, NULL, &why);
	list_move(&j->telling, &j->waiting);
	tell(j, ok ? NULL : &why);
}

static void stay_awake(uv_idle_t *idle)
{
	(void)idle;
}

static void turn_ends(uv_check_t *check)
{
	struct journal *j = check->data;

	flush(j);
	if (!j->waiting.first && !j->written.first) {
		uv_check_stop(&j->check);
		uv_idle_stop(&j->idle);
	}
}

static void wake(struct journal *j)
{
	uv_check_start(&j->check, turn_ends);
	uv_idle_start(&j->idle, stay_awake);
}

struct journal *journal_new(struct store *s, uv_loop_t *loop, const struct actor *by)
{
	struct journal *j = mem_new(struct journal);

	j->store = s;
	j->by = *by;
	list_clear(&j->waiting);
	list_clear(&j->written);
	list_clear(&j->telling);
	uv_check_init(loop, &j->check);
	uv_idle_init(loop, &j->idle);
	j->check.data = j;
	j->idle.data = j;
	j->open_handles = 2;
	return j;
}

static void handle_closed(uv_handle_t *handle)
{
	struct journal *j = handle->data;

	if (--j->open_handles == 0)
		free(j);
}

void journal_close(struct journal *j)
{
	while (j->waiting.first || j->written.first)
		flush(j);
	uv_close((uv_handle_t *)&j->check, handle_closed);
	uv_close((uv_handle_t *)&j->idle, handle_closed);
}

bool journal_flush(struct journal *j, struct error *why)
{
	if (!j->waiting.first)
		return true;
	if (!write_all(j, NULL, why))
		return false;
	list_move(&j->written, &j->waiting);
	return true;
}

void journal_note(struct journal *j, const struct journal_entry *entry, journal_durable_fn *durable, void *ctx)
{
	list_add(&j->waiting, note_new(entry, durable, ctx));
	wake(j);
}

static void forget_in(struct list *l, const void *ctx)
{
	for (struct note *n = l->first; n; n = n->next)
		if (n->ctx == ctx)
			n->durable = NULL;
}

void journal_forget(struct journal *j, const void *ctx)
{
	forget_in(&j->waiting, ctx);
	forget_in(&j->written, ctx);
	forget_in(&j->telling, ctx);
}

bool journal_note_now(struct journal *j, const struct journal_entry *entry, struct error *why)
{
	if (!write_all(j, entry, why))
		return false;
	list_move(&j->written, &j->waiting);
	return true;
}
