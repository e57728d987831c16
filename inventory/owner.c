#include "inventory/owner.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void read_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, line, size - 1);

	if (fd >= 0)
		close(fd);
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

/* 0 when there is no such process. */
static int64_t start_time_of(int64_t pid)
{
	char path[64], line[1024], *at;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	read_line(path, line, sizeof(line));
	/* The command name, field 2, may hold anything, also ") ": count from its last bracket. */
	at = strrchr(line, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? (int64_t)strtoll(at + 1, NULL, 10) : 0;
}

static void controller_name(char *name, size_t size)
{
	if (gethostname(name, size) != 0)
		snprintf(name, size, "unknown");
	name[size - 1] = '\0';
}

void owner_here(struct owner *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->pid = getpid();
	ret->start_time = start_time_of(ret->pid);
	read_line("/proc/sys/kernel/random/boot_id", ret->boot_id, sizeof(ret->boot_id));
	controller_name(ret->controller, sizeof(ret->controller));
}

enum owner_sign owner_look(const struct owner *o)
{
	struct owner here;

	owner_here(&here);
	if (strcmp(o->controller, here.controller) != 0)
		return OWNER_ELSEWHERE;
	if (strcmp(o->boot_id, here.boot_id) != 0)
		return OWNER_DEAD;
	return start_time_of(o->pid) == o->start_time && o->start_time != 0 ? OWNER_ALIVE : OWNER_DEAD;
}
