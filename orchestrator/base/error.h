/*
 * Errors are values: a code that says how to react, and a text that says what happened.
 *
 * Every fallible function is `bool f(..., struct error *why)`: why is last, never NULL and filled on failure only.
 * The text grows outward (error_in), so the outermost caller prints "host: row: cause".
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

/* One code per different reaction. */
enum error_code {
	ERROR_NONE,
	ERROR_FAILED,	   /* our own failure: disk, memory, a library */
	ERROR_HOST,	   /* the work failed on the host */
	ERROR_TIMEOUT,	   /* no answer within the deadline: may be tried again */
	ERROR_UNREACHABLE, /* no connection to the host: may be tried again */
	ERROR_HOST_KEY,	   /* unknown, changed or revoked host key: the operator decides */
	ERROR_AUTH,	   /* the host does not let us in, or sudo refuses */
	ERROR_REFUSED,	   /* a guard refuses; nothing was changed */
	ERROR_BUSY,	   /* somebody else holds the lease or the lock: later */
	ERROR_OWED,	   /* something is still changed on a host */
	ERROR_USAGE,	   /* the command line */
	ERROR_CONFIG,	   /* the inventory, the configuration or a secret reference */
	ERROR_PERMISSION,  /* a file or a store that we may not use */
	ERROR_STORE,	   /* the store cannot be used */
	ERROR_CANCELLED,   /* the operator asked us to stop */
	ERROR_CODES
};

struct error {
	enum error_code code;
	char text[480];
};

/* Fills *why and returns false, so that `return error_set(why, …);` reads well. */
bool error_set(struct error *why, enum error_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "where: " before the text and returns false. */
bool error_in(struct error *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

const char *error_name(enum error_code code);
/* The code of that name, ERROR_NONE when there is none. */
enum error_code error_by_name(const char *name);
/* The process exit status that documents this code (docs: exit codes). */
int error_exit_status(enum error_code code);
/* True when the same attempt may succeed later without anybody's help. */
bool error_may_retry(enum error_code code);

#endif
