#include "resync/look.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inventory/inventory.h"
#include "remote/remote.h"
#include "resync/look_script.h"
#include "resync/reach.h"

enum { SCRIPT_WITHIN_MS = 60 * 1000, OUTPUT_MOST = 128 * 1024 };

struct side_ask {
	struct look_ask *ask;
	struct look_side *side;
	const struct host *host;
	struct remote *remote;
	struct remote_call *call; /* NULL: answered */
	struct reach_ask *facts;  /* NULL: answered */
};

struct look_ask {
	struct look look;
	struct reach *reach;
	struct side_ask sides[2];
	look_fn *looked;
	void *ctx;
};

static void free_ask(struct look_ask *ask)
{
	facts_free(&ask->look.standby.facts);
	facts_free(&ask->look.primary.facts);
	free(ask);
}

static void finish(struct look_ask *ask)
{
	for (int i = 0; i < 2; i++)
		if (ask->sides[i].call || ask->sides[i].facts)
			return;
	ask->looked(ask->ctx, &ask->look);
	free_ask(ask);
}

static void got_facts(void *ctx, const struct facts *facts, const struct error *why)
{
	struct side_ask *s = ctx;

	s->facts = NULL;
	if (facts) {
		s->side->up = true;
		facts_copy(facts, &s->side->facts);
	} else {
		s->side->down = *why;
	}
	finish(s->ask);
}

static void got_output(void *ctx, const struct remote_reply *reply)
{
	struct side_ask *s = ctx;

	s->call = NULL;
	s->side->reached = !reply->why;
	if (reply->why)
		s->side->unreached = *reply->why;
	else
		look_script_read(s->side, s->host->postgresql.version_num, reply->out, reply->out_size);
	finish(s->ask);
}

static void ask_side(struct side_ask *s)
{
	struct reach *reach = s->ask->reach;
	struct remote_command command = {
		.user = REMOTE_ROOT,
		.within_ms = SCRIPT_WITHIN_MS,
		.most = OUTPUT_MOST,
	};
	char *script = look_script(s->host, &s->side->unreached);

	s->side->data_free_bytes = s->side->data_used_bytes = -1;
	s->facts = reach->ops->facts(reach, s->host, got_facts, s);
	if (!script)
		return;
	command.text = script;
	s->remote = reach->ops->remote(reach, s->host);
	s->call = remote_exec(s->remote, &command, got_output, s);
	free(script);
}

struct look_ask *look_at(struct reach *reach, const struct pair *pair, look_fn *looked, void *ctx)
{
	struct look_ask *ask = mem_new(struct look_ask);

	ask->reach = reach;
	ask->looked = looked;
	ask->ctx = ctx;
	ask->look.pair = pair;
	ask->look.taken_ms = clock_monotonic_ms();
	ask->sides[0] = (struct side_ask){.ask = ask, .side = &ask->look.standby, .host = pair->standby};
	ask->sides[1] = (struct side_ask){.ask = ask, .side = &ask->look.primary, .host = pair->primary};
	for (int i = 0; i < 2; i++)
		ask_side(&ask->sides[i]);
	return ask;
}

void look_cancel(struct look_ask *ask)
{
	for (int i = 0; i < 2; i++) {
		struct side_ask *s = &ask->sides[i];

		if (s->call)
			remote_cancel(s->remote, s->call);
		if (s->facts)
			ask->reach->ops->cancel(ask->reach, s->facts);
	}
	free_ask(ask);
}

struct look *look_copy(const struct look *look)
{
	struct look *copy = mem_new(struct look);

	*copy = *look;
	copy->standby.facts = copy->primary.facts = (struct facts){0};
	if (look->standby.up)
		facts_copy(&look->standby.facts, &copy->standby.facts);
	if (look->primary.up)
		facts_copy(&look->primary.facts, &copy->primary.facts);
	return copy;
}

void look_free(struct look *look)
{
	if (!look)
		return;
	facts_free(&look->standby.facts);
	facts_free(&look->primary.facts);
	free(look);
}
