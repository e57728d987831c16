#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "inventory/resolve.h"
#include "inventory/validate.h"

enum { JUMPS_MOST = 4 };

static const struct host *host_named(const struct inventory *i, const char *name)
{
	const struct host *h = inventory_find_host(i, name);

	return h && strcmp(h->name, name) == 0 ? h : NULL;
}

static bool check_jump(const struct content *c, const struct inventory *i, const struct host *h, struct error *why)
{
	const struct item *at = resolve_item(c, h->name, "ssh.jump");
	const struct host *jump = h;

	for (int hops = 0; *jump->ssh.jump; hops++) {
		const char *name = jump->ssh.jump;

		jump = host_named(i, name);
		if (!jump)
			return content_fail(c, at, why, "host %s: there is no host %s to jump through", h->name, name);
		if (jump == h)
			return content_fail(c, at, why,
					    "host %s would be reached through itself: give it `ssh: {jump: none}`",
					    h->name);
		if (hops == JUMPS_MOST)
			return content_fail(c, at, why, "host %s: more than %d jumps, or jumps in a circle", h->name,
					    JUMPS_MOST);
	}
	return true;
}

static bool check_host(const struct content *c, const struct inventory *i, const struct host *h, struct error *why)
{
	const struct item *address = content_find(c, "host", h->name, "address");
	const char *problem = validate_address(h->address, h->ssh.allow_loopback);

	if (problem)
		return content_fail(c, address, why, "host %s: address: %s", h->name, problem);
	if (h->sudo == HOST_SUDO_PASSWORD && h->secrets.sudo_password.kind == SECRET_NOT_SET)
		return content_fail(c, resolve_item(c, h->name, "sudo"), why,
				    "host %s: `sudo: password` needs secrets.sudo_password", h->name);
	if (h->limits.lag_warning_mb > h->limits.lag_critical_mb)
		return content_fail(c, content_find(c, "host", h->name, ""), why,
				    "host %s: limits.lag_warning_mb is above limits.lag_critical_mb", h->name);
	return check_jump(c, i, h, why);
}

struct machine {
	char *key;
	const struct host *host;
};

static int compare_machines(const void *a, const void *b)
{
	const struct machine *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : strcmp(x->host->name, y->host->name);
}

/* Behind different jump hosts the same address may be another machine. */
static bool check_machines(const struct content *c, const struct inventory *i, struct error *why)
{
	struct machine *all = mem_alloc((i->host_count + 1) * sizeof(*all));
	bool ok = true;
	char text[256];

	for (size_t n = 0; n < i->host_count; n++) {
		const struct host *h = &i->hosts[n];

		validate_canonical_address(text, sizeof(text), h->address);
		all[n].host = h;
		all[n].key = mem_printf("%s\n%lld\n%s", text, (long long)h->ssh.port, h->ssh.jump);
	}
	qsort(all, i->host_count, sizeof(*all), compare_machines);
	for (size_t n = 1; n < i->host_count && ok; n++)
		if (strcmp(all[n - 1].key, all[n].key) == 0)
			ok = content_fail(c, content_find(c, "host", all[n].host->name, "address"), why,
					  "hosts %s and %s are one machine: %s port %lld", all[n - 1].host->name,
					  all[n].host->name, all[n].host->address, (long long)all[n].host->ssh.port);
	for (size_t n = 0; n < i->host_count; n++)
		free(all[n].key);
	free(all);
	return ok;
}

static bool check_pair(const struct content *c, const struct pair *p, struct error *why)
{
	const struct item *at = content_find(c, "pair", p->name, "");
	const struct host *a = p->primary, *b = p->standby;
	const char *upstream;

	if (a == b)
		return content_fail(c, at, why, "%s is a standby of itself", b->name);
	if (strcmp(a->environment, b->environment) != 0)
		return content_fail(c, at, why, "%s is in %s and its primary %s in %s: one environment a pair", b->name,
				    b->environment, a->name, a->environment);
	if (a->postgresql.version_num != b->postgresql.version_num)
		return content_fail(c, at, why, "%s has PostgreSQL %s and its primary %s has %s: they must be equal",
				    b->name, b->postgresql.version, a->name, a->postgresql.version);
	upstream = content_value(c, "pair", a->name, "primary");
	if (*upstream)
		return content_fail(c, at, why,
				    "%s is a standby (of %s) and cannot be a primary: name the primary itself", a->name,
				    upstream);
	return true;
}

/* A site and its aliases are one name space, or "6dg" would mean two places. */
static bool check_sites(const struct content *c, const struct inventory *i, struct error *why)
{
	for (size_t n = 0; n < i->site_count; n++)
		for (const char *const *alias = i->sites[n].aliases; *alias; alias++) {
			const struct item *at = content_find(c, "site", i->sites[n].name, "aliases");

			if (content_find(c, "site", *alias, ""))
				return content_fail(c, at, why, "%s is the name of a site already", *alias);
			if (inventory_find_site(i, *alias) != &i->sites[n])
				return content_fail(c, at, why, "%s is an alias of two sites", *alias);
		}
	return true;
}

bool rules_check(const struct content *c, const struct inventory *i, struct error *why)
{
	if (!check_sites(c, i, why))
		return false;
	for (size_t n = 0; n < i->host_count; n++)
		if (!check_host(c, i, &i->hosts[n], why))
			return false;
	if (!check_machines(c, i, why))
		return false;
	for (size_t n = 0; n < i->pair_count; n++)
		if (!check_pair(c, &i->pairs[n], why))
			return false;
	return true;
}
