#include "base/suggest.h"

#include <ctype.h>
#include <string.h>

enum { LONGEST = 255, FAR = 1000 };

static int lower(char c)
{
	return tolower((unsigned char)c);
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Damerau-Levenshtein (optimal string alignment): insert, delete, replace, swap two neighbours. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned rows[3][LONGEST + 1];

	for (size_t j = 0; j <= m; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);

			row[j] = least(least(row[j - 1], above[j]) + 1, above[j - 1] + (same ? 0 : 1));
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = least(row[j], above2[j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

/* How far away a name is; FAR: not worth naming. A part of a name (a host without its domain) counts as near. */
static unsigned rank(const char *word, const char *name)
{
	size_t n = strlen(word), m = strlen(name), longer = n > m ? n : m;
	unsigned away;

	if (n > LONGEST || m > LONGEST || n == 0)
		return FAR;
	away = distance(word, n, name, m);
	if (away <= (longer < 3 ? 1 : longer / 3) && away <= 4 && away < longer)
		return away;
	if (n >= 3 && strcasestr(name, word))
		return 5 + (unsigned)(m - n);
	return FAR;
}

size_t suggest_nearest(const char *word, const char *const *names, size_t n, const char *ret[SUGGEST_MOST])
{
	unsigned ranks[SUGGEST_MOST];
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned r = rank(word, names[i]);
		size_t at = count;

		while (at > 0 && ranks[at - 1] > r)
			at--;
		if (r == FAR || at == SUGGEST_MOST)
			continue;
		if (count < SUGGEST_MOST)
			count++;
		for (size_t k = count - 1; k > at; k--) {
			ranks[k] = ranks[k - 1];
			ret[k] = ret[k - 1];
		}
		ranks[at] = r;
		ret[at] = names[i];
	}
	return count;
}

void suggest_add(struct buf *out, const char *word, const char *const *names, size_t n)
{
	const char *near[SUGGEST_MOST];
	size_t count = suggest_nearest(word, names, n, near);

	for (size_t i = 0; i < count; i++) {
		buf_adds(out, i == 0 ? "; did you mean " : i + 1 == count ? " or " : ", ");
		buf_adds(out, near[i]);
	}
	if (count)
		buf_adds(out, "?");
}
