#include "inventory/csv.h"

#include <string.h>

enum { CELL_MOST = 8 << 20 };

static void read_quoted(struct csv *c)
{
	for (c->at++; c->at < c->end; c->at++) {
		if (*c->at == '"' && (c->at + 1 == c->end || c->at[1] != '"')) {
			c->at++;
			return;
		}
		if (*c->at == '"')
			c->at++;
		buf_addc(&c->cell, *c->at);
	}
	c->broken = true;
}

static void read_bare(struct csv *c)
{
	while (c->at < c->end && !strchr(",\r\n", *c->at))
		buf_addc(&c->cell, *c->at++);
}

static void take_guard_off(struct csv *c)
{
	if (c->cell.used > 0 && c->cell.bytes[0] == '\'')
		buf_drop(&c->cell, 1);
}

bool csv_next(struct csv *c)
{
	if (!c->cell.bytes)
		buf_init(&c->cell, CELL_MOST);
	buf_clear(&c->cell);
	if (c->at >= c->end)
		return false;
	if (*c->at == '"')
		read_quoted(c);
	else
		read_bare(c);
	take_guard_off(c);
	c->row_ends = c->at < c->end && *c->at != ',';
	if (c->at == c->end)
		c->broken = true;
	if (c->row_ends && *c->at == '\r')
		c->at++;
	if (c->at < c->end)
		c->at++;
	return !c->broken;
}

void csv_done(struct csv *c)
{
	buf_done(&c->cell);
}
