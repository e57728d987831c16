/*
 * A history of ten records to look at and to tamper with.
 */
#ifndef TESTS_UNIT_INVENTORY_AUDIT_FILL_H
#define TESTS_UNIT_INVENTORY_AUDIT_FILL_H

#include "scratch.h"

#include "inventory/audit.h"
#include "inventory/journal.h"

enum { RECORDS = 10 };

/* Ten records: 1, 4, 7 and 10 plain, the others rows with an output. */
static void fill(struct scratch *s)
{
	struct error why;

	for (int i = 1; i <= RECORDS; i++) {
		char text[64];

		snprintf(text, sizeof(text), "=output %d, \"quoted\"\n", i);
		if (i % 3 == 1) {
			struct audit_record r = {.by = s->by,
						 .event = "test",
						 .run = i,
						 .host = "db-1.carrenza",
						 .reason = text,
						 .exit_status = -1,
						 .duration_ms = -1};

			assert_ok(audit_append(s->store, &r, &why));
		} else {
			struct journal_entry e = {.run = i,
						  .host = "db-2.carrenza",
						  .row_name = "puppet_off",
						  .kind = JOURNAL_TAKE,
						  .phase = JOURNAL_ENDED,
						  .outcome = JOURNAL_OK,
						  .exit_status = 0,
						  .duration_ms = 12,
						  .command = "govuk_puppet --disable",
						  .output = text,
						  .output_length = strlen(text),
						  .saved = "nonce=7"};

			assert_ok(journal_write(s->store, &s->by, &e, &why));
		}
	}
}

static __attribute__((unused)) int filled(void **state)
{
	int rc = scratch_setup(state);

	if (rc == 0)
		fill(*state);
	return rc;
}

#endif
