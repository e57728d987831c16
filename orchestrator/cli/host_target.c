#include "cli/host_target.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "inventory/inventory.h"
#include "inventory/trust.h"

enum { JUMPS_MOST = 8, FILES_MOST = 4 };

struct host_target {
	struct ssh_target target;
	struct ssh_trusted_key *trusted;
	char *user;
	char *identities[FILES_MOST + 1],
		*known_hosts[FILES_MOST + 1]; /* the user's own, when the inventory has none */
	struct host_target *jump;
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
	return trust_list(store, h->name, key_listed, t, why) && fill_jump(t, inventory, store, h, jumps, why);
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
	free(t->trusted);
	free(t->user);
	free(t);
}
