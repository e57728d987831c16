#include "ui/table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/printable.h"

enum { CELL_MOST = 16 * 1024 };

struct table {
	struct libscols_table *lib;
	size_t n_columns;
	bool color;
};

/* The library's only failures are out of memory. */
static void *or_abort(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

struct table *table_new(const struct table_column *columns, size_t n_columns, unsigned width, bool color)
{
	struct table *t = mem_new(struct table);

	t->lib = or_abort(scols_new_table());
	t->n_columns = n_columns;
	t->color = color;
	scols_table_enable_colors(t->lib, color);
	scols_table_set_column_separator(t->lib, "  ");
	if (width > 0) {
		scols_table_set_termforce(t->lib, SCOLS_TERMFORCE_ALWAYS);
		scols_table_set_termwidth(t->lib, width);
	} else {
		scols_table_set_termforce(t->lib, SCOLS_TERMFORCE_NEVER);
	}
	for (size_t i = 0; i < n_columns; i++) {
		int flags = (columns[i].right ? SCOLS_FL_RIGHT : 0) | (columns[i].cut ? SCOLS_FL_TRUNC : 0);

		or_abort(scols_table_new_column(t->lib, columns[i].title, columns[i].cut ? 0.1 : 0, flags));
	}
	return t;
}

static const char *color_of(enum paint paint)
{
	switch (paint) {
	case PAINT_BAD:
		return "red";
	case PAINT_ATTENTION:
		return "brown";
	case PAINT_GOOD:
		return "green";
	case PAINT_FAINT:
		return "darkgray";
	case PAINT_PLAIN:
		break;
	}
	return NULL;
}

void table_add_row(struct table *t, enum paint paint, const char *const *cells)
{
	struct libscols_line *line = or_abort(scols_table_new_line(t->lib, NULL));

	for (size_t i = 0; i < t->n_columns; i++) {
		const char *text = cells[i] != NULL ? cells[i] : "";
		scoped_buf clean;

		buf_init(&clean, CELL_MOST);
		printable_add(&clean, text, strlen(text), PRINTABLE_LINE);
		if (scols_line_set_data(line, i, clean.bytes) != 0)
			abort();
	}
	if (t->color && color_of(paint) != NULL && scols_line_set_color(line, color_of(paint)) != 0)
		abort();
}

size_t table_rows(const struct table *t)
{
	return scols_table_get_nlines(t->lib);
}

/* The library fills the last column up with spaces. */
static void add_trimmed(struct buf *out, const char *text)
{
	for (const char *end; *text != '\0'; text = end + (*end == '\n')) {
		size_t n;

		end = strchrnul(text, '\n');
		n = (size_t)(end - text);
		while (n > 0 && text[n - 1] == ' ')
			n--;
		buf_add(out, text, n);
		buf_addc(out, '\n');
	}
}

void table_end(struct table *t, struct buf *out)
{
	char *text = NULL;

	if (scols_table_get_nlines(t->lib) > 0) {
		if (scols_print_table_to_string(t->lib, &text) != 0 || text == NULL)
			abort();
		add_trimmed(out, text);
	}
	free(text);
	scols_unref_table(t->lib);
	free(t);
}
