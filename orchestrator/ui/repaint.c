#include "ui/repaint.h"

#include <stdbool.h>
#include <string.h>

#include "ui/text.h"

enum { FRAME_MOST = 4 * 1024 * 1024 };

void repaint_init(struct repaint *f)
{
	buf_init(&f->shown, FRAME_MOST);
}

void repaint_done(struct repaint *f)
{
	buf_done(&f->shown);
}

void repaint_forget(struct repaint *f)
{
	buf_clear(&f->shown);
}

/* Columns of a line that may hold colours (nothing else of ours is an escape). */
static size_t line_columns(const char *line, size_t n)
{
	scoped_buf plain;

	buf_init(&plain, FRAME_MOST);
	for (size_t i = 0; i < n; i++) {
		if (line[i] == '\033')
			while (i < n && line[i] != 'm')
				i++;
		else
			buf_addc(&plain, line[i]);
	}
	return text_width(plain.bytes);
}

/* How many rows of a window of that width the block takes. */
static size_t rows_of(const struct buf *block, unsigned columns)
{
	size_t rows = 0;

	for (const char *at = block->bytes, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		size_t wide = line_columns(at, (size_t)(end - at));

		rows += wide <= columns || columns == 0 ? 1 : (wide + columns - 1) / columns;
	}
	return rows;
}

static void put_lines(struct buf *out, const char *lines)
{
	for (const char *at = lines, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		buf_add(out, at, (size_t)(end - at));
		buf_adds(out, "\r\n");
	}
}

/* Steps over lines that are the same, rewrites those that are not. The caller has brought the cursor to the top. */
static void put_differences(struct buf *out, const char *old, const char *new)
{
	for (const char *end; (end = strchr(new, '\n')) != NULL; new = end + 1) {
		const char *old_end = strchr(old, '\n');
		size_t length = (size_t)(end - new);
		bool same = old_end != NULL && (size_t)(old_end - old) == length && memcmp(old, new, length) == 0;

		if (!same) {
			buf_adds(out, "\033[K");
			buf_add(out, new, length);
		}
		buf_adds(out, "\r\n");
		old = old_end != NULL ? old_end + 1 : old;
	}
	if (*old != '\0')
		buf_adds(out, "\033[J");
}

void repaint_draw(struct repaint *f, const struct buf *above, const struct buf *block, unsigned columns,
		  struct buf *out)
{
	size_t lines = 0, rows = rows_of(&f->shown, columns);

	if (above->used == 0 && block->used == f->shown.used && memcmp(block->bytes, f->shown.bytes, block->used) == 0)
		return;
	for (size_t i = 0; i < f->shown.used; i++)
		lines += f->shown.bytes[i] == '\n';
	if (rows > 0)
		buf_addf(out, "\r\033[%zuA", rows);
	if (above->used > 0 || rows != lines) {
		buf_adds(out, "\033[J");
		put_lines(out, above->bytes);
		put_lines(out, block->bytes);
	} else {
		put_differences(out, f->shown.bytes, block->bytes);
	}
	buf_clear(&f->shown);
	buf_add(&f->shown, block->bytes, block->used);
}
