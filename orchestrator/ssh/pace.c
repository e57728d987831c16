#include "ssh/pace.h"

#include <string.h>

void pace_init(struct pace *p, const struct ssh_limits *limits)
{
	*p = (struct pace){0};
	if (limits)
		p->limits = *limits;
	if (!p->limits.in_all)
		p->limits.in_all = 64;
	if (!p->limits.per_host)
		p->limits.per_host = 6;
	if (!p->limits.per_jump)
		p->limits.per_jump = 8;
}

static bool same_host(const struct pace_turn *a, const struct pace_turn *b)
{
	return a->port == b->port && a->jump == b->jump && strcmp(a->address, b->address) == 0;
}

static bool may_go(const struct pace *p, const struct pace_turn *t)
{
	unsigned in_all = 0, on_host = 0, behind_jump = 0;

	for (const struct pace_turn *h = p->held; h; h = h->next) {
		in_all++;
		on_host += same_host(h, t);
		behind_jump += t->jump && h->jump == t->jump;
	}
	return in_all < p->limits.in_all && on_host < p->limits.per_host && behind_jump < p->limits.per_jump;
}

static void unlink_turn(struct pace_turn **list, struct pace_turn *t)
{
	for (; *list; list = &(*list)->next)
		if (*list == t) {
			*list = t->next;
			t->next = NULL;
			return;
		}
}

static void hold(struct pace *p, struct pace_turn *t)
{
	t->held = true;
	t->next = p->held;
	p->held = t;
}

bool pace_take(struct pace *p, struct pace_turn *t)
{
	struct pace_turn **end = &p->waiting;

	if (t->held || t->waits)
		return t->held;
	if (may_go(p, t)) {
		hold(p, t);
		return true;
	}
	while (*end)
		end = &(*end)->next;
	*end = t;
	t->next = NULL;
	t->waits = true;
	return false;
}

/* First come, first served, but nobody waits behind one whose own server is busy. */
static void grant(struct pace *p)
{
	struct pace_turn *t = p->waiting;

	while (t) {
		struct pace_turn *next = t->next;

		if (may_go(p, t)) {
			unlink_turn(&p->waiting, t);
			t->waits = false;
			hold(p, t);
			t->granted(t->ctx);
		}
		t = next;
	}
}

void pace_give(struct pace *p, struct pace_turn *t)
{
	if (t->waits)
		unlink_turn(&p->waiting, t);
	if (t->held)
		unlink_turn(&p->held, t);
	if (t->held) {
		t->held = false;
		grant(p);
	}
	t->waits = false;
}
