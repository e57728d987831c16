#include "cli/host_target.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/user_ssh.h"
#include "inventory/inventory.h"
#include "inventory/trust.h"

enum { JUMPS_MOST = 8, FILES_MOST = 4, SSH_PORT = 22 };

struct host_target {
	struct ssh_target target;
	struct ssh_trusted_key *trusted;
	char *user;
	char *identities[FILES_MOST + 1],
		*known_hosts[FILES_MOST + 1]; /* the user's own, when the inventory has none */
	struct host_target *jump;
	struct ssh_config_values *config; /* of the operator's own ssh, when the inventory wants it */
	char *words;			  /* a ProxyJump taken apart */
};

static void add_trusted(struct host_target *t, const struct trust_key *key)
{
	size_t n = t->target.n_trusted++;
	unsigned char *blob = mem_alloc(key->blob_length);

	memcpy(blob, key->blob, key->blob_length);
	t->trusted = mem_grow(t->trusted, n + 1, sizeof(*t->trusted));
	t->trusted[n] = (struct ssh_trusted_key){mem_strdup(key->type), blob, key->blob_length};
	t->target.trusted = t->trusted;
}

static bool key_listed(void *ctx, const struct trust_key *key)
{
	add_trusted(ctx, key);
	return true;
}

/* The files below the home directory that exist; ssh's defaults. */
static void find_files(char **found, const char *const *names)
{
	const char *home = getenv("HOME");
	size_t n = 0;

	for (; home != NULL && *names != NULL && n < FILES_MOST; names++) {
		char *path = **names == '/' ? mem_strdup(*names) : mem_printf("%s/%s", home, *names);

		if (access(path, R_OK) == 0)
			found[n++] = path;
		else
			free(path);
	}
	found[n] = NULL;
}

static void fill_files(struct host_target *t, const struct host *h)
{
	static const char *const identities[] = {".ssh/id_ed25519", ".ssh/id_ecdsa", ".ssh/id_rsa", NULL};
	static const char *const known_hosts[] = {".ssh/known_hosts", "/etc/ssh/ssh_known_hosts", NULL};

	t->target.identities = h->ssh.identities;
	if (*h->ssh.identities == NULL) {
		find_files(t->identities, identities);
		t->target.identities = (const char *const *)t->identities;
	}
	t->target.known_hosts = h->ssh.known_hosts;
	if (*h->ssh.known_hosts == NULL) {
		find_files(t->known_hosts, known_hosts);
		t->target.known_hosts = (const char *const *)t->known_hosts;
	}
	t->target.identity_agent = *h->ssh.identity_agent ? h->ssh.identity_agent : getenv("SSH_AUTH_SOCK");
}

static char *own_name(void)
{
	const struct passwd *pw = getpwuid(getuid());

	return mem_strdup(pw != NULL ? pw->pw_name : "root");
}

static bool fill(struct host_target *t, const struct inventory *inventory, struct store *store, const struct host *h,
		 unsigned jumps, struct error *why);

static bool fill_jump(struct host_target *t, const struct inventory *inventory, struct store *store,
		      const struct host *h, unsigned jumps, struct error *why)
{
	const struct host *jump;

	if (*h->ssh.jump == '\0')
		return true;
	jump = inventory_find_host(inventory, h->ssh.jump);
	if (jump == NULL)
		return error_set(why, ERROR_CONFIG, "%s: its jump host '%s' is not in the inventory", h->name,
				 h->ssh.jump);
	if (jumps == JUMPS_MOST)
		return error_set(why, ERROR_CONFIG, "%s: more than %d jump hosts on the way", h->name, JUMPS_MOST);
	t->jump = mem_new(struct host_target);
	t->target.jump = &t->jump->target;
	return fill(t->jump, inventory, store, jump, jumps + 1, why);
}

/* What the inventory leaves open is as ssh_config says; a file that is named there need not exist. */
static bool take_config(struct host_target *t, const struct host *h, const char *name, struct error *why)
{
	struct ssh_config_values *c = t->config = user_ssh_read(name, why);

	if (c == NULL)
		return error_in(why, "%s: ssh_config", name);
	if (c->proxy_command != NULL)
		return error_set(why, ERROR_CONFIG,
				 "%s: ssh_config has a ProxyCommand, which is not run: name a jump host (ssh.jump)",
				 name);
	t->target.address = c->host_name != NULL ? c->host_name : name;
	t->target.host_key_alias = c->host_key_alias;
	if (c->port != 0 && t->target.port == SSH_PORT)
		t->target.port = c->port;
	if ((h == NULL || *h->ssh.user == '\0') && c->user != NULL)
		t->target.user = c->user;
	if (h == NULL || *h->ssh.identities == NULL)
		t->target.identities = (const char *const *)c->identities;
	if (h == NULL || *h->ssh.known_hosts == NULL)
		t->target.known_hosts = (const char *const *)c->known_hosts;
	if ((h == NULL || *h->ssh.identity_agent == '\0') && c->identity_agent != NULL)
		t->target.identity_agent = c->identity_agent;
	return true;
}

/* "[user@]host[:port]", or as `ssh -G` prints it: "[user@][host]:port" with real brackets. */
static char *split_port(char *hop, unsigned *ret_port)
{
	char *end = *hop == '[' ? strchr(hop, ']') : NULL;
	char *colon = end != NULL ? end + 1 : strrchr(hop, ':');

	*ret_port = SSH_PORT;
	if (end != NULL)
		*end = '\0';
	if (colon != NULL && *colon == ':' && (end != NULL || strchr(hop, ':') == colon)) {
		*ret_port = (unsigned)strtoul(colon + 1, NULL, 10);
		*colon = '\0';
	}
	return end != NULL ? hop + 1 : hop;
}

static bool take_hop(struct host_target *t, char *words, struct error *why)
{
	char *at = strrchr(words, '@');

	t->words = words;
	if (at != NULL)
		*at = '\0';
	t->target.name = split_port(at != NULL ? at + 1 : words, &t->target.port);
	if (!take_config(t, NULL, t->target.name, why))
		return false;
	if (at != NULL)
		t->target.user = t->words;
	return true;
}

/* ProxyJump's hosts in their order: the last of them is the next one from here. */
static bool fill_proxy_jump(struct host_target *t, unsigned jumps, struct error *why)
{
	scoped_mem char *list = mem_strdup(t->config->proxy_jump);
	char *comma;

	while (list != NULL && *list != '\0') {
		if (jumps++ == JUMPS_MOST)
			return error_set(why, ERROR_CONFIG, "%s: more than %d jump hosts on the way", t->target.name,
					 JUMPS_MOST);
		comma = strrchr(list, ',');
		t->jump = mem_new(struct host_target);
		t->target.jump = &t->jump->target;
		if (!take_hop(t->jump, mem_strdup(comma != NULL ? comma + 1 : list), why))
			return false;
		t = t->jump;
		if (comma == NULL)
			break;
		*comma = '\0';
	}
	return true;
}

static bool fill(struct host_target *t, const struct inventory *inventory, struct store *store, const struct host *h,
		 unsigned jumps, struct error *why)
{
	t->target.name = h->name;
	t->target.address = h->address;
	t->target.port = (unsigned)h->ssh.port;
	t->target.legacy = h->ssh.legacy;
	t->user = *h->ssh.user ? mem_strdup(h->ssh.user) : own_name();
	t->target.user = t->user;
	fill_files(t, h);
	if (h->ssh.config && !take_config(t, h, h->address, why))
		return false;
	if (!trust_list(store, h->name, key_listed, t, why))
		return false;
	if (h->ssh.config && *h->ssh.jump == '\0' && t->config->proxy_jump != NULL)
		return fill_proxy_jump(t, jumps, why);
	return fill_jump(t, inventory, store, h, jumps, why);
}

struct host_target *host_target_new(const struct inventory *inventory, struct store *store, const struct host *host,
				    struct error *why)
{
	struct host_target *t = mem_new(struct host_target);

	if (fill(t, inventory, store, host, 0, why))
		return t;
	host_target_free(t);
	return NULL;
}

const struct ssh_target *host_target_get(const struct host_target *t)
{
	return &t->target;
}

void host_target_free(struct host_target *t)
{
	if (t == NULL)
		return;
	host_target_free(t->jump);
	for (size_t i = 0; i < t->target.n_trusted; i++) {
		mem_free_at(&t->trusted[i].type);
		mem_free_at(&t->trusted[i].blob);
	}
	for (size_t i = 0; i < FILES_MOST; i++) {
		free(t->identities[i]);
		free(t->known_hosts[i]);
	}
	user_ssh_free(t->config);
	free(t->words);
	free(t->trusted);
	free(t->user);
	free(t);
}
