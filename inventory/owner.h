/*
 * Which process on this machine owns something: enough to tell a dead owner from a reused process number.
 */
#ifndef INVENTORY_OWNER_H
#define INVENTORY_OWNER_H

#include <stdbool.h>
#include <stdint.h>

struct owner {
	int64_t pid;
	int64_t start_time; /* field 22 of /proc/PID/stat */
	char boot_id[40];
	char controller[64]; /* host name of the controller */
};

enum owner_sign {
	OWNER_ALIVE,
	OWNER_DEAD,	 /* ended, or the machine was rebooted since */
	OWNER_ELSEWHERE, /* another machine's: we cannot tell */
};

void owner_here(struct owner *ret);
enum owner_sign owner_look(const struct owner *o);

#endif
