#include "cli/reach_ssh.h"

#include <stdio.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"
#include "base/secret.h"
#include "cli/host_target.h"
#include "cli/passphrase.h"
#include "fleet/secrets.h"
#include "inventory/inventory.h"
#include "loop/timer.h"
#include "pg/facts.h"
#include "pg/probe.h"
#include "remote/relay.h"
#include "remote/remote_broken.h"
#include "remote/remote_ssh.h"
#include "remote/transport_ssh.h"
#include "ssh/context.h"

enum { FACTS_WITHIN_MS = 30 * 1000 };

/* What is open to one host. */
struct way {
	const struct host *host;
	struct remote *remote;
	struct relay *relay;
	UT_hash_handle hh;
};

/* A password that cannot be had stands in the way of its own hosts only. */
struct sudo_secret {
	const struct secret_ref *ref;
	struct fleet_secrets *got;
	bool ready;
	struct error why;
};

struct reach_ssh {
	struct reach reach; /* first */
	const struct inventory *inventory;
	struct store *store;
	struct ssh_context *ssh;
	struct passphrases *passphrases;
	struct sudo_secret *sudo; /* one for each reference that a host names */
	size_t n_sudo;
	struct way *ways;
};

struct reach_ask {
	struct reach_ssh *r;
	struct probe *probe;
	struct timer later;
	reach_facts_fn *answered;
	void *ctx;
	struct error why;
	struct way *way;
};

static struct way *way_to(struct reach_ssh *r, const struct host *host)
{
	struct way *w;

	HASH_FIND_PTR(r->ways, &host, w);
	if (!w) {
		w = mem_new(struct way);
		w->host = host;
		HASH_ADD_PTR(r->ways, host, w);
	}
	return w;
}

static struct sudo_secret *sudo_of(const struct reach_ssh *r, const struct host *host)
{
	const struct secret_ref *ref = &host->secrets.sudo_password;

	for (size_t i = 0; host->sudo == HOST_SUDO_PASSWORD && i < r->n_sudo; i++)
		if (r->sudo[i].ref->kind == ref->kind && strcmp(r->sudo[i].ref->text, ref->text) == 0)
			return &r->sudo[i];
	return NULL;
}

static const struct secret *sudo_password(const struct reach_ssh *r, const struct host *host)
{
	const struct sudo_secret *s = sudo_of(r, host);

	return s ? fleet_secrets_find(s->got, s->ref) : NULL;
}

/* Everything that must be known before the first byte goes to a host; the caller frees with host_target_free(). */
static struct host_target *target_of(const struct reach_ssh *r, const struct host *host, struct error *why)
{
	const struct sudo_secret *s = sudo_of(r, host);

	if (s && s->why.code) {
		*why = s->why;
		error_in(why, "%s: sudo password", host->name);
		return NULL;
	}
	return host_target_new(r->inventory, r->store, host, why);
}

static struct remote *open_remote(struct reach *reach, const struct host *host)
{
	struct reach_ssh *r = (struct reach_ssh *)reach;
	struct error why;
	struct host_target *target = target_of(r, host, &why);
	struct remote_ssh_spec spec = {.name = host->name, .context = r->ssh, .sudo_password = sudo_password(r, host)};
	struct remote *remote;

	if (!target)
		return remote_broken_new(r->reach.loop, host->name, &why);
	spec.target = host_target_get(target);
	remote = remote_ssh_new(&spec);
	host_target_free(target);
	return remote;
}

static struct remote *shared_remote(struct reach *reach, const struct host *host)
{
	struct way *w = way_to((struct reach_ssh *)reach, host);

	if (!w->remote)
		w->remote = open_remote(reach, host);
	return w->remote;
}

static bool open_relay(struct reach_ssh *r, struct way *w, struct error *why)
{
	const struct host *host = w->host;
	struct host_target *target;
	struct relay_spec spec = {.name = host->name,
				  .socket_dir = host->postgresql.socket_dir,
				  .port = (unsigned)host->postgresql.port,
				  .sudo_password = sudo_password(r, host)};

	if (w->relay)
		return true;
	target = target_of(r, host, why);
	if (!target)
		return false;
	spec.transport = transport_ssh_new(r->ssh, host_target_get(target), NULL, NULL);
	host_target_free(target);
	w->relay = relay_open(r->reach.loop, &spec, why);
	return w->relay != NULL;
}

static void ask_closed(void *ctx)
{
	free(ctx);
}

static void answer(struct reach_ask *a, const struct facts *facts, const struct error *why)
{
	a->answered(a->ctx, facts, why);
	timer_close(&a->later, ask_closed);
}

static void answer_later(void *ctx)
{
	struct reach_ask *a = ctx;

	answer(a, NULL, &a->why);
}

/* libpq says only that the connection was closed; the relay knows why. */
static void explain(struct reach_ask *a, const struct error *libpq)
{
	const struct error *of_relay = relay_why(a->way->relay);

	a->why = of_relay ? *of_relay : *libpq;
	if (!of_relay && a->why.code != ERROR_TIMEOUT)
		a->why.code = ERROR_HOST;
}

static void probed(void *ctx, const struct probe_reply *reply)
{
	struct reach_ask *a = ctx;
	struct facts facts;

	a->probe = NULL;
	if (!facts_read(reply, &facts, &a->why)) {
		explain(a, &a->why);
		answer(a, NULL, &a->why);
		return;
	}
	answer(a, &facts, NULL);
	facts_free(&facts);
}

static struct reach_ask *ask_facts(struct reach *reach, const struct host *host, reach_facts_fn *answered, void *ctx)
{
	struct reach_ssh *r = (struct reach_ssh *)reach;
	struct reach_ask *a = mem_new(struct reach_ask);

	a->r = r;
	a->way = way_to(r, host);
	a->answered = answered;
	a->ctx = ctx;
	timer_init(&a->later, reach->loop, a);
	if (open_relay(r, a->way, &a->why))
		a->probe = probe_ask(reach->loop, relay_conninfo(a->way->relay), facts_queries, FACTS_WITHIN_MS, probed,
				     a);
	else
		timer_after(&a->later, 0, answer_later);
	return a;
}

static void cancel_facts(struct reach *reach, struct reach_ask *a)
{
	(void)reach;
	if (a->probe)
		probe_cancel(a->probe);
	timer_close(&a->later, ask_closed);
}

static void close_reach(struct reach *reach)
{
	struct reach_ssh *r = (struct reach_ssh *)reach;
	struct way *w = r->ways, *next;

	HASH_CLEAR(hh, r->ways);
	for (; w; w = next) {
		next = w->hh.next;
		if (w->remote)
			remote_close(w->remote);
		if (w->relay)
			relay_close(w->relay);
		free(w);
	}
	ssh_context_free(r->ssh);
	passphrases_free(r->passphrases);
	for (size_t i = 0; i < r->n_sudo; i++)
		fleet_secrets_free(r->sudo[i].got);
	free(r->sudo);
	free(r);
}

static const struct reach_ops ops = {
	.remote = shared_remote,
	.open = open_remote,
	.facts = ask_facts,
	.cancel = cancel_facts,
	.close = close_reach,
};

static void secret_ready(void *ctx, const struct error *why)
{
	struct sudo_secret *s = ctx;

	s->ready = true;
	if (why)
		s->why = *why;
}

/* Asked for before anything else: no host that wants one can be worked on without it. */
static void get_sudo_passwords(struct reach_ssh *r)
{
	r->sudo = mem_alloc((r->inventory->host_count + 1) * sizeof(*r->sudo));
	for (size_t i = 0; i < r->inventory->host_count; i++) {
		const struct host *host = &r->inventory->hosts[i];
		struct sudo_secret *s = &r->sudo[r->n_sudo];

		if (host->sudo != HOST_SUDO_PASSWORD || sudo_of(r, host))
			continue;
		s->ref = &host->secrets.sudo_password;
		s->got = fleet_secrets_get(r->reach.loop, &s->ref, 1, secret_ready, s);
		r->n_sudo++;
		while (!s->ready)
			uv_run(r->reach.loop, UV_RUN_ONCE);
	}
}

struct reach *reach_ssh_new(uv_loop_t *loop, const struct inventory *inventory, struct store *store, bool no_input)
{
	struct reach_ssh *r = mem_new(struct reach_ssh);

	r->reach.ops = &ops;
	r->reach.loop = loop;
	r->inventory = inventory;
	r->store = store;
	r->ssh = ssh_context_new(loop, NULL);
	r->passphrases = passphrases_new(no_input);
	ssh_context_use_passphrases(r->ssh, passphrases_get, r->passphrases);
	get_sudo_passwords(r);
	return &r->reach;
}
