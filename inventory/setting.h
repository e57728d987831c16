/*
 * The table of all settings that a host may have: import, export, show and resolving share it.
 */
#ifndef INVENTORY_SETTING_H
#define INVENTORY_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "inventory/host.h"
#include "inventory/store.h"

enum setting_type {
	SETTING_NAME,	 /* a host's name, or "none" */
	SETTING_USER,	 /* an account */
	SETTING_WORD,	 /* letters, digits, . _ - */
	SETTING_PATH,	 /* absolute, no .. */
	SETTING_PATHS,	 /* a list of them */
	SETTING_COMMAND, /* words harmless to sh */
	SETTING_NUMBER,	 /* between least and most */
	SETTING_BOOL,
	SETTING_CHOICE, /* one of a list, stored as its index */
	SETTING_VERSION,
	SETTING_SECRET,
};

struct setting {
	const char *name; /* "postgresql.data_dir" */
	enum setting_type type;
	const char *standard; /* the value when nobody says otherwise; ${version} and ${cluster} are expanded */
	size_t at;	      /* where the value stands in struct host */
	long long least, most;
	const char *const *choices; /* ends with NULL */
};

extern const struct setting setting_table[];
extern const size_t setting_count;

const struct setting *setting_find(const char *name);
/* Checks a raw value as it stands in the store (lists: one entry a line; secrets: "pass:TEXT").
 * False and what is wrong with it, in a few words, in *problem (a constant text). */
bool setting_check(const struct setting *s, const char *value, const char **problem);

/* Tells of every setting of one host: the value that holds as text, and the scope that said it
 * ("built in", "defaults", "site carrenza", "environment staging", "host x"). */
typedef void setting_seen_fn(void *ctx, const struct setting *s, const char *value, const char *origin);
bool setting_show(struct store *store, const char *host, setting_seen_fn *seen, void *ctx, struct error *why);

#endif
