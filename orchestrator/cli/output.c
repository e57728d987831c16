#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/say.h"

enum { OUTPUT_MOST = 256 * 1024 * 1024 };

void output_begin(struct output *o)
{
	buf_init(&o->text, OUTPUT_MOST);
	json_begin(&o->json, &o->text);
}

void output_end(struct output *o)
{
	json_end(&o->json);
	buf_addc(&o->text, '\n');
	say_data(&o->text);
	buf_done(&o->text);
}

void output_drop(struct output *o)
{
	buf_done(&o->text);
}

struct table *output_table(const struct command_context *context, const struct table_column *columns, size_t n)
{
	unsigned width = isatty(STDOUT_FILENO) ? tty_get_size(STDOUT_FILENO).columns : 0;

	return table_new(columns, n, width, context_color(context, STDOUT_FILENO));
}

void output_table_end(struct table *table)
{
	scoped_buf text;

	buf_init(&text, OUTPUT_MOST);
	table_end(table, &text);
	say_data(&text);
}

bool output_create(const char *path, FILE **ret_file, struct error *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0 && (*ret_file = fdopen(fd, "w")) != NULL)
		return true;
	error_set(why, errno == EACCES ? ERROR_PERMISSION : ERROR_FAILED, "cannot make %s: %s%s", path, strerror(errno),
		  errno == EEXIST ? " (it is not overwritten)" : "");
	if (fd >= 0)
		close(fd);
	return false;
}

bool output_close(const char *path, FILE *file, struct error *why)
{
	bool good = fflush(file) == 0 && fsync(fileno(file)) == 0 && !ferror(file);
	int saved = errno;

	if (fclose(file) == 0 && good)
		return true;
	return error_set(why, ERROR_FAILED, "cannot write %s: %s", path, strerror(saved));
}

bool output_to_file(const char *path, const struct buf *text, struct error *why)
{
	FILE *file;

	if (path == NULL) {
		say_data(text);
		return true;
	}
	if (!output_create(path, &file, why))
		return false;
	fwrite(text->bytes, 1, text->used, file);
	return output_close(path, file, why);
}

char *output_time(char text[OUTPUT_TIME], int64_t wall_us)
{
	text[0] = '\0';
	if (wall_us != 0)
		clock_format_local(text, OUTPUT_TIME, wall_us);
	return text;
}

void output_json_time(struct json *j, const char *key, int64_t wall_us)
{
	char text[OUTPUT_TIME];

	json_put_string(j, key, wall_us != 0 ? clock_format_utc(text, sizeof(text), wall_us) : NULL);
}
