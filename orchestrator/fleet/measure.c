#include "fleet/measure.h"

#include "base/mem.h"
#include "loop/timer.h"
#include "resync/decide.h"
#include "resync/look.h"
#include "resync/reach.h"

struct measure_part {
	struct measure *measure;
	struct look_ask *ask; /* NULL: not under way */
};

struct measure {
	struct reach *reach;
	const struct pair *const *pairs;
	struct measure_watch watch;
	struct measure_part *parts;
	size_t n, at_once, next, under_way;
	struct timer later; /* starts and ends outside of the callers' frames */
};

static void free_measure(void *ctx)
{
	struct measure *m = ctx;

	free(m->parts);
	free(m);
}

static void go_on(void *ctx);

static void looked(void *ctx, const struct look *look)
{
	struct measure_part *part = ctx;
	struct measure *m = part->measure;
	struct judgement judgement;

	part->ask = NULL;
	m->under_way--;
	timer_after(&m->later, 0, go_on);
	decide_verdict(look, &judgement);
	/* May cancel: nothing of m is used after it. */
	m->watch.each(m->watch.ctx, (size_t)(part - m->parts), look, &judgement);
}

static void go_on(void *ctx)
{
	struct measure *m = ctx;

	while (m->next < m->n && m->under_way < m->at_once) {
		struct measure_part *part = &m->parts[m->next];

		part->measure = m;
		part->ask = look_at(m->reach, m->pairs[m->next], looked, part);
		m->next++;
		m->under_way++;
	}
	if (m->under_way > 0 || m->next < m->n)
		return;
	m->watch.done(m->watch.ctx);
	timer_close(&m->later, free_measure);
}

struct measure *measure_begin(struct reach *reach, const struct pair *const *pairs, size_t n, size_t at_once,
			      const struct measure_watch *watch)
{
	struct measure *m = mem_new(struct measure);

	m->reach = reach;
	m->pairs = pairs;
	m->n = n;
	m->at_once = at_once;
	m->watch = *watch;
	m->parts = mem_alloc((n + 1) * sizeof(*m->parts));
	timer_init(&m->later, reach->loop, m);
	timer_after(&m->later, 0, go_on);
	return m;
}

void measure_cancel(struct measure *m)
{
	for (size_t i = 0; i < m->next; i++)
		if (m->parts[i].ask)
			look_cancel(m->parts[i].ask);
	timer_close(&m->later, free_measure);
}
