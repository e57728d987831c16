/*
 * Allow-lists: what may stand in the inventory, so that no shell, ssh or terminal can misread it.
 *
 * Each answers NULL when the text is good, otherwise a constant text that says what is wrong.
 */
#ifndef INVENTORY_VALIDATE_H
#define INVENTORY_VALIDATE_H

#include <stdbool.h>

const char *validate_host_name(const char *s);
/* An address literal or a DNS name. Link-local, unspecified, multicast and loopback ones are refused, the last
 * unless they are allowed. */
const char *validate_address(const char *s, bool allow_loopback);
/* Of sites, environments, tags, roles. */
const char *validate_label(const char *s);
const char *validate_word(const char *s);
const char *validate_user(const char *s);
const char *validate_path(const char *s);
const char *validate_command(const char *s);
/* "pass:TEXT", "file:PATH" or "credential:NAME", with ${environment}, ${site} and ${host} in them. */
const char *validate_secret_ref(const char *s);

/* The same address written in one way only (IPv6 has many); size >= 256. Returns text. */
char *validate_canonical_address(char *text, unsigned long size, const char *s);

#endif
