#include "inventory/validate.h"

#include <stddef.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool only(const char *s, const char *allowed)
{
	return strspn(s, allowed) == strlen(s);
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* Labels of 1 to 63 letters, digits and hyphens, none of them at the edge of a label. */
static bool labels_are_good(const char *s)
{
	while (*s) {
		size_t n = strcspn(s, ".");

		if (n == 0 || n > 63 || s[0] == '-' || s[n - 1] == '-')
			return false;
		s += n;
		if (*s == '.' && *++s == '\0')
			return false;
	}
	return true;
}

const char *validate_host_name(const char *s)
{
	if (*s == '\0' || strlen(s) > 253)
		return "a host name has 1 to 253 characters";
	if (only(s, LOWER UPPER DIGITS ".-") && !only(s, LOWER DIGITS ".-"))
		return "a host name is written in lower case";
	if (!only(s, LOWER DIGITS ".-"))
		return "a host name has only a-z, 0-9, '.' and '-'";
	if (!labels_are_good(s))
		return "each part of a host name has 1 to 63 characters and no '-' at its edges";
	if (strcmp(s, "none") == 0 || strcmp(s, "all") == 0 || strcmp(s, "localhost") == 0)
		return "this name means something else";
	if (only(s, DIGITS "."))
		return "a host name is not an address";
	return NULL;
}

const char *validate_label(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > 64)
		return "a name here has 1 to 64 characters";
	if (!only(s, LOWER DIGITS "._-"))
		return "a name here has only a-z, 0-9, '.', '_' and '-'";
	if (!is_one_of(s[0], LOWER DIGITS) || !is_one_of(s[n - 1], LOWER DIGITS))
		return "a name here begins and ends with a letter or digit";
	return NULL;
}

const char *validate_word(const char *s)
{
	if (*s == '\0' || strlen(s) > 64 || !only(s, LOWER UPPER DIGITS "._-") || s[0] == '-' || s[0] == '.')
		return "must be 1 to 64 letters, digits, '.', '_' and '-', and begin with none of '.' and '-'";
	return NULL;
}

const char *validate_user(const char *s)
{
	if (*s == '\0' || strlen(s) > 32 || !is_one_of(s[0], LOWER UPPER "_") || !only(s, LOWER UPPER DIGITS "._-"))
		return "an account has 1 to 32 letters, digits, '.', '_' and '-', and begins with a letter or '_'";
	return NULL;
}

static bool has_dots(const char *path)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && path[0] == '.' && path[1] == '.')
			return true;
		path += n + (path[n] == '/' ? 1 : 0);
	}
	return false;
}

const char *validate_path(const char *s)
{
	if (s[0] == '~')
		return "must be an absolute path: nothing expands '~' here";
	if (s[0] != '/')
		return "must be an absolute path";
	if (s[1] == '\0' || strlen(s) > 1024 || !only(s, LOWER UPPER DIGITS "._/-"))
		return "a path has up to 1024 letters, digits, '.', '_', '/' and '-'";
	if (has_dots(s))
		return "a path has no '..' in it";
	return NULL;
}

const char *validate_command(const char *s)
{
	if (*s == '\0' || strlen(s) > 512)
		return "a command has 1 to 512 characters";
	if (!only(s, LOWER UPPER DIGITS "._/:@%+,- "))
		return "a command is plain words: letters, digits and . _ / : @ % + , - (no quotes, no shell)";
	if (s[0] == '-' || s[0] == ' ' || s[strlen(s) - 1] == ' ' || strstr(s, "  ") || has_dots(s))
		return "a command is words with one space between them, and begins with a program";
	return NULL;
}

/* Leaves out ${environment}, ${site} and ${host}; false when there is another or a broken one. */
static bool without_placeholders(const char *s, char *out, size_t size)
{
	static const char *const known[] = {"${environment}", "${site}", "${host}"};
	size_t used = 0;

	while (*s) {
		size_t i = 0;

		while (i < 3 && strncmp(s, known[i], strlen(known[i])) != 0)
			i++;
		if (i == 3 && *s == '$')
			return false;
		/* A placeholder counts as a letter: it stands for a checked name. */
		if (used + 1 >= size)
			return false;
		out[used++] = i < 3 ? 'x' : *s;
		s += i < 3 ? strlen(known[i]) : 1;
	}
	out[used] = '\0';
	return true;
}

const char *validate_secret_ref(const char *s)
{
	const char *colon = strchr(s, ':');
	size_t kind = colon ? (size_t)(colon - s) : 0;
	char text[512] = "";

	if (!colon)
		return "a secret is a reference: {pass: ENTRY}, {file: PATH} or {credential: NAME}";
	if (!without_placeholders(colon + 1, text, sizeof(text)))
		return "only ${environment}, ${site} and ${host} may stand in a reference of up to 500 characters";
	if (kind == 4 && strncmp(s, "file", 4) == 0)
		return validate_path(text);
	if (kind == 10 && strncmp(s, "credential", 10) == 0)
		return validate_word(text);
	if (kind != 4 || strncmp(s, "pass", 4) != 0)
		return "a secret is a reference: {pass: ENTRY}, {file: PATH} or {credential: NAME}";
	if (!is_one_of(text[0], LOWER UPPER DIGITS "_") || !only(text, LOWER UPPER DIGITS "._/:@+-") || has_dots(text))
		return "an entry of pass has letters, digits and . _ / : @ + -, begins with a letter, digit or '_', "
		       "and has no '..'";
	return NULL;
}
