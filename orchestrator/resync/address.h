/*
 * Compares internet addresses by what they mean: "10.0.0.1" is "::ffff:10.0.0.1", zones and prefix lengths do not count.
 */
#ifndef RESYNC_ADDRESS_H
#define RESYNC_ADDRESS_H

#include <stdbool.h>

/* False, too, when one of them is no address. */
bool address_same(const char *a, const char *b);
bool address_is_loopback(const char *a);

#endif
