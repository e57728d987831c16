/*
 * A virtual screen: bytes go in, rows of text come out.
 */
#ifndef TESTS_UI_SCREEN_H
#define TESTS_UI_SCREEN_H

#include <string.h>
#include <vterm.h>

#include "base/buf.h"
#include "base/utf8.h"

struct screen {
	VTerm *term;
	VTermScreen *cells;
	int rows, columns;
	bool cursor_hidden;
	size_t scrolled; /* rows that left at the top */
	char row[4096];
};

static inline int screen_prop(VTermProp prop, VTermValue *value, void *user)
{
	struct screen *s = user;

	if (prop == VTERM_PROP_CURSORVISIBLE)
		s->cursor_hidden = !value->boolean;
	return 1;
}

static inline int screen_push(int columns, const VTermScreenCell *cells, void *user)
{
	(void)columns;
	(void)cells;
	((struct screen *)user)->scrolled++;
	return 1;
}

static inline void screen_init(struct screen *s, int rows, int columns)
{
	static const VTermScreenCallbacks callbacks = {.settermprop = screen_prop, .sb_pushline = screen_push};

	*s = (struct screen){.rows = rows, .columns = columns};
	s->term = vterm_new(rows, columns);
	vterm_set_utf8(s->term, 1);
	s->cells = vterm_obtain_screen(s->term);
	vterm_screen_set_callbacks(s->cells, &callbacks, s);
	vterm_screen_reset(s->cells, 1);
}

static inline void screen_done(struct screen *s)
{
	vterm_free(s->term);
}

static inline void screen_feed(struct screen *s, const char *bytes, size_t n)
{
	vterm_input_write(s->term, bytes, n);
}

/* The row without what is blank at its end; valid until the next call. */
static inline const char *screen_row(struct screen *s, int row)
{
	size_t used = 0, end = 0;

	for (int column = 0; column < s->columns; column++) {
		VTermScreenCell cell;

		vterm_screen_get_cell(s->cells, (VTermPos){.row = row, .col = column}, &cell);
		if (cell.chars[0] == 0 || cell.chars[0] == UINT32_MAX)
			s->row[used++] = ' ';
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0 && cell.chars[i] != UINT32_MAX; i++)
			used += utf8_encode(cell.chars[i], s->row + used);
		if (s->row[used - 1] != ' ')
			end = used;
	}
	s->row[end] = '\0';
	return s->row;
}

static inline int screen_cursor_row(struct screen *s)
{
	VTermPos at;

	vterm_state_get_cursorpos(vterm_obtain_state(s->term), &at);
	return at.row;
}

/* The first row that holds the text; -1: none. */
static inline int screen_find(struct screen *s, const char *text)
{
	for (int row = 0; row < s->rows; row++)
		if (strstr(screen_row(s, row), text) != NULL)
			return row;
	return -1;
}

#endif
