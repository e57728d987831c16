#include "cli/passphrase.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "cli/say.h"

enum { FILES_MOST = 8 };

struct passphrases {
	struct {
		char *path;
		struct secret *secret;
	} known[FILES_MOST];
	int n;
	bool no_input;
};

struct passphrases *passphrases_new(bool no_input)
{
	struct passphrases *p = mem_new(struct passphrases);

	p->no_input = no_input;
	return p;
}

void passphrases_free(struct passphrases *p)
{
	for (int i = 0; i < p->n; i++) {
		free(p->known[i].path);
		secret_free(p->known[i].secret);
	}
	free(p);
}

static struct secret *line_of(char *line, ssize_t n)
{
	struct error ignored;
	struct secret *s;

	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		n--;
	s = n > 0 ? secret_new(line, (size_t)n, &ignored) : NULL;
	return s;
}

static struct secret *from_file(const char *path)
{
	char line[SECRET_MOST + 2];
	struct secret *s = NULL;
	struct stat st;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
		say_refusal("the file of $PGRESYNC_IDENTITY_PASSPHRASE_FILE must be a regular file of mode 0600");
	else
		s = line_of(line, read(fd, line, sizeof(line)));
	explicit_bzero(line, sizeof(line));
	if (fd >= 0)
		close(fd);
	return s;
}

static struct secret *from_terminal(const char *path)
{
	char line[SECRET_MOST + 2];
	struct termios was, quiet;
	struct secret *s;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	if (tcgetattr(fd, &was) != 0) {
		close(fd);
		return NULL;
	}
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	dprintf(fd, "Passphrase of %s: ", path);
	s = line_of(line, read(fd, line, sizeof(line)));
	tcsetattr(fd, TCSAFLUSH, &was);
	dprintf(fd, "\n");
	explicit_bzero(line, sizeof(line));
	close(fd);
	return s;
}

const struct secret *passphrases_get(void *ctx, const char *path)
{
	struct passphrases *p = ctx;
	const char *file = getenv("PGRESYNC_IDENTITY_PASSPHRASE_FILE");
	struct secret *s;

	for (int i = 0; i < p->n; i++)
		if (strcmp(p->known[i].path, path) == 0)
			return p->known[i].secret;
	if (p->n == FILES_MOST)
		return NULL;
	s = file ? from_file(file) : p->no_input ? NULL : from_terminal(path);
	p->known[p->n].path = mem_strdup(path);
	p->known[p->n++].secret = s;
	return s;
}
