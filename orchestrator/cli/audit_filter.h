/*
 * The options that choose audit records, shared by audit and audit export.
 */
#ifndef CLI_AUDIT_FILTER_H
#define CLI_AUDIT_FILTER_H

#include <stdbool.h>

#include "base/error.h"
#include "inventory/audit.h"

struct command_context;

#define AUDIT_FILTER_OPTIONS                                                                                     \
	{"since", 0, "TIME", "not before"}, {"until", 0, "TIME", "before"}, {"host", 0, "HOST", "of that host"}, \
		{"actor", 0, "USER", "done by, or on behalf of"}, {"run", 0, "RUN", "of that run"},              \
	{                                                                                                        \
		"text", 't', "WORDS", "with these words"                                                         \
	}

/* Texts are borrowed from the command line and, for host, from the inventory. */
bool audit_filter_read(struct command_context *context, struct audit_filter *ret, struct error *why);
/* True when some record may be left out. */
bool audit_filter_leaves_out(const struct audit_filter *f);
/* One JSON array on standard output, record by record. */
bool audit_filter_write_json(struct store *s, const struct audit_filter *f, struct error *why);

#endif
