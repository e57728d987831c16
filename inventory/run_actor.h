/*
 * Who changes a run now, for this folder's own use.
 */
#ifndef INVENTORY_RUN_ACTOR_H
#define INVENTORY_RUN_ACTOR_H

#include "inventory/actor.h"
#include "inventory/store_sql.h"

/* This process's actor, on whose behalf the run was begun. */
void run_actor_now(struct store *s, int64_t run, struct actor *ret);

#endif
