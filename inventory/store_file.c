#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "inventory/store_open.h"

enum { HEADER = 100 };

static uint32_t big_endian(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static char *directory_of(const char *path)
{
	scoped_mem char *copy = mem_strdup(path);

	return mem_strdup(dirname(copy));
}

static bool has_wal(const char *path)
{
	scoped_mem char *wal = mem_printf("%s-wal", path);
	struct stat st;

	return stat(wal, &st) == 0 && st.st_size > 0;
}

/* A crash in the middle of a checkpoint may leave the file short; then the -wal file has the rest. */
static bool is_cut_off(const char *path, const uint8_t *header, off_t size)
{
	uint32_t page = (uint32_t)header[16] << 8 | header[17];
	off_t pages = (off_t)big_endian(header + 28);

	if (page == 1)
		page = 65536;
	if (page < 512 || has_wal(path))
		return false;
	return size % (off_t)page != 0 || size < pages * (off_t)page;
}

static bool check_header(const char *path, off_t size, struct error *why)
{
	uint8_t header[HEADER];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return error_set(why, errno == EACCES ? ERROR_PERMISSION : ERROR_STORE, "%s: %s", path,
				 strerror(errno));
	n = read(fd, header, sizeof(header));
	close(fd);
	if (n < (ssize_t)sizeof(header) || memcmp(header, "SQLite format 3", 16) != 0)
		return error_set(why, ERROR_STORE, "%s: not a pgresync store: give another --db", path);
	if (big_endian(header + 68) != STORE_APPLICATION_ID)
		return error_set(why, ERROR_STORE,
				 "%s: the SQLite file of another program, not a pgresync store: give another --db",
				 path);
	if (is_cut_off(path, header, size))
		return error_set(why, ERROR_STORE, "%s: the store is cut off (%lld bytes): put back a backup", path,
				 (long long)size);
	return true;
}

static bool check_may_write(const char *path, struct error *why)
{
	scoped_mem char *directory = directory_of(path);

	if (access(path, W_OK) != 0)
		return error_set(why, ERROR_PERMISSION, "%s: may not be written by this user (%s)", path,
				 strerror(errno));
	if (access(directory, W_OK | X_OK) != 0)
		return error_set(why, ERROR_PERMISSION,
				 "%s: its directory %s may not be written (%s), which SQLite must", path, directory,
				 strerror(errno));
	return true;
}

bool store_file_check(const char *path, enum store_mode mode, bool *ret_exists, struct error *why)
{
	struct stat st;

	*ret_exists = true;
	if (lstat(path, &st) != 0) {
		*ret_exists = false;
		if (errno == ENOENT && mode == STORE_CREATE)
			return true;
		if (errno == ENOENT || errno == ENOTDIR)
			return error_set(why, ERROR_STORE,
					 "%s: no store there: `pgresync inventory import FILE` makes one", path);
		return error_set(why, errno == EACCES ? ERROR_PERMISSION : ERROR_STORE, "%s: %s", path,
				 strerror(errno));
	}
	if (S_ISLNK(st.st_mode))
		return error_set(why, ERROR_STORE, "%s: a symbolic link: give the file itself", path);
	if (!S_ISREG(st.st_mode))
		return error_set(why, ERROR_STORE, "%s: not a regular file: give another --db", path);
	if (st.st_size == 0)
		return error_set(why, ERROR_STORE,
				 "%s: the file is empty: put back a backup, or remove it to begin anew", path);
	if (!check_header(path, st.st_size, why))
		return false;
	return mode == STORE_READ || check_may_write(path, why);
}

/* With its parents, all of them private. */
static bool make_directories(const char *directory)
{
	scoped_mem char *parent = NULL;

	if (mkdir(directory, 0700) == 0 || errno == EEXIST)
		return true;
	if (errno != ENOENT)
		return false;
	parent = directory_of(directory);
	return strcmp(parent, directory) != 0 && make_directories(parent) && mkdir(directory, 0700) == 0;
}

static bool make_directory(const char *path, struct error *why)
{
	scoped_mem char *directory = directory_of(path);

	return make_directories(directory) ||
	       error_set(why, errno == EACCES || errno == EROFS ? ERROR_PERMISSION : ERROR_STORE,
			 "%s: its directory %s cannot be made: %s", path, directory, strerror(errno));
}

static bool fill_new(const char *path, struct error *why)
{
	struct store s = {.path = mem_strdup(path)};
	bool ok = store_connect(&s, true, why) && store_migrate(&s, true, why);

	store_disconnect(&s);
	free(s.path);
	return ok;
}

static void sync_directory(const char *path)
{
	scoped_mem char *directory = directory_of(path);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

/* A store is complete before it has its name, so no other process ever sees half of one. */
bool store_file_make(const char *path, struct error *why)
{
	scoped_mem char *draft = mem_printf("%s.new-%ld", path, (long)getpid());
	bool ok;
	int fd;

	if (!make_directory(path, why))
		return false;
	unlink(draft);
	fd = open(draft, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(why, errno == EACCES || errno == EROFS ? ERROR_PERMISSION : ERROR_STORE,
				 "%s: cannot be made: %s", path, strerror(errno));
	close(fd);
	ok = fill_new(draft, why);
	if (ok && link(draft, path) != 0 && errno != EEXIST)
		ok = error_set(why, ERROR_STORE, "%s: cannot be made: %s", path, strerror(errno));
	unlink(draft);
	sync_directory(path);
	return ok;
}
