#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "inventory/audit_chain.h"
#include "inventory/audit_columns.h"
#include "inventory/csv.h"
#include "inventory/store_sql.h"

enum { COLUMNS_MOST = 64 };
static const size_t file_most = (size_t)900 << 20; /* what SQLite's JSON functions take */

static char *read_whole(const char *path, size_t *ret_length, struct error *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text;
	ssize_t n = 0;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size > file_most) {
		error_set(why, ERROR_USAGE, "%s: %s", path, fd < 0 ? strerror(errno) : "not a file that can be read");
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	text = mem_alloc((size_t)st.st_size + 1);
	for (*ret_length = 0; *ret_length < (size_t)st.st_size; *ret_length += (size_t)n) {
		n = read(fd, text + *ret_length, (size_t)st.st_size - *ret_length);
		if (n <= 0)
			break;
	}
	close(fd);
	return text;
}

static bool not_ours(const char *path, struct error *why)
{
	return error_set(why, ERROR_USAGE, "%s: not an export of the audit history", path);
}

/* Ends the row; false when it does not fit. */
static bool add_row(struct audit_verdict *v, struct audit_row *row)
{
	bool ok;

	if (!audit_row_finish(row))
		ok = audit_chain_fail(
			v, v->head_seq + 1,
			"it is not whole, or its time or canonical bytes are not those of its other columns");
	else
		ok = audit_chain_add(v, &row->record);
	audit_row_done(row);
	audit_row_init(row);
	return ok;
}

struct csv_rows {
	char *names[COLUMNS_MOST];
	size_t count, column;
	bool head; /* the row that is read is the first, with the names */
	struct audit_row row;
};

static void add_cell(struct csv_rows *rows, const struct csv *csv)
{
	if (rows->head && rows->count < COLUMNS_MOST)
		rows->names[rows->count++] = mem_strndup(csv->cell.bytes, csv->cell.used);
	else if (!rows->head && rows->column < rows->count)
		audit_row_set(&rows->row, rows->names[rows->column], csv->cell.bytes, csv->cell.used);
	rows->column++;
}

static bool end_row(struct csv_rows *rows, const char *path, struct audit_verdict *v, struct error *why)
{
	bool head = rows->head;

	rows->head = false;
	rows->column = 0;
	if (!head)
		return add_row(v, &rows->row);
	return (rows->count > 20 && strcmp(rows->names[0], "seq") == 0) || not_ours(path, why);
}

static bool verify_csv(const char *path, const char *text, size_t length, struct audit_verdict *v, struct error *why)
{
	struct csv csv = {.at = text, .end = text + length};
	struct csv_rows rows = {.head = true};
	bool ok = true;

	audit_row_init(&rows.row);
	while (ok && csv_next(&csv)) {
		add_cell(&rows, &csv);
		if (csv.row_ends)
			ok = end_row(&rows, path, v, why);
	}
	if (ok && (csv.broken || rows.column > 0))
		ok = audit_chain_fail(v, v->head_seq + 1, "the file is cut off in it");
	audit_row_done(&rows.row);
	csv_done(&csv);
	for (size_t i = 0; i < rows.count; i++)
		free(rows.names[i]);
	return ok;
}

static bool verify_json_rows(sqlite3 *db, const char *path, const char *text, size_t length, struct audit_verdict *v,
			     struct error *why)
{
	static const char sql[] = "select r.key, c.key, c.atom from json_each(?1) as r, json_each(r.value) as c";
	int64_t current = -1;
	sqlite3_stmt *st = NULL;
	struct audit_row row;
	bool ok = true;
	int step;

	audit_row_init(&row);
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK ||
	    sqlite3_bind_text64(st, 1, text, length, SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK)
		ok = not_ours(path, why);
	while (ok && (step = sqlite3_step(st)) != SQLITE_DONE) {
		if (step != SQLITE_ROW) {
			ok = not_ours(path, why);
			break;
		}
		if (current >= 0 && sqlite3_column_int64(st, 0) != current)
			ok = add_row(v, &row);
		current = sqlite3_column_int64(st, 0);
		audit_row_set(&row, sql_text(st, 1), (const void *)sqlite3_column_text(st, 2),
			      (size_t)sqlite3_column_bytes(st, 2));
	}
	if (ok && current >= 0)
		ok = add_row(v, &row);
	audit_row_done(&row);
	sqlite3_finalize(st);
	return ok;
}

static bool verify_json(const char *path, const char *text, size_t length, struct audit_verdict *v, struct error *why)
{
	sqlite3 *db = NULL;
	bool ok = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK;

	ok = ok ? verify_json_rows(db, path, text, length, v, why) :
		  error_set(why, ERROR_FAILED, "SQLite does not start");
	sqlite3_close(db);
	return ok;
}

bool audit_verify_export(const char *path, struct audit_verdict *ret, struct error *why)
{
	size_t length = 0;
	scoped_mem char *text = NULL;
	bool ok;

	audit_chain_begin(ret);
	text = read_whole(path, &length, why);
	if (!text)
		return false;
	if (text[0] == '[')
		ok = verify_json(path, text, length, ret, why);
	else
		ok = text[0] == 's' ? verify_csv(path, text, length, ret, why) : not_ours(path, why);
	if (ret->bad_seq)
		return error_set(why, ERROR_STORE, "%s: the audit history does not fit: %s", path, ret->problem);
	return ok;
}
