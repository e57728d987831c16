/*
 * Where a secret is to be found. The store holds references, never secrets.
 */
#ifndef INVENTORY_SECRET_REF_H
#define INVENTORY_SECRET_REF_H

enum secret_kind {
	SECRET_NOT_SET,
	SECRET_PASS,	   /* entry of the pass(1) store */
	SECRET_FILE,	   /* absolute path on the controller; mode is checked when it is read */
	SECRET_CREDENTIAL, /* name under $CREDENTIALS_DIRECTORY */
};

struct secret_ref {
	enum secret_kind kind;
	const char *text; /* expanded: no ${…} is left in it; "" when not set */
};

/* "pass", "file", "credential", "" */
const char *secret_kind_name(enum secret_kind kind);

#endif
