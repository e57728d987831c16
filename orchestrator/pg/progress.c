#include "pg/progress.h"

#include <stdio.h>
#include <string.h>

static const char prompt[] = "Password: ";

void progress_init(struct progress *p)
{
	memset(p, 0, sizeof(*p));
}

static bool take_figures(struct progress *p)
{
	long long done, total;
	int percent, tablespaces_done, tablespaces;

	if (sscanf(p->line, " %18lld/%18lld kB (%9d%%), %9d/%9d tablespace", &done, &total, &percent, &tablespaces_done,
		   &tablespaces) != 5)
		return false;
	p->seen = true;
	p->done_kb = done;
	p->total_kb = total;
	p->percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
	p->tablespaces_done = tablespaces_done;
	p->tablespaces = tablespaces;
	return true;
}

static bool end_line(struct progress *p)
{
	bool changed = false;

	if (p->used > 0)
		changed = take_figures(p);
	if (strstr(p->line, "base backup completed")) {
		p->complete = true;
		changed = true;
	}
	if (strstr(p->line, "still waiting for all required WAL segments to be archived")) {
		p->waits_for_archive = true;
		changed = true;
	}
	p->used = 0;
	p->line[0] = '\0';
	return changed;
}

/* A prompt has no line end: it is there as soon as its last byte is. What follows it begins a new line. */
static bool add(struct progress *p, char c)
{
	if (p->used + 1 >= sizeof(p->line))
		return false; /* the rest of an overlong line says nothing that we look for */
	p->line[p->used++] = c ? c : ' ';
	p->line[p->used] = '\0';
	if (p->used != sizeof(prompt) - 1 || memcmp(p->line, prompt, p->used) != 0)
		return false;
	p->prompts++;
	p->used = 0;
	p->line[0] = '\0';
	return true;
}

bool progress_feed(struct progress *p, const char *bytes, size_t n)
{
	bool changed = false;

	for (; n > 0; n--, bytes++)
		if (*bytes == '\r' || *bytes == '\n' ? end_line(p) : add(p, *bytes))
			changed = true;
	return changed;
}
