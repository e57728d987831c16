#include "fleet/secrets.h"

#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "loop/timer.h"
#include "resync/secret_source.h"

struct one {
	struct fleet_secrets *all;
	enum secret_kind kind;
	char *text;
	struct secret_source *source;
	struct secret *secret;
};

struct fleet_secrets {
	uv_loop_t *loop;
	struct one *ones;
	size_t n, at;
	fleet_secrets_fn *ready;
	void *ctx;
	struct timer later;
	bool answered;
};

static struct one *find(const struct fleet_secrets *s, const struct secret_ref *ref)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->ones[i].kind == ref->kind && strcmp(s->ones[i].text, ref->text) == 0)
			return &s->ones[i];
	return NULL;
}

const struct secret *fleet_secrets_find(const struct fleet_secrets *s, const struct secret_ref *ref)
{
	const struct one *o = s ? find(s, ref) : NULL;

	return o ? o->secret : NULL;
}

static void answer(struct fleet_secrets *s, const struct error *why)
{
	s->answered = true;
	s->ready(s->ctx, why);
}

static void next(void *ctx);

static void got(void *ctx, struct secret *secret, const struct error *why)
{
	struct one *o = ctx;
	struct fleet_secrets *s = o->all;

	o->source = NULL;
	o->secret = secret;
	if (why) {
		struct error failed = *why;

		answer(s, &failed);
		return;
	}
	s->at++;
	timer_after(&s->later, 0, next);
}

/* One after the other: pass may ask its owner for one thing at a time. */
static void next(void *ctx)
{
	struct fleet_secrets *s = ctx;
	struct one *o = &s->ones[s->at];

	if (s->at == s->n) {
		answer(s, NULL);
		return;
	}
	o->source = secret_source_get(s->loop, o->kind, o->text, got, o);
}

struct fleet_secrets *fleet_secrets_get(uv_loop_t *loop, const struct secret_ref *const *refs, size_t n,
					fleet_secrets_fn *ready, void *ctx)
{
	struct fleet_secrets *s = mem_new(struct fleet_secrets);

	s->loop = loop;
	s->ready = ready;
	s->ctx = ctx;
	s->ones = mem_alloc((n ? n : 1) * sizeof(*s->ones));
	for (size_t i = 0; i < n; i++) {
		if (refs[i]->kind == SECRET_NOT_SET || find(s, refs[i]))
			continue;
		s->ones[s->n++] = (struct one){.all = s, .kind = refs[i]->kind, .text = mem_strdup(refs[i]->text)};
	}
	timer_init(&s->later, loop, s);
	timer_after(&s->later, 0, next);
	return s;
}

static void secrets_closed(void *ctx)
{
	struct fleet_secrets *s = ctx;

	free(s->ones);
	free(s);
}

void fleet_secrets_free(struct fleet_secrets *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->ones[i].source)
			secret_source_cancel(s->ones[i].source);
		secret_free(s->ones[i].secret);
		free(s->ones[i].text);
	}
	timer_close(&s->later, secrets_closed);
}
