#include "pg/conninfo.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <string.h>

static bool is_address(const char *text, size_t n)
{
	char host[64];
	struct in6_addr to;

	if (n > 0 && *text == '/')
		return true;
	if (n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	return inet_pton(AF_INET, host, &to) == 1 || inet_pton(AF_INET6, host, &to) == 1;
}

static bool all_addresses(const char *list)
{
	for (;;) {
		size_t n = strcspn(list, ",");

		if (!is_address(list, n))
			return false;
		if (!list[n])
			return true;
		list += n + 1;
	}
}

bool conninfo_check(const char *conninfo, bool *ret_has_options, struct error *why)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL); /* its error text may show the password */
	const char *host = NULL, *hostaddr = NULL, *where;
	bool good;

	*ret_has_options = false;
	if (!options)
		return error_set(why, ERROR_CONFIG, "PostgreSQL: the connection string cannot be read");
	for (PQconninfoOption *o = options; o->keyword; o++) {
		if (!o->val || !*o->val)
			continue;
		if (strcmp(o->keyword, "host") == 0)
			host = o->val;
		if (strcmp(o->keyword, "hostaddr") == 0)
			hostaddr = o->val;
		if (strcmp(o->keyword, "options") == 0)
			*ret_has_options = true;
	}
	where = hostaddr ? hostaddr : host;
	good = where && all_addresses(where);
	PQconninfoFree(options);
	return good || error_set(why, ERROR_CONFIG,
				 "PostgreSQL: the connection string must name a socket directory or an address");
}
