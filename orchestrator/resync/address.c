#include "resync/address.h"

#include <arpa/inet.h>
#include <string.h>

static bool read_address(const char *text, struct in6_addr *ret)
{
	char bare[64];
	size_t n = strcspn(text, "%/");
	struct in_addr v4;

	if (n == 0 || n >= sizeof(bare))
		return false;
	memcpy(bare, text, n);
	bare[n] = '\0';
	if (inet_pton(AF_INET6, bare, ret) == 1)
		return true;
	if (inet_pton(AF_INET, bare, &v4) != 1)
		return false;
	*ret = (struct in6_addr){.s6_addr = {[10] = 0xFF, [11] = 0xFF}};
	memcpy(&ret->s6_addr[12], &v4, sizeof(v4));
	return true;
}

bool address_same(const char *a, const char *b)
{
	struct in6_addr x, y;

	return read_address(a, &x) && read_address(b, &y) && memcmp(&x, &y, sizeof(x)) == 0;
}

bool address_is_loopback(const char *a)
{
	struct in6_addr x;

	if (!read_address(a, &x))
		return false;
	return IN6_IS_ADDR_LOOPBACK(&x) || (IN6_IS_ADDR_V4MAPPED(&x) && x.s6_addr[12] == 127);
}
