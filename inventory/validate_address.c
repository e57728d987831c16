#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "inventory/validate.h"

static const char *check_v4(uint32_t a, bool allow_loopback)
{
	if (a >> 24 == 0)
		return "the unspecified address is no host";
	if (a >> 24 == 127)
		return allow_loopback ? NULL : "a loopback address is this machine: ssh.allow_loopback: true allows it";
	if (a >> 16 == 0xa9fe)
		return "a link-local address (169.254.*) is refused";
	if (a >> 28 >= 14)
		return "a multicast or reserved address is no host";
	return NULL;
}

static const char *check_v6(const struct in6_addr *a, bool allow_loopback)
{
	if (IN6_IS_ADDR_UNSPECIFIED(a))
		return "the unspecified address is no host";
	if (IN6_IS_ADDR_LOOPBACK(a))
		return allow_loopback ? NULL : "a loopback address is this machine: ssh.allow_loopback: true allows it";
	if (IN6_IS_ADDR_LINKLOCAL(a))
		return "a link-local address (fe80::) is refused";
	if (IN6_IS_ADDR_MULTICAST(a))
		return "a multicast or reserved address is no host";
	if (IN6_IS_ADDR_V4MAPPED(a) || IN6_IS_ADDR_V4COMPAT(a))
		return "write the IPv4 address itself";
	return NULL;
}

/* "10.1", "0x7f.1" and "2130706433" are addresses to some resolvers. */
static bool looks_numeric(const char *s)
{
	const char *last = strrchr(s, '.');

	last = last ? last + 1 : s;
	return strspn(last, "0123456789") == strlen(last) || strncmp(last, "0x", 2) == 0;
}

static bool names_loopback(const char *s)
{
	size_t n = strlen(s);

	return strcmp(s, "localhost") == 0 || strcmp(s, "ip6-localhost") == 0 || strcmp(s, "ip6-loopback") == 0 ||
	       strncmp(s, "localhost.", 10) == 0 || (n > 10 && strcmp(s + n - 10, ".localhost") == 0);
}

const char *validate_address(const char *s, bool allow_loopback)
{
	struct in_addr v4;
	struct in6_addr v6;
	const char *problem;

	if (inet_pton(AF_INET, s, &v4) == 1)
		return check_v4(ntohl(v4.s_addr), allow_loopback);
	if (strchr(s, ':'))
		return inet_pton(AF_INET6, s, &v6) == 1 ? check_v6(&v6, allow_loopback) : "not an address";
	if (names_loopback(s))
		return allow_loopback ? NULL : "this name is this machine: ssh.allow_loopback: true allows it";
	if (*s == '\0' || looks_numeric(s))
		return "not an address: give four numbers from 0 to 255, an IPv6 address or a DNS name";
	problem = validate_host_name(s);
	return problem ? "not an address or DNS name (a-z, 0-9, '.', '-')" : NULL;
}

char *validate_canonical_address(char *text, unsigned long size, const char *s)
{
	struct in6_addr v6;

	if (inet_pton(AF_INET6, s, &v6) != 1 || !inet_ntop(AF_INET6, &v6, text, (socklen_t)size))
		snprintf(text, size, "%s", s);
	return text;
}
