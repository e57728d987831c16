/*
 * Compares text with a file of tests/golden/; UPDATE_GOLDEN=1 writes it instead, for a human to look at the diff.
 */
#ifndef TESTS_UI_GOLDEN_H
#define TESTS_UI_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

enum { GOLDEN_MOST = 1024 * 1024 };

static inline void golden_read(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "r");
	char piece[4096];
	size_t n;

	while (file != NULL && (n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(out, piece, n);
	if (file != NULL)
		fclose(file);
}

static inline void golden_compare(const char *top, const char *name, const struct buf *text)
{
	scoped_mem char *path = mem_printf("%s/tests/golden/%s", top, name);
	scoped_buf wanted;

	buf_init(&wanted, GOLDEN_MOST);
	if (getenv("UPDATE_GOLDEN") != NULL) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fwrite(text->bytes, 1, text->used, file);
		fclose(file);
	}
	golden_read(path, &wanted);
	if (strcmp(wanted.bytes, text->bytes) != 0)
		fprintf(stderr, "%s differs; it is now:\n%s", path, text->bytes);
	assert_string_equal(wanted.bytes, text->bytes);
}

#define golden_expect(name, text) golden_compare(SOURCE_DIR, name, text)

#endif
