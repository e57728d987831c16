/*
 * When a schedule fires next.
 */
#ifndef CLI_NEXT_FIRE_H
#define CLI_NEXT_FIRE_H

#include <stdint.h>

struct schedule;

/* 0 when it is paused or cannot be known. */
int64_t next_fire(const struct schedule *plan);

#endif
