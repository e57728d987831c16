/*
 * A run of twenty standbys in the middle of its work, as several tests show it.
 */
#ifndef TESTS_UI_SCENE_H
#define TESTS_UI_SCENE_H

#include <stdio.h>

#include "ui/progress_model.h"

enum { SCENE_HOSTS = 20, SCENE_NOW_MS = 1000000, SCENE_STARTED_MS = SCENE_NOW_MS - 252000 };

struct scene {
	struct progress_model model;
	struct progress_host hosts[SCENE_HOSTS];
	char names[SCENE_HOSTS][40];
};

static inline void scene_work(struct progress_host *h, int row, const char *name, int64_t begun_ms)
{
	h->state = PROGRESS_RUNNING;
	h->row = row;
	h->rows = 9;
	h->row_name = name;
	h->started_ms = SCENE_STARTED_MS;
	h->row_started_ms = begun_ms;
	h->last_output_ms = SCENE_NOW_MS - 1000;
}

static inline void scene_init(struct scene *s)
{
	struct progress_host *h = s->hosts;

	*s = (struct scene){0};
	for (int i = 0; i < SCENE_HOSTS; i++) {
		snprintf(s->names[i], sizeof(s->names[i]), "pg-standby-%d.%s", i + 1, i % 10 == 3 ? "6dg" : "carr");
		progress_host_init(&h[i], s->names[i]);
		h[i].state = PROGRESS_GOOD;
		h[i].started_ms = SCENE_STARTED_MS;
		h[i].ended_ms = SCENE_STARTED_MS + 1000 * (200 + i);
		h[i].lag_bytes = 1024 * i;
	}
	h[3].state = PROGRESS_FAILED;
	h[3].row = 3;
	h[3].rows = 9;
	h[3].row_name = "unprotect key";
	h[3].ended_ms = h[3].started_ms + 7000;
	h[3].why = "gpg exit 2: Bad passphrase";
	scene_work(&h[1], 5, "base backup", SCENE_NOW_MS - 120000);
	h[1].percent = 63;
	h[1].bytes = 62385278157;
	h[1].total = 98784247808;
	h[1].rate = 32505856;
	h[1].eta_ms = 100000;
	h[1].lag_bytes = -1;
	scene_work(&h[2], 7, "replay WAL", SCENE_NOW_MS - 60000);
	h[2].percent = 79;
	h[2].eta_ms = 31000;
	h[2].lag_bytes = 1288490188;
	h[2].last_line = "restored log file \"000000010000001600000A0FE\"";
	scene_work(&h[8], 8, "wait for streaming", SCENE_NOW_MS - 50000);
	h[8].last_output_ms = SCENE_NOW_MS - 45000;
	h[8].lag_bytes = 92274688;
	h[8].last_line = "invalid record length at 16/B374D848: wanted 24, got 0";
	h[4].state = PROGRESS_WAITING;
	h[4].waiting_for = "pg-primary-2 allows 1 base backup (pg-standby-2.carr)";
	h[5].state = PROGRESS_GIVING_BACK;
	h[5].row = 4;
	h[5].rows = 9;
	h[5].row_name = "restoring";
	h[5].row_started_ms = SCENE_NOW_MS - 3000;
	h[5].last_output_ms = SCENE_NOW_MS - 1000;
	s->model = (struct progress_model){
		.run = 42,
		.title = "resync staging",
		.started_ms = SCENE_STARTED_MS,
		.hint = "^C finishes the row, gives back",
		.hosts = h,
		.n_hosts = SCENE_HOSTS,
		.utf8 = true,
	};
}

#endif
