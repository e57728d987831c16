#include "inventory/yaml_tree.h"

#include <string.h>
#include <yaml.h>

#include "base/mem.h"
#include "inventory/text.h"

struct reader {
	yaml_parser_t parser;
	struct arena *arena;
	const char *name;
	struct error *why;
};

static bool fail_at(struct reader *r, size_t line, size_t column, const char *text)
{
	return error_set(r->why, ERROR_CONFIG, "%s:%zu:%zu: %s", r->name, line, column, text);
}

static bool fail_mark(struct reader *r, yaml_mark_t mark, const char *text)
{
	return fail_at(r, mark.line + 1, mark.column + 1, text);
}

bool yaml_tree_is_null(const struct yaml_tree *t)
{
	return t->kind == YAML_TREE_SCALAR && t->is_plain &&
	       (*t->text == '\0' || strcmp(t->text, "~") == 0 || strcasecmp(t->text, "null") == 0);
}

const char *yaml_tree_kind_name(const struct yaml_tree *t)
{
	static const char *const names[] = {"a single value", "a list", "a mapping"};

	return yaml_tree_is_null(t) ? "nothing" : names[t->kind];
}

static bool is_bad_control(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
}

/* libyaml would name a byte's place only by its offset. */
static bool check_bytes(struct reader *r, const char *text, size_t length)
{
	size_t line = 1, column = 1, step;

	if (length > YAML_TREE_BYTES)
		return error_set(r->why, ERROR_CONFIG, "%s: more than %d MiB", r->name, YAML_TREE_BYTES >> 20);
	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return fail_at(r, 1, 1, "begins with a byte order mark: save it as plain UTF-8");
	for (size_t at = 0; at < length; at += step, column++) {
		if (text[at] == '\0')
			return fail_at(r, line, column, "a NUL byte: this is not a text file");
		step = text_character(text + at, length - at);
		if (step == 0)
			return fail_at(r, line, column, "not valid UTF-8");
		if (is_bad_control(text + at))
			return fail_at(r, line, column, "a control character");
		if (text[at] == '\n') {
			line++;
			column = 0;
		}
	}
	return true;
}

static bool next_event(struct reader *r, yaml_event_t *event)
{
	const char *problem;

	if (yaml_parser_parse(&r->parser, event))
		return true;
	problem = r->parser.problem ? r->parser.problem : "cannot be read";
	return fail_mark(r, r->parser.problem_mark, problem);
}

static struct yaml_tree *node_new(struct reader *r, enum yaml_kind kind, yaml_mark_t mark)
{
	struct yaml_tree *t = arena_alloc(r->arena, sizeof(*t));

	t->kind = kind;
	t->text = "";
	t->line = mark.line + 1;
	t->column = mark.column + 1;
	return t;
}

static struct yaml_tree *read_node(struct reader *r, yaml_event_t *event, int depth);

static int compare_keys(const void *a, const void *b)
{
	const struct yaml_tree *const *x = a, *const *y = b;
	int order = strcmp((*x)->key->text, (*y)->key->text);

	if (order)
		return order;
	return (*x)->key->line < (*y)->key->line ||
			       ((*x)->key->line == (*y)->key->line && (*x)->key->column < (*y)->key->column) ?
		       -1 :
		       1;
}

static bool check_duplicates(struct reader *r, const struct yaml_tree *map)
{
	const struct yaml_tree **all = mem_alloc((map->count + 1) * sizeof(*all));
	size_t n = 0;
	bool ok = true;

	for (const struct yaml_tree *t = map->first; t; t = t->next)
		all[n++] = t;
	qsort(all, n, sizeof(*all), compare_keys);
	for (size_t i = 1; i < n && ok; i++)
		if (strcmp(all[i - 1]->key->text, all[i]->key->text) == 0)
			ok = error_set(r->why, ERROR_CONFIG,
				       "%s:%zu:%zu: %.80s stands here a second time (first in line %zu)", r->name,
				       all[i]->key->line, all[i]->key->column, all[i]->key->text,
				       all[i - 1]->key->line);
	free(all);
	return ok;
}

/* Reads a key, and the event that begins its value. */
static struct yaml_tree *read_key(struct reader *r, yaml_event_t *event, int depth)
{
	struct yaml_tree *key = read_node(r, event, depth);

	if (!key)
		return NULL;
	if (key->kind != YAML_TREE_SCALAR) {
		fail_at(r, key->line, key->column, "a key is a single word");
		return NULL;
	}
	return next_event(r, event) ? key : NULL;
}

/* Uses the event up, which begins the entry. */
static struct yaml_tree *read_entry(struct reader *r, const struct yaml_tree *parent, yaml_event_t *event, int depth)
{
	struct yaml_tree *key = NULL, *child;

	if (parent->kind == YAML_TREE_MAP && !(key = read_key(r, event, depth)))
		return NULL;
	child = read_node(r, event, depth);
	if (child)
		child->key = key;
	return child;
}

/* The entries of a list or mapping up to its end. */
static bool read_entries(struct reader *r, struct yaml_tree *parent, int depth)
{
	struct yaml_tree **last = &parent->first;

	for (;;) {
		yaml_event_t event;

		if (!next_event(r, &event))
			return false;
		if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&event);
			return parent->kind != YAML_TREE_MAP || check_duplicates(r, parent);
		}
		*last = read_entry(r, parent, &event, depth + 1);
		if (!*last)
			return false;
		last = &(*last)->next;
		parent->count++;
	}
}

static bool check_plainness(struct reader *r, const yaml_event_t *event, const yaml_char_t *anchor,
			    const yaml_char_t *tag)
{
	if (anchor)
		return fail_mark(r, event->start_mark, "anchors (&name) are not allowed: write the value out");
	if (tag)
		return fail_mark(r, event->start_mark, "tags (!name) are not allowed");
	return true;
}

static struct yaml_tree *read_scalar(struct reader *r, const yaml_event_t *event)
{
	struct yaml_tree *t = node_new(r, YAML_TREE_SCALAR, event->start_mark);

	if (!check_plainness(r, event, event->data.scalar.anchor, event->data.scalar.tag))
		return NULL;
	if (event->data.scalar.length > YAML_TREE_SCALAR_MOST) {
		fail_mark(r, event->start_mark, "a value of more than 4096 bytes");
		return NULL;
	}
	t->text = arena_strndup(r->arena, (const char *)event->data.scalar.value, event->data.scalar.length);
	if (strlen(t->text) != event->data.scalar.length) {
		fail_mark(r, event->start_mark, "a NUL byte: this is not a text file");
		return NULL;
	}
	t->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return t;
}

/* Uses the event up. */
static struct yaml_tree *read_node(struct reader *r, yaml_event_t *event, int depth)
{
	struct yaml_tree *t = NULL;
	bool ok = true;

	if (depth > YAML_TREE_DEPTH) {
		fail_mark(r, event->start_mark, "nested too deep");
		yaml_event_delete(event);
		return NULL;
	}
	if (event->type == YAML_SCALAR_EVENT) {
		t = read_scalar(r, event);
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		ok = check_plainness(r, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
		t = node_new(r, YAML_TREE_LIST, event->start_mark);
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		ok = check_plainness(r, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
		t = node_new(r, YAML_TREE_MAP, event->start_mark);
	} else {
		fail_mark(r, event->start_mark, "aliases (*name) are not allowed: write the value out");
	}
	yaml_event_delete(event);
	if (!t || !ok)
		return NULL;
	return t->kind == YAML_TREE_SCALAR || read_entries(r, t, depth) ? t : NULL;
}

/* One document, and nothing after it. */
static struct yaml_tree *read_document(struct reader *r)
{
	struct yaml_tree *root = NULL;
	yaml_event_t event;

	for (;;) {
		yaml_event_type_t type;
		yaml_mark_t mark;

		if (!next_event(r, &event))
			return NULL;
		type = event.type;
		mark = event.start_mark;
		if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
		    type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT) {
			root = read_node(r, &event, 1);
			if (!root)
				return NULL;
			continue;
		}
		yaml_event_delete(&event);
		if (type == YAML_DOCUMENT_START_EVENT && root) {
			fail_mark(r, mark, "a second document: an inventory is one");
			return NULL;
		}
		if (type == YAML_STREAM_END_EVENT)
			break;
	}
	if (!root)
		error_set(r->why, ERROR_CONFIG, "%s: the file is empty", r->name);
	return root;
}

struct yaml_tree *yaml_tree_parse(struct arena *arena, const char *name, const char *text, size_t length,
				  struct error *why)
{
	struct reader r = {.arena = arena, .name = name, .why = why};
	struct yaml_tree *root;

	if (!check_bytes(&r, text, length))
		return NULL;
	if (!yaml_parser_initialize(&r.parser)) {
		error_set(why, ERROR_FAILED, "the YAML parser does not start");
		return NULL;
	}
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, length);
	root = read_document(&r);
	yaml_parser_delete(&r.parser);
	return root;
}
