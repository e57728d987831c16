/*
 * What is remembered of each standby between passes: since when it is above a threshold, when it was last resynced.
 */
#ifndef INVENTORY_SAMPLE_H
#define INVENTORY_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/store.h"

struct sample {
	int64_t taken_us;	 /* 0: never measured */
	int64_t lag_bytes;	 /* -1: not known */
	int64_t lag_ms;		 /* -1: not known */
	bool is_above;		 /* above the policy's threshold */
	int64_t above_since_us;	 /* 0: not above */
	int64_t last_resync_us;	 /* end of the last good resync, 0: never */
	int64_t last_attempt_us; /* end of the last resync however it ended, 0: never */
};

/* Notes a measurement; above_since_us is kept while is_above stays true. Fills *ret when it is not NULL. */
bool sample_note(struct store *s, const char *standby, int64_t lag_bytes, int64_t lag_ms, bool is_above,
		 struct sample *ret, struct error *why);
/* All zero when nothing is known. The last resync is read from the runs. */
bool sample_load(struct store *s, const char *standby, struct sample *ret, struct error *why);

#endif
