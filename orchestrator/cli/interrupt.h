/*
 * SIGINT, SIGTERM and SIGHUP as calls on the loop. A closed terminal (SIGHUP) stops a run in order like Ctrl-C.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <uv.h>

struct interrupt;

/* times counts the signals from 1. */
typedef void interrupt_fn(void *ctx, int times);

struct interrupt *interrupt_new(uv_loop_t *loop, interrupt_fn *interrupted, void *ctx);
/* Frees when the loop has handed the handles back. */
void interrupt_close(struct interrupt *i);

#endif
