/*
 * What we may assume of a terminal: colour, symbols, size, and a cursor that comes back whatever happens.
 */
#ifndef UI_TTY_H
#define UI_TTY_H

#include <stdbool.h>
#include <stddef.h>

enum tty_color { TTY_COLOR_AUTO, TTY_COLOR_ALWAYS, TTY_COLOR_NEVER };

/* "auto", "always", "never"; false for another word. */
bool tty_color_parse(const char *word, enum tty_color *ret_color);

/* Whether to colour what goes to fd. Auto: FORCE_COLOR says yes, else NO_COLOR says no, else a terminal that is not
 * dumb, else CLICOLOR_FORCE. */
bool tty_has_color(enum tty_color wanted, int fd);
/* A terminal on which lines can be rewritten: not dumb. */
bool tty_can_rewrite(int fd);

struct tty_size {
	unsigned columns, rows;
};
/* Asked anew each time, so that a resized window needs no signal; 80 x 24 when fd is no terminal.
 * $COLUMNS and $LINES are not looked at: they belong to the shell. */
struct tty_size tty_get_size(int fd);

/* Hides fd's cursor until tty_cursor_show(); it also comes back at exit, on a fatal signal and while stopped
 * (SIGTSTP), and *ret_redraw, borrowed until tty_cursor_show(), becomes true when we are continued. */
void tty_cursor_hide(int fd, volatile bool *ret_redraw);
void tty_cursor_show(void);

#endif
