#include "ssh/known_hosts_cache.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ssh/known_hosts.h"

enum { FILE_MOST = 64 * 1024 * 1024 };

struct entry {
	struct entry *next;
	char *file;
	struct stat as_read;
	struct known_hosts *hosts;
};

struct known_hosts_cache {
	struct entry *entries;
};

struct known_hosts_cache *known_hosts_cache_new(void)
{
	return mem_new(struct known_hosts_cache);
}

void known_hosts_cache_free(struct known_hosts_cache *c)
{
	while (c->entries) {
		struct entry *e = c->entries;

		c->entries = e->next;
		known_hosts_free(e->hosts);
		free(e->file);
		free(e);
	}
	free(c);
}

static struct entry *entry_for(struct known_hosts_cache *c, const char *file)
{
	struct entry *e;

	for (e = c->entries; e; e = e->next)
		if (strcmp(e->file, file) == 0)
			return e;
	e = mem_new(struct entry);
	e->file = mem_strdup(file);
	e->next = c->entries;
	c->entries = e;
	return e;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool read_all(int fd, struct buf *text)
{
	char piece[64 * 1024];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0)
		if (!buf_add(text, piece, (size_t)n))
			return false;
	return n == 0;
}

static void entry_read(struct entry *e)
{
	int fd = open(e->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	scoped_buf text = {0};

	known_hosts_free(e->hosts);
	e->hosts = NULL;
	if (fd < 0)
		return;
	buf_init(&text, FILE_MOST);
	if (fstat(fd, &e->as_read) == 0 && S_ISREG(e->as_read.st_mode) && read_all(fd, &text))
		e->hosts = known_hosts_parse(e->file, text.bytes, text.used);
	close(fd);
}

const struct known_hosts *known_hosts_cache_get(struct known_hosts_cache *c, const char *file)
{
	struct entry *e = entry_for(c, file);
	struct stat now;

	if (stat(file, &now) < 0) {
		known_hosts_free(e->hosts);
		e->hosts = NULL;
	} else if (!e->hosts || !is_same_file(&now, &e->as_read)) {
		entry_read(e);
	}
	return e->hosts;
}
