#include "ui/table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/printable.h"

enum { CELL_MOST = 16 * 1024, GAP = 2, NARROWEST = 8 };

#define LEFT_OUT SIZE_MAX /* as the width of a column */

struct row {
	enum paint paint;
	char **cells; /* harmless for a terminal */
};

struct table {
	struct table_column *columns;
	char **titles;
	size_t n_columns;
	struct row *rows;
	size_t n_rows;
	unsigned width;
	bool color;
};

/* The library's only failures are out of memory. */
static void *or_abort(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void must(int result)
{
	if (result != 0)
		abort();
}

struct table *table_new(const struct table_column *columns, size_t n_columns, unsigned width, bool color)
{
	struct table *t = mem_new(struct table);

	t->columns = mem_alloc(n_columns * sizeof(*columns));
	memcpy(t->columns, columns, n_columns * sizeof(*columns));
	t->titles = mem_alloc(n_columns * sizeof(*t->titles));
	for (size_t i = 0; i < n_columns; i++)
		t->titles[i] = mem_strdup(columns[i].title);
	t->n_columns = n_columns;
	t->width = width;
	t->color = color;
	return t;
}

void table_add_row(struct table *t, enum paint paint, const char *const *cells)
{
	struct row row = {paint, mem_alloc(t->n_columns * sizeof(*row.cells))};

	for (size_t i = 0; i < t->n_columns; i++) {
		const char *text = cells[i] != NULL ? cells[i] : "";
		struct buf clean;

		buf_init(&clean, CELL_MOST);
		printable_add(&clean, text, strlen(text), PRINTABLE_LINE);
		row.cells[i] = buf_steal(&clean);
		buf_done(&clean);
	}
	t->rows = mem_grow(t->rows, t->n_rows + 1, sizeof(*t->rows));
	t->rows[t->n_rows++] = row;
}

size_t table_rows(const struct table *t)
{
	return t->n_rows;
}

static size_t column_width(const struct table *t, size_t column)
{
	size_t width = printable_width(t->titles[column]);

	for (size_t i = 0; i < t->n_rows; i++) {
		size_t cell = printable_width(t->rows[i].cells[column]);

		width = cell > width ? cell : width;
	}
	return width;
}

static size_t total_width(const struct table *t, const size_t *widths)
{
	size_t total = 0;

	for (size_t i = 0; i < t->n_columns; i++)
		if (widths[i] != LEFT_OUT)
			total += widths[i] + (total > 0 ? GAP : 0);
	return total;
}

/* Takes a column off the widest of those that may be cut, until the table fits or none is left to take from. */
static bool fits_when_cut(const struct table *t, size_t *widths)
{
	for (size_t total = total_width(t, widths); total > t->width; total--) {
		size_t widest = t->n_columns;

		for (size_t i = 0; i < t->n_columns; i++)
			if (t->columns[i].cut == 1 && widths[i] > NARROWEST &&
			    (widest == t->n_columns || widths[i] > widths[widest]))
				widest = i;
		if (widest == t->n_columns)
			return false;
		widths[widest]--;
	}
	return true;
}

/* Leaves out one more; false: none may be. */
static bool leave_one_out(const struct table *t, const size_t *widths, bool *left_out)
{
	size_t next = t->n_columns;

	for (size_t i = 0; i < t->n_columns; i++)
		if (t->columns[i].cut > 1 && widths[i] != LEFT_OUT &&
		    (next == t->n_columns || t->columns[i].cut > t->columns[next].cut))
			next = i;
	if (next < t->n_columns)
		left_out[next] = true;
	return next < t->n_columns;
}

static void fit(const struct table *t, size_t *widths)
{
	bool *left_out = mem_alloc(t->n_columns * sizeof(*left_out));

	do {
		for (size_t i = 0; i < t->n_columns; i++)
			widths[i] = left_out[i] ? LEFT_OUT : column_width(t, i);
	} while (t->width > 0 && !fits_when_cut(t, widths) && leave_one_out(t, widths, left_out));
	free(left_out);
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

static void fill_line(const struct table *t, const struct row *row, const size_t *widths, struct libscols_line *line)
{
	for (size_t i = 0, at = 0; i < t->n_columns; i++) {
		scoped_buf cell;

		buf_init(&cell, CELL_MOST);
		if (widths[i] == LEFT_OUT)
			continue;
		printable_cut(&cell, row->cells[i], widths[i]);
		must(scols_line_set_data(line, at++, cell.bytes));
	}
	if (t->color && color_of(row->paint) != NULL)
		must(scols_line_set_color(line, color_of(row->paint)));
}

static char *print(const struct table *t, const size_t *widths)
{
	struct libscols_table *lib = or_abort(scols_new_table());
	char *text = NULL;

	scols_table_enable_colors(lib, t->color);
	scols_table_set_column_separator(lib, "  ");
	scols_table_set_termforce(lib, SCOLS_TERMFORCE_NEVER);
	for (size_t i = 0; i < t->n_columns; i++)
		if (widths[i] != LEFT_OUT)
			or_abort(
				scols_table_new_column(lib, t->titles[i], 0, t->columns[i].right ? SCOLS_FL_RIGHT : 0));
	for (size_t i = 0; i < t->n_rows; i++)
		fill_line(t, &t->rows[i], widths, or_abort(scols_table_new_line(lib, NULL)));
	must(scols_print_table_to_string(lib, &text));
	scols_unref_table(lib);
	return or_abort(text);
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

static void table_free(struct table *t)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		for (size_t k = 0; k < t->n_columns; k++)
			free(t->rows[i].cells[k]);
		free(t->rows[i].cells);
	}
	for (size_t i = 0; i < t->n_columns; i++)
		free(t->titles[i]);
	free(t->rows);
	free(t->titles);
	free(t->columns);
	free(t);
}

void table_end(struct table *t, struct buf *out)
{
	if (t->n_rows > 0) {
		size_t *widths = mem_alloc(t->n_columns * sizeof(*widths));
		char *text;

		fit(t, widths);
		text = print(t, widths);
		add_trimmed(out, text);
		free(text);
		free(widths);
	}
	table_free(t);
}
