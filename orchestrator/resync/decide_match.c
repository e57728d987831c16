#include "resync/decide_match.h"

#include <string.h>
#include <strings.h>

#include "inventory/inventory.h"
#include "resync/address.h"
#include "resync/decide.h"
#include "resync/look.h"

enum { DEFAULT_SEGMENT_BYTES = 16 * 1024 * 1024 };

bool decide_names_host(const char *name, const char *host_name)
{
	size_t n = strlen(name);

	if (n > 0 && name[n - 1] == '.')
		n--;
	return n > 0 && strncasecmp(name, host_name, n) == 0 && (host_name[n] == '\0' || host_name[n] == '.');
}

bool decide_is_address_of(const char *address, const struct look_side *side, const struct host *host)
{
	if (address_is_loopback(address))
		return false;
	for (int i = 0; i < side->n_addresses; i++)
		if (address_same(address, side->addresses[i]))
			return true;
	return address_same(address, host->address);
}

/* primary_conninfo of 10 and later may list several hosts. */
static bool list_names(const char *list, const struct look_side *side, const struct host *host)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		char one[256];

		if (n < sizeof(one)) {
			memcpy(one, list, n);
			one[n] = '\0';
			if (decide_names_host(one, host->name) || decide_names_host(one, side->hostname) ||
			    decide_is_address_of(one, side, host))
				return true;
		}
		list += n + (list[n] == ',');
	}
	return false;
}

bool decide_conninfo_fits(const struct look *look)
{
	const struct look_side *s = &look->standby;

	for (int i = 0; i < s->n_conninfo_addresses; i++)
		if (decide_is_address_of(s->conninfo_addresses[i], &look->primary, look->pair->primary))
			return true;
	return list_names(s->conninfo_host, &look->primary, look->pair->primary);
}

bool decide_system_identifier(const struct look_side *side, uint64_t *ret)
{
	if (side->up && side->facts.has_system_identifier)
		*ret = side->facts.system_identifier;
	else if (side->has_control)
		*ret = side->control.system_identifier;
	else
		return false;
	return true;
}

static void take_higher(uint32_t *highest, bool known, uint32_t timeline)
{
	if (known && timeline > *highest)
		*highest = timeline;
}

bool decide_timeline(const struct look_side *side, uint32_t *ret)
{
	uint32_t highest = 0;

	take_higher(&highest, side->up && side->facts.has_timeline, side->facts.timeline);
	take_higher(&highest, side->up && side->facts.has_receiver_timeline, side->facts.receiver_timeline);
	take_higher(&highest, side->has_control && side->control.has_timeline, side->control.timeline);
	take_higher(&highest, side->has_control && side->control.has_min_recovery, side->control.min_recovery_timeline);
	*ret = highest;
	return highest > 0;
}

static uint32_t segment_bytes(const struct look *look)
{
	const struct look_side *sides[] = {&look->primary, &look->standby};

	for (int i = 0; i < 2; i++) {
		if (sides[i]->up && lsn_segment_size_fits(sides[i]->facts.wal_segment_bytes))
			return sides[i]->facts.wal_segment_bytes;
		if (sides[i]->has_control && sides[i]->control.has_segment_bytes)
			return sides[i]->control.segment_bytes;
	}
	return DEFAULT_SEGMENT_BYTES;
}

/* Where the standby goes on: what it has received (streaming) or replayed (from an archive); when it is down, where
 * its control file says that recovery must at least come to. */
static bool next_lsn(const struct look_side *side, lsn_t *ret)
{
	const struct facts *f = &side->facts;

	*ret = 0;
	if (side->up) {
		if (f->has_receive)
			*ret = f->receive;
		if (f->has_replay && f->replay > *ret)
			*ret = f->replay;
	} else if (side->has_control) {
		if (side->control.has_redo)
			*ret = side->control.redo;
		if (side->control.has_min_recovery && side->control.min_recovery > *ret)
			*ret = side->control.min_recovery;
	}
	return *ret > 0;
}

bool decide_needed_segment(const struct look *look, char ret_segment[32])
{
	uint32_t timeline;
	lsn_t lsn;

	if (!next_lsn(&look->standby, &lsn))
		return false;
	if (!decide_timeline(&look->standby, &timeline) && !decide_timeline(&look->primary, &timeline))
		return false;
	lsn_segment_name(ret_segment, timeline, lsn, segment_bytes(look));
	return true;
}

int decide_compare_segments(const char *a, const char *b)
{
	return strcmp(a + 8, b + 8);
}

bool decide_segment_gone(const struct look *look, bool *ret_known, char ret_needed[32])
{
	const char *oldest = look->primary.oldest_segment;

	*ret_known = decide_needed_segment(look, ret_needed) && oldest[0];
	return *ret_known && decide_compare_segments(ret_needed, oldest) < 0;
}

static bool is_standby_row(const struct facts_sender *row)
{
	static const char *const tools[] = {"pg_basebackup", "pg_receivexlog", "pg_receivewal", "barman", "pgbackrest"};

	if (row->state && strcmp(row->state, "backup") == 0)
		return false;
	for (size_t i = 0; row->application_name && i < sizeof(tools) / sizeof(*tools); i++)
		if (strncmp(row->application_name, tools[i], strlen(tools[i])) == 0)
			return false;
	return true;
}

static bool carries_name(const struct facts_sender *row, const struct look *look)
{
	const char *name = row->application_name;

	return name && name[0] &&
	       (decide_names_host(name, look->pair->standby->name) || decide_names_host(name, look->standby.hostname));
}

/* Where several rows come from one address the name decides; else, since a dead sender may linger beside its successor
 * after a network cut, the newest. */
static bool is_better(const struct facts_sender *row, bool named, const struct facts_sender *best, bool best_named)
{
	if (!best || named != best_named)
		return !best || named;
	return row->backend_start && (!best->backend_start || strcmp(row->backend_start, best->backend_start) > 0);
}

int decide_sender_row(const struct look *look)
{
	const struct facts *f = &look->primary.facts;
	const struct facts_sender *best = NULL;
	bool best_named = false;

	for (int i = 0; look->primary.up && i < f->n_senders; i++) {
		const struct facts_sender *row = &f->senders[i];
		bool named = carries_name(row, look);
		bool from_there =
			row->client_addr && decide_is_address_of(row->client_addr, &look->standby, look->pair->standby);

		if (!is_standby_row(row) || !from_there || !is_better(row, named, best, best_named))
			continue;
		best = row;
		best_named = named;
	}
	return best ? (int)(best - f->senders) : -1;
}

int decide_free_senders(const struct look *look)
{
	const struct facts *f = &look->primary.facts;

	if (!look->primary.up || f->max_wal_senders < 0)
		return -1;
	return f->n_senders < f->max_wal_senders ? f->max_wal_senders - f->n_senders : 0;
}
