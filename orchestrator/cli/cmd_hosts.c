/* hosts list, hosts trust, hosts distrust: SSH host keys that an operator has accepted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/mem.h"
#include "cli/context.h"
#include "cli/host_target.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "inventory/actor.h"
#include "inventory/host.h"
#include "inventory/trust.h"
#include "ssh/context.h"
#include "ssh/scan.h"

struct scanned {
	const struct host *host;
	struct host_target *target;
	struct error why; /* ERROR_NONE: the key is set */
	char *type, *fingerprint, *known;
	unsigned char *blob;
	size_t size;
	struct scanning *scanning;
};

struct scanning {
	uv_loop_t loop;
	size_t left;
};

static void key_scanned(void *ctx, const struct ssh_scan_reply *reply)
{
	struct scanned *s = ctx;

	/* The session to a jump host stays, and would keep the loop alive. */
	if (--s->scanning->left == 0)
		uv_stop(&s->scanning->loop);
	if (reply->why != NULL) {
		s->why = *reply->why;
		return;
	}
	s->why.code = ERROR_NONE;
	s->type = mem_strdup(reply->type);
	s->fingerprint = mem_strdup(reply->fingerprint);
	s->known = mem_strdup(reply->known);
	s->blob = mem_alloc(reply->size);
	memcpy(s->blob, reply->blob, reply->size);
	s->size = reply->size;
}

/* Asks all hosts at once. */
static void scan(struct scanned *all, size_t n)
{
	struct scanning scanning = {.left = n};
	struct ssh_context *ssh;

	if (uv_loop_init(&scanning.loop) != 0)
		abort();
	ssh = ssh_context_new(&scanning.loop, NULL);
	for (size_t i = 0; i < n; i++) {
		all[i].scanning = &scanning;
		ssh_scan_host_key(ssh, host_target_get(all[i].target), key_scanned, &all[i]);
	}
	uv_run(&scanning.loop, UV_RUN_DEFAULT);
	ssh_context_free(ssh);
	uv_run(&scanning.loop, UV_RUN_DEFAULT);
	uv_loop_close(&scanning.loop);
}

static bool find_targets(struct command_context *context, struct scanned *all, struct error *why)
{
	for (size_t i = 0; i < context->n_arguments; i++) {
		all[i].host = context_host(context, context->arguments[i], why);
		if (all[i].host == NULL)
			return false;
		all[i].target = host_target_new(context->inventory, context->store, all[i].host, why);
		if (all[i].target == NULL)
			return false;
	}
	return true;
}

/* Whether the operator wants this key. A changed key is what an attacker in between looks like: --yes is not enough. */
static bool wants(struct command_context *context, const struct scanned *s, struct error *why)
{
	const char *expected = context_value(context, "fingerprint");
	scoped_mem char *prompt = mem_printf("Accept it? Type the host's name (%s): ", s->host->name);

	if (expected != NULL)
		return strcmp(expected, s->fingerprint) == 0 ||
		       error_set(why, ERROR_HOST_KEY, "%s shows %s, not %s; nothing was accepted", s->host->name,
				 s->fingerprint, expected);
	if (strcmp(s->known, "changed") == 0 && context_flag(context, "yes") && !context_flag(context, "replace"))
		return error_set(why, ERROR_HOST_KEY,
				 "%s shows another key than before: somebody may be in between; --replace accepts it",
				 s->host->name);
	if (context_flag(context, "yes"))
		return true;
	return say_ask_word(context->no_input, prompt, s->host->name, why);
}

static bool accept_key(struct command_context *context, const struct scanned *s, struct error *why)
{
	struct actor by;

	if (s->why.code != ERROR_NONE) {
		*why = s->why;
		return strncmp(why->text, s->host->name, strlen(s->host->name)) == 0 ?
			       false :
			       error_in(why, "%s", s->host->name);
	}
	fprintf(stderr, "%s: %s %s (%s)\n", s->host->name, s->type, s->fingerprint, s->known);
	if (strcmp(s->known, "known") == 0)
		return true;
	if (strcmp(s->known, "revoked") == 0)
		return error_set(why, ERROR_HOST_KEY,
				 "%s: this key is marked @revoked in known_hosts: it is never accepted", s->host->name);
	if (!wants(context, s, why))
		return false;
	audit_actor_here(&by);
	if (!trust_add(context->store, s->host->name, s->type, s->blob, s->size, s->fingerprint, &by, why))
		return false;
	context_note(context, "%s: accepted", s->host->name);
	return true;
}

static int accept_all(struct command_context *context, struct scanned *all)
{
	int status = STATUS_GOOD;

	scan(all, context->n_arguments);
	for (size_t i = 0; i < context->n_arguments; i++) {
		struct error why;

		if (!accept_key(context, &all[i], &why))
			status = context_fail(context, &why);
	}
	return status;
}

static int hosts_trust(struct command_context *context)
{
	struct scanned *all = mem_alloc((context->n_arguments + 1) * sizeof(*all));
	struct error why;
	int status;

	for (size_t i = 0; i < context->n_arguments; i++)
		error_set(&all[i].why, ERROR_FAILED, "no answer");
	if (context_value(context, "fingerprint") != NULL && context->n_arguments != 1)
		status = context_refuse(context, ERROR_USAGE, "--fingerprint goes with one host");
	else if (context_store(context, STORE_WRITE, &why) == NULL || !find_targets(context, all, &why))
		status = context_fail(context, &why);
	else
		status = accept_all(context, all);
	for (size_t i = 0; i < context->n_arguments; i++) {
		host_target_free(all[i].target);
		free(all[i].type);
		free(all[i].fingerprint);
		free(all[i].known);
		free(all[i].blob);
	}
	free(all);
	return status;
}

static int hosts_distrust(struct command_context *context)
{
	const char *name = context->arguments[0];
	struct error why, unknown;
	const struct host *h;
	struct actor by;

	if (context_store(context, STORE_WRITE, &why) == NULL)
		return context_fail(context, &why);
	h = context_host(context, name, &unknown);
	audit_actor_here(&by);
	if (!trust_remove(context->store, h != NULL ? h->name : name, context_value(context, "type"), &by, &why))
		return context_fail(context, &why);
	context_note(context, "%s: no longer accepted", h != NULL ? h->name : name);
	return STATUS_GOOD;
}

static bool put_row(void *ctx, const struct trust_key *key)
{
	char when[OUTPUT_TIME];

	table_add_row(ctx, PAINT_PLAIN,
		      (const char *const[]){key->host, key->type, key->fingerprint, key->accepted_by,
					    output_time(when, key->accepted_us)});
	return true;
}

static bool put_json(void *ctx, const struct trust_key *key)
{
	struct json *j = ctx;

	json_open_object(j);
	json_put_string(j, "host", key->host);
	json_put_string(j, "type", key->type);
	json_put_string(j, "fingerprint", key->fingerprint);
	json_put_string(j, "accepted_by", key->accepted_by);
	output_json_time(j, "accepted", key->accepted_us);
	json_close_object(j);
	return true;
}

static int list_json(struct command_context *context)
{
	struct output o;
	struct error why;
	bool good;

	output_begin(&o);
	json_open_array(&o.json);
	good = trust_list(context->store, NULL, put_json, &o.json, &why);
	json_close_array(&o.json);
	if (!good) {
		output_drop(&o);
		return context_fail(context, &why);
	}
	output_end(&o);
	return STATUS_GOOD;
}

static int hosts_list(struct command_context *context)
{
	static const struct table_column columns[] = {{"host", false, false},
						      {"type", false, false},
						      {"fingerprint", false, false},
						      {"accepted by", false, true},
						      {"accepted", false, false}};
	struct table *table;
	struct error why;
	bool good;

	if (context_store(context, STORE_READ, &why) == NULL)
		return context_fail(context, &why);
	if (context->json)
		return list_json(context);
	table = output_table(context, columns, 5);
	good = trust_list(context->store, NULL, put_row, table, &why);
	if (good && table_rows(table) == 0)
		context_note(context, "no host key was accepted here; known_hosts files count, too");
	output_table_end(table);
	return good ? STATUS_GOOD : context_fail(context, &why);
}

static const struct command_option trust_options[] = {
	{"yes", 'y', NULL, "do not ask (an unknown key only)"},
	{"replace", 0, NULL, "with --yes: also a key that has changed"},
	{"fingerprint", 0, "SHA256:...", "accept exactly this one, without asking"},
	{0},
};
static const struct command_option distrust_options[] = {{"type", 0, "TYPE", "only the key of that type"}, {0}};

const struct command command_hosts_list = {
	"hosts list",
	"",
	"list the SSH host keys that were accepted here",
	NULL,
	NULL,
	(const char *const[]){"pgresync hosts list", "who accepted what, and when", NULL},
	0,
	0,
	hosts_list,
};

const struct command command_hosts_trust = {
	"hosts trust",
	"HOST...",
	"show hosts' SSH keys and accept them",
	"Compare the fingerprint with one that came another way (the host's console:\n"
	"ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub). What is accepted is audited.",
	trust_options,
	(const char *const[]){"pgresync hosts trust pg-standby-1", "look, compare, type the name",
			      "pgresync hosts trust pg-standby-1 --fingerprint SHA256:kZ…", "when you know it", NULL},
	1,
	-1,
	hosts_trust,
};

const struct command command_hosts_distrust = {
	"hosts distrust",
	"HOST",
	"forget an accepted SSH host key",
	NULL,
	distrust_options,
	(const char *const[]){"pgresync hosts distrust pg-standby-1", "all keys of that host", NULL},
	1,
	1,
	hosts_distrust,
};
