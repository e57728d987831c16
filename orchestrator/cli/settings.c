#include "cli/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/suggest.h"

enum { SETTINGS_MOST = 64 * 1024, JOBS_MOST = 1000 };

struct reader {
	struct settings *s;
	const char *path;
	yaml_document_t document;
};

static bool at(const struct reader *r, const yaml_node_t *node, struct error *why, const char *text, const char *what)
{
	return error_set(why, ERROR_CONFIG, "%s:%zu:%zu: %s%s", r->path, node->start_mark.line + 1,
			 node->start_mark.column + 1, text, what);
}

static bool take_text(char **to, const char *value)
{
	if (*to == NULL)
		*to = mem_strdup(value);
	return true;
}

static bool take_db(struct settings *s, const char *value)
{
	return value[0] == '/' && take_text(&s->db, value);
}

static bool take_color(struct settings *s, const char *value)
{
	if (strcmp(value, "auto") != 0 && strcmp(value, "always") != 0 && strcmp(value, "never") != 0)
		return false;
	return take_text(&s->color, value);
}

static bool take_notify(struct settings *s, const char *value)
{
	return value[0] == '/' && take_text(&s->notify, value);
}

static bool take_jobs(struct settings *s, const char *value)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (*value == '\0' || *end != '\0' || n < 1 || n > JOBS_MOST)
		return false;
	if (s->jobs == 0)
		s->jobs = (int)n;
	return true;
}

static const struct {
	const char *name, *wants;
	bool (*take)(struct settings *s, const char *value);
} keys[] = {
	{"db", "'db' wants an absolute path", take_db},
	{"jobs", "'jobs' wants a number from 1 to 1000", take_jobs},
	{"color", "'color' wants auto, always or never", take_color},
	{"notify", "'notify' wants the absolute path of a program", take_notify},
};

enum { N_KEYS = sizeof(keys) / sizeof(*keys) };

static bool unknown_key(const struct reader *r, const yaml_node_t *node, const char *name, struct error *why)
{
	const char *names[N_KEYS];
	char text[160] = ": db, jobs, color and notify are known", what[120];
	const char *near[SUGGEST_MOST];

	for (size_t i = 0; i < N_KEYS; i++)
		names[i] = keys[i].name;
	if (suggest_nearest(name, names, N_KEYS, near) > 0)
		snprintf(text, sizeof(text), "; did you mean '%s'?", near[0]);
	snprintf(what, sizeof(what), "unknown key '%.80s'", name);
	return at(r, node, why, what, text);
}

static bool read_pair(struct reader *r, const yaml_node_pair_t *pair, struct error *why)
{
	const yaml_node_t *key = yaml_document_get_node(&r->document, pair->key);
	const yaml_node_t *value = yaml_document_get_node(&r->document, pair->value);
	const char *name;

	if (key->type != YAML_SCALAR_NODE)
		return at(r, key, why, "a key must be a word", "");
	name = (const char *)key->data.scalar.value;
	for (size_t i = 0; i < N_KEYS; i++) {
		if (strcmp(keys[i].name, name) != 0)
			continue;
		if (value->type != YAML_SCALAR_NODE ||
		    strlen((const char *)value->data.scalar.value) != value->data.scalar.length)
			return at(r, value, why, keys[i].wants, "");
		if (!keys[i].take(r->s, (const char *)value->data.scalar.value))
			return at(r, value, why, keys[i].wants, "");
		return true;
	}
	return unknown_key(r, key, name, why);
}

static bool read_document(struct reader *r, struct error *why)
{
	const yaml_node_t *root = yaml_document_get_root_node(&r->document);

	if (root == NULL)
		return true;
	if (root->type != YAML_MAPPING_NODE)
		return at(r, root, why, "settings are written as 'key: value'", "");
	for (const yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++)
		if (!read_pair(r, p, why))
			return false;
	return true;
}

/* The whole file; NULL and *why when it cannot be used, NULL and no error when it is missing. */
static char *slurp(const char *path, bool must_be_there, size_t *ret_size, bool *ret_missing, struct error *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *text;
	struct stat st;
	ssize_t n;

	*ret_missing = fd < 0 && (errno == ENOENT || errno == ENOTDIR) && !must_be_there;
	if (fd < 0) {
		error_set(why, errno == EACCES ? ERROR_PERMISSION : ERROR_CONFIG, "%s: %s", path, strerror(errno));
		return NULL;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > SETTINGS_MOST) {
		error_set(why, ERROR_CONFIG, "%s: not a file of at most 64 KiB", path);
		close(fd);
		return NULL;
	}
	text = mem_alloc(SETTINGS_MOST + 1);
	n = read(fd, text, SETTINGS_MOST);
	close(fd);
	*ret_size = n > 0 ? (size_t)n : 0;
	return text;
}

bool settings_read(struct settings *s, const char *path, bool must_be_there, struct error *why)
{
	struct reader r = {.s = s, .path = path};
	yaml_parser_t parser;
	size_t size = 0;
	bool missing, good;
	scoped_mem char *text = slurp(path, must_be_there, &size, &missing, why);

	if (text == NULL)
		return missing;
	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	good = yaml_parser_load(&parser, &r.document) == 1;
	if (!good) {
		error_set(why, ERROR_CONFIG, "%s:%zu:%zu: %s", path, parser.problem_mark.line + 1,
			  parser.problem_mark.column + 1, parser.problem ? parser.problem : "not YAML");
	} else {
		good = read_document(&r, why);
		yaml_document_delete(&r.document);
	}
	yaml_parser_delete(&parser);
	return good;
}

/* $variable, else ~/below; NULL when there is neither. */
static char *xdg(const char *variable, const char *below)
{
	const char *set = getenv(variable), *home = getenv("HOME");

	if (set != NULL && set[0] == '/')
		return mem_strdup(set);
	return home != NULL && home[0] == '/' ? mem_printf("%s/%s", home, below) : NULL;
}

bool settings_read_usual(struct settings *s, struct error *why)
{
	scoped_mem char *base = xdg("XDG_CONFIG_HOME", ".config");
	scoped_mem char *user = base ? mem_printf("%s/pgresync/config.yml", base) : NULL;

	if (user != NULL && !settings_read(s, user, false, why))
		return false;
	return settings_read(s, "/etc/pgresync/config.yml", false, why);
}

void settings_done(struct settings *s)
{
	free(s->db);
	free(s->color);
	free(s->notify);
	*s = (struct settings){0};
}

char *settings_default_store(void)
{
	scoped_mem char *state = geteuid() == 0 ? NULL : xdg("XDG_STATE_HOME", ".local/state");

	return mem_printf("%s/pgresync/pgresync.db", state ? state : "/var/lib");
}
