/*
 * Writes JSON piece by piece into a buffer, without a tree.
 *
 * Commas and nesting are kept here; a value in the wrong place is a bug and aborts. Strings may
 * hold any bytes: what is not UTF-8 becomes U+FFFD. What passes the buffer's cap is left out, and json_end() tells.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { JSON_DEPTH_MOST = 32 };

struct json {
	struct buf *out; /* borrowed until json_end() */
	unsigned depth;
	char closer[JSON_DEPTH_MOST]; /* } or ] of each open level */
	bool has_values[JSON_DEPTH_MOST + 1];
	bool after_key, fits;
};

void json_begin(struct json *j, struct buf *out);
/* All levels are closed; false when something did not fit. */
bool json_end(struct json *j);

void json_open_object(struct json *j);
void json_close_object(struct json *j);
void json_open_array(struct json *j);
void json_close_array(struct json *j);

/* Inside an object: the key of the value that comes next. */
void json_key(struct json *j, const char *key);
void json_add_string(struct json *j, const char *s); /* NULL gives null */
void json_add_bytes(struct json *j, const char *s, size_t n);
void json_add_number(struct json *j, int64_t n);
void json_add_unsigned(struct json *j, uint64_t n);
void json_add_real(struct json *j, double x); /* null when it is not finite */
void json_add_bool(struct json *j, bool b);
void json_add_null(struct json *j);

/* A key and its value. */
void json_put_string(struct json *j, const char *key, const char *s);
void json_put_number(struct json *j, const char *key, int64_t n);
void json_put_bool(struct json *j, const char *key, bool b);

#endif
