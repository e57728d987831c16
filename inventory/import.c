#include "inventory/import.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "inventory/audit.h"
#include "inventory/held.h"
#include "inventory/import_yaml.h"
#include "inventory/resolve.h"
#include "inventory/store_sql.h"

static bool understand(struct content *c, const char *text, size_t length, struct error *why)
{
	struct arena *arena = arena_new();
	const struct yaml_tree *root = yaml_tree_parse(arena, c->name, text, length, why);
	struct inventory *resolved = root && import_yaml(c, root, why) ? resolve_content(c, why) : NULL;
	bool ok = resolved && rules_check(c, resolved, why);

	inventory_free(resolved);
	arena_free(arena);
	return ok;
}

/* What is changed on a host that the inventory no longer knows could never be given back. */
static bool check_removed(struct store *s, const struct content *before, const struct content *after,
			  const struct held_list *owed, struct error *why)
{
	for (size_t i = 0; i < owed->count; i++)
		if (content_find(before, "host", owed->held[i].host, "") &&
		    !content_find(after, "host", owed->held[i].host, ""))
			return error_set(
				why, ERROR_BUSY,
				"%s cannot be removed: run %lld still holds %s there: `pgresync recover` first",
				owed->held[i].host, (long long)owed->held[i].run, owed->held[i].hold);
	(void)s;
	return true;
}

static bool audit_import(struct store *s, const char *name, const struct diff *diff, const struct actor *by,
			 struct error *why)
{
	struct audit_record r = {.by = *by, .event = "inventory.import", .exit_status = -1, .duration_ms = -1};
	scoped_buf detail = {0};

	buf_init(&detail, 12288);
	buf_addf(&detail, "%s: %zu hosts, %zu pairs, %zu changes", name, diff->hosts, diff->pairs, diff->count);
	for (size_t i = 0; i < diff->count; i++)
		if (!buf_addf(&detail, "\n%s", diff->lines[i]))
			break;
	r.detail = detail.bytes;
	return audit_append(s, &r, why);
}

static bool compare_and_save(struct store *s, const struct content *after, bool dry_run, const struct actor *by,
			     struct diff *ret, struct error *why)
{
	struct held_list owed = {0};
	struct content before;
	bool ok;

	content_init(&before, store_path(s));
	ok = content_load(&before, s, why) && owed_list(s, &owed, why) && check_removed(s, &before, after, &owed, why);
	if (ok)
		content_diff(&before, after, ret);
	if (ok && !dry_run && ret->count > 0)
		ok = content_save(after, s, why) && audit_import(s, after->name, ret, by, why);
	held_list_done(&owed);
	content_done(&before);
	return ok;
}

bool import_text(struct store *s, const char *name, const char *text, size_t length, bool dry_run,
		 const struct actor *by, struct diff *ret, struct error *why)
{
	struct content content;
	bool ok;

	memset(ret, 0, sizeof(*ret));
	content_init(&content, name);
	ok = understand(&content, text, length, why);
	if (ok && dry_run)
		ok = compare_and_save(s, &content, true, by, ret, why);
	else if (ok && (ok = store_begin(s, why)))
		ok = store_finish(s, compare_and_save(s, &content, false, by, ret, why), why);
	content_done(&content);
	if (!ok)
		diff_done(ret);
	return ok;
}

/* Reads one byte more than is allowed, so that the parser sees that it is too much. */
static char *read_whole(const char *path, size_t *ret_length, struct error *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	char *text;
	ssize_t n = 0;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		error_set(why, ERROR_CONFIG, "%s: %s", path, fd < 0 ? strerror(errno) : "not a regular file");
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	text = mem_alloc(YAML_TREE_BYTES + 2);
	*ret_length = 0;
	while (*ret_length <= YAML_TREE_BYTES &&
	       (n = read(fd, text + *ret_length, YAML_TREE_BYTES + 1 - *ret_length)) > 0)
		*ret_length += (size_t)n;
	close(fd);
	if (n < 0) {
		error_set(why, ERROR_CONFIG, "%s: %s", path, strerror(errno));
		free(text);
		return NULL;
	}
	return text;
}

bool import_file(struct store *s, const char *path, bool dry_run, const struct actor *by, struct diff *ret,
		 struct error *why)
{
	size_t length;
	scoped_mem char *text = read_whole(path, &length, why);

	memset(ret, 0, sizeof(*ret));
	return text && import_text(s, path, text, length, dry_run, by, ret, why);
}
