#include "ui/nodeset.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A name seen as head, number, tail: which of its digit runs is the number is decided for the whole set. */
struct part {
	const char *name;
	size_t head, digits; /* bytes of the head and of the number; 0 digits: no number */
	unsigned long number;
	size_t at; /* place in the caller's array */
	bool used;
};

enum { DIGITS_MOST = 9 };

/* The n-th digit run of the name (from 0); false when there is none, or when it is too long to be a number. */
static bool find_run(const char *name, size_t n, size_t *ret_head, size_t *ret_digits)
{
	for (const char *at = name; *at != '\0';) {
		size_t digits = strspn(at, "0123456789");

		if (digits > 0 && n-- == 0) {
			*ret_head = (size_t)(at - name);
			*ret_digits = digits;
			return digits <= DIGITS_MOST;
		}
		at += digits > 0 ? digits : 1;
	}
	return false;
}

static bool is_padded(const struct part *p)
{
	return p->digits > 1 && p->name[p->head] == '0';
}

/* True when both names are the same but for the number, and the numbers are written alike. */
static bool same_but_number(const struct part *a, const struct part *b)
{
	if (a->digits == 0 || b->digits == 0 || a->head != b->head || memcmp(a->name, b->name, a->head) != 0)
		return false;
	if ((is_padded(a) || is_padded(b)) && a->digits != b->digits)
		return false;
	return strcmp(a->name + a->head + a->digits, b->name + b->head + b->digits) == 0;
}

static void set_run(struct part *p, size_t n)
{
	if (find_run(p->name, n, &p->head, &p->digits))
		p->number = strtoul(p->name + p->head, NULL, 10);
	else
		p->digits = 0;
}

/* Chooses the digit run by which the name has most neighbours. */
static void choose_run(struct part *parts, size_t n, size_t which)
{
	size_t best = 0, best_neighbours = 0, head, digits;

	for (size_t run = 0; find_run(parts[which].name, run, &head, &digits); run++) {
		size_t neighbours = 0;

		set_run(&parts[which], run);
		for (size_t i = 0; i < n; i++) {
			struct part other = {.name = parts[i].name};

			set_run(&other, run);
			neighbours += same_but_number(&parts[which], &other);
		}
		if (neighbours > best_neighbours) {
			best = run;
			best_neighbours = neighbours;
		}
	}
	set_run(&parts[which], best);
}

static int by_number(const void *a, const void *b)
{
	const struct part *x = *(const struct part *const *)a, *y = *(const struct part *const *)b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static void add_number(struct buf *out, const struct part *p)
{
	buf_add(out, p->name + p->head, p->digits);
}

/* "[1-3,5]" from parts sorted by number. */
static void add_ranges(struct buf *out, struct part *const *set, size_t n)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < n;) {
		size_t last = i;

		while (last + 1 < n && set[last + 1]->number <= set[last]->number + 1)
			last++;
		if (i > 0)
			buf_addc(out, ',');
		add_number(out, set[i]);
		if (set[last]->number > set[i]->number) {
			buf_addc(out, '-');
			add_number(out, set[last]);
		}
		i = last + 1;
	}
	buf_addc(out, ']');
}

static void add_set(struct buf *out, struct part **set, size_t n)
{
	const struct part *first = set[0];

	qsort(set, n, sizeof(struct part *), by_number);
	if (set[0]->number == set[n - 1]->number) {
		buf_adds(out, first->name);
		return;
	}
	buf_add(out, first->name, first->head);
	add_ranges(out, set, n);
	buf_adds(out, first->name + first->head + first->digits);
}

void nodeset_fold(struct buf *out, const char *const *names, size_t n)
{
	struct part *parts = mem_alloc((n + 1) * sizeof(*parts));
	struct part **set = mem_alloc((n + 1) * sizeof(struct part *));

	for (size_t i = 0; i < n; i++)
		parts[i] = (struct part){.name = names[i], .at = i};
	for (size_t i = 0; i < n; i++)
		choose_run(parts, n, i);
	for (size_t i = 0; i < n; i++) {
		size_t members = 0;

		if (parts[i].used)
			continue;
		for (size_t k = i; k < n; k++) {
			if (k != i && (parts[k].used ||
				       (!same_but_number(&parts[i], &parts[k]) && strcmp(names[i], names[k]) != 0)))
				continue;
			parts[k].used = true;
			set[members++] = &parts[k];
		}
		if (i > 0)
			buf_addc(out, ',');
		add_set(out, set, members);
	}
	free(set);
	free(parts);
}
