#include "ui/tty.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char hide_cursor[] = "\033[?25l", show_cursor[] = "\033[?25h\033[0m";

/* One terminal at a time: a process has one live block. */
static volatile sig_atomic_t hidden_fd = -1;
static volatile bool *redraw;
static bool handlers_set;

bool tty_color_parse(const char *word, enum tty_color *ret_color)
{
	static const char *const words[] = {"auto", "always", "never"};

	for (int i = 0; i < 3; i++) {
		if (strcmp(word, words[i]) == 0) {
			*ret_color = (enum tty_color)i;
			return true;
		}
	}
	return false;
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] != '\0';
}

static bool is_on(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] != '\0' && strcmp(value, "0") != 0;
}

bool tty_can_rewrite(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

bool tty_has_color(enum tty_color wanted, int fd)
{
	if (wanted != TTY_COLOR_AUTO)
		return wanted == TTY_COLOR_ALWAYS;
	if (is_on("FORCE_COLOR"))
		return true;
	if (is_set("NO_COLOR"))
		return false;
	return tty_can_rewrite(fd) || is_on("CLICOLOR_FORCE");
}

struct tty_size tty_get_size(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
		return (struct tty_size){80, 24};
	return (struct tty_size){size.ws_col, size.ws_row};
}

/* Async-signal-safe. */
static void cursor_write(const char *sequence, size_t n)
{
	if (hidden_fd >= 0 && write(hidden_fd, sequence, n) < 0)
		return; /* nobody is left to tell */
}

static void cursor_show_at_exit(void)
{
	cursor_write(show_cursor, sizeof(show_cursor) - 1);
}

static void fatal_signal(int number)
{
	cursor_show_at_exit();
	signal(number, SIG_DFL);
	raise(number);
}

static void stop_signal(int number)
{
	cursor_show_at_exit();
	signal(number, SIG_DFL);
	raise(number);
}

static void catch_signal(int number, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags}, old;

	sigemptyset(&action.sa_mask);
	/* Somebody who already handles it (the loop, for SIGTERM) knows better. */
	if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		sigaction(number, &action, NULL);
}

static void continue_signal(int number)
{
	(void)number;
	if (hidden_fd < 0)
		return;
	cursor_write(hide_cursor, sizeof(hide_cursor) - 1);
	catch_signal(SIGTSTP, stop_signal, SA_NODEFER);
	if (redraw != NULL)
		*redraw = true;
}

static void set_handlers(void)
{
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

	for (size_t i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
		catch_signal(fatal[i], fatal_signal, (int)SA_RESETHAND | SA_NODEFER);
	catch_signal(SIGTSTP, stop_signal, SA_NODEFER);
	catch_signal(SIGCONT, continue_signal, SA_RESTART);
	if (!handlers_set)
		atexit(cursor_show_at_exit);
	handlers_set = true;
}

void tty_cursor_hide(int fd, volatile bool *ret_redraw)
{
	hidden_fd = fd;
	redraw = ret_redraw;
	set_handlers();
	cursor_write(hide_cursor, sizeof(hide_cursor) - 1);
}

void tty_cursor_show(void)
{
	cursor_write(show_cursor, sizeof(show_cursor) - 1);
	hidden_fd = -1;
	redraw = NULL;
}
