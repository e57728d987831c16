#include "inventory/store.h"

#include "scratch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "inventory/audit.h"
#include "inventory/audit_verify.h"
#include "inventory/schema.h"
#include "inventory/store_sql.h"

static void write_file(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static char *read_file(const char *path, size_t *ret_size)
{
	FILE *f = fopen(path, "r");
	char *bytes = mem_alloc(4 << 20);

	assert_non_null(f);
	*ret_size = fread(bytes, 1, 4 << 20, f);
	fclose(f);
	return bytes;
}

static void append(struct store *s, const char *detail)
{
	struct error why;
	struct audit_record r = {.event = "test", .detail = detail};

	audit_actor_here(&r.by);
	assert_ok(audit_append(s, &r, &why));
}

/* Opening for writing must fail with that code, name the file and leave it byte for byte. */
static void refuses(const char *path, enum error_code code, const char *words)
{
	struct error why = {0};
	size_t before_size = 0, after_size = 0;
	struct stat st;
	bool is_file = lstat(path, &st) == 0 && S_ISREG(st.st_mode);
	char *before = is_file ? read_file(path, &before_size) : NULL, *after;
	static const enum store_mode modes[] = {STORE_READ, STORE_WRITE, STORE_CREATE};

	for (int i = 0; i < 3; i++) {
		assert_null(store_open(path, modes[i], &why));
		assert_string_equal(error_name(why.code), error_name(code));
		assert_non_null(strstr(why.text, path));
		if (!strstr(why.text, words))
			fail_msg("\"%s\" does not say \"%s\"", why.text, words);
	}
	if (!is_file)
		return;
	after = read_file(path, &after_size);
	assert_int_equal(before_size, after_size);
	assert_memory_equal(before, after, before_size);
	free(before);
	free(after);
}

static void made_with_private_modes(void **state)
{
	struct scratch *s = *state;
	struct error why;
	struct stat st;
	char *path = mem_printf("%s/state/new/store.db", s->directory);
	char *directory = mem_printf("%s/state", s->directory);
	struct store *store = store_open(path, STORE_CREATE, &why);

	assert_non_null(store);
	stat(path, &st);
	assert_int_equal(st.st_mode & 07777, 0600);
	stat(directory, &st);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_string_equal(store_path(store), path);
	store_close(store);
	free(path);
	free(directory);
}

static void keeps_its_settings(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(scratch_count(s, "pragma application_id"), 0x70677273);
	assert_int_equal(scratch_count(s, "pragma user_version"), schema_version);
	assert_int_equal(scratch_count(s, "select count(*) from pragma_journal_mode where journal_mode = 'wal'"), 1);
}

static void no_store_there(void **state)
{
	struct scratch *s = *state;
	struct error why;
	char *path = mem_printf("%s/none.db", s->directory);

	assert_null(store_open(path, STORE_READ, &why));
	assert_non_null(strstr(why.text, "pgresync inventory import"));
	assert_null(store_open(path, STORE_WRITE, &why));
	assert_int_not_equal(access(path, F_OK), 0);
	free(path);
}

static void refuses_an_empty_file(void **state)
{
	struct scratch *s = *state;
	char *path = mem_printf("%s/empty.db", s->directory);

	write_file(path, "", 0);
	refuses(path, ERROR_STORE, "is empty");
	free(path);
}

static void refuses_a_text_file(void **state)
{
	struct scratch *s = *state;
	char *path = mem_printf("%s/notes.txt", s->directory), text[300];

	memset(text, 'x', sizeof(text));
	write_file(path, text, sizeof(text));
	refuses(path, ERROR_STORE, "not a pgresync store");
	write_file(path, "short", 5);
	refuses(path, ERROR_STORE, "not a pgresync store");
	write_file(path, "SQLite format 3", 16);
	refuses(path, ERROR_STORE, "not a pgresync store");
	free(path);
}

static void refuses_another_programs_database(void **state)
{
	struct scratch *s = *state;
	char *path = mem_printf("%s/other.db", s->directory);
	sqlite3 *db;

	sqlite3_open(path, &db);
	sqlite3_exec(db, "create table t (x)", NULL, NULL, NULL);
	sqlite3_close(db);
	refuses(path, ERROR_STORE, "another program");
	free(path);
}

static void refuses_a_newer_schema(void **state)
{
	struct scratch *s = *state;

	store_close(s->store);
	s->store = NULL;
	assert_string_equal(scratch_raw(s, "pragma user_version = 999"), "");
	refuses(s->path, ERROR_STORE, "newer pgresync");
}

static void refuses_our_id_without_a_schema(void **state)
{
	struct scratch *s = *state;

	store_close(s->store);
	s->store = NULL;
	assert_string_equal(scratch_raw(s, "pragma user_version = 0"), "");
	refuses(s->path, ERROR_STORE, "not a pgresync store");
}

static void refuses_a_truncated_file(void **state)
{
	struct scratch *s = *state;
	size_t size;

	store_close(s->store);
	s->store = NULL;
	free(read_file(s->path, &size));
	assert_int_equal(truncate(s->path, (off_t)size - 100), 0);
	refuses(s->path, ERROR_STORE, "cut off");
	assert_int_equal(truncate(s->path, 8192), 0);
	refuses(s->path, ERROR_STORE, "cut off");
	assert_int_equal(truncate(s->path, 60), 0);
	refuses(s->path, ERROR_STORE, "not a pgresync store");
}

static void refuses_a_damaged_file(void **state)
{
	struct scratch *s = *state;
	struct error why = {0};
	int fd;

	store_close(s->store);
	s->store = NULL;
	fd = open(s->path, O_WRONLY);
	/* The header stays; the rest of the first page, which holds the schema, is overwritten. */
	char junk[3900];
	memset(junk, 0xa5, sizeof(junk));
	assert_int_equal(pwrite(fd, junk, sizeof(junk), 100), sizeof(junk));
	close(fd);
	assert_null(store_open(s->path, STORE_WRITE, &why));
	assert_int_equal(why.code, ERROR_STORE);
	assert_non_null(strstr(why.text, s->path));
	assert_non_null(strstr(why.text, "damaged"));
}

static void refuses_links_and_directories(void **state)
{
	struct scratch *s = *state;
	char *link_path = mem_printf("%s/link.db", s->directory), *fifo = mem_printf("%s/fifo.db", s->directory);

	assert_int_equal(symlink(s->path, link_path), 0);
	refuses(link_path, ERROR_STORE, "symbolic link");
	refuses(s->directory, ERROR_STORE, "not a regular file");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	refuses(fifo, ERROR_STORE, "not a regular file");
	free(link_path);
	free(fifo);
}

static void refuses_a_file_as_directory(void **state)
{
	struct scratch *s = *state;
	struct error why;
	char *path = mem_printf("%s/store.db/x.db", s->directory);

	assert_null(store_open(path, STORE_CREATE, &why));
	assert_non_null(strstr(why.text, path));
	free(path);
}

/* As a user who may do less: the answer is the exit status of a child. */
static int as_nobody(int (*work)(const char *path), const char *path)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(99);
		_exit(work(path));
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int open_for_writing(const char *path)
{
	struct error why = {0};
	struct store *s = store_open(path, STORE_WRITE, &why);

	if (s)
		return 0;
	if (!strstr(why.text, path) || !strstr(why.text, "may not be written"))
		return 2;
	return why.code == ERROR_PERMISSION ? 1 : 3;
}

static int create_there(const char *path)
{
	struct error why = {0};

	if (store_open(path, STORE_CREATE, &why))
		return 0;
	return why.code == ERROR_PERMISSION && strstr(why.text, path) ? 1 : 2;
}

static void refuses_what_may_not_be_written(void **state)
{
	struct scratch *s = *state;
	char *path = mem_printf("%s/new.db", s->directory);

	store_close(s->store);
	s->store = NULL;
	chmod(s->directory, 0777);
	chmod(s->path, 0444);
	assert_int_equal(as_nobody(open_for_writing, s->path), 1);
	chmod(s->path, 0666);
	chmod(s->directory, 0555);
	assert_int_equal(as_nobody(open_for_writing, s->path), 1);
	assert_int_equal(as_nobody(create_there, path), 1);
	chmod(s->directory, 0700);
	free(path);
}

static void migrates_an_older_store_after_a_backup(void **state)
{
	struct scratch *s = *state;
	struct error why = {0};
	sqlite3 *db;
	char *old = mem_printf("%s/old.db", s->directory), *found;
	char *list = mem_printf("ls %s/old.db.schema-1-*.backup", s->directory);
	struct store *store;

	sqlite3_open(old, &db);
	sqlite3_exec(db, "pragma journal_mode = wal", NULL, NULL, NULL);
	assert_int_equal(sqlite3_exec(db, schema_migrations[0], NULL, NULL, NULL), SQLITE_OK);
	sqlite3_exec(db, "pragma application_id = 1885827699; pragma user_version = 1;", NULL, NULL, NULL);
	sqlite3_close(db);

	assert_null(store_open(old, STORE_READ, &why));
	assert_non_null(strstr(why.text, "older pgresync"));
	store = store_open(old, STORE_WRITE, &why);
	if (!store)
		fail_msg("%s", why.text);
	append(store, "after");
	store_close(store);

	FILE *names = popen(list, "r");
	char line[256] = "";
	assert_non_null(fgets(line, sizeof(line), names));
	pclose(names);
	line[strcspn(line, "\n")] = '\0';
	found = s->path;
	s->path = line;
	assert_int_equal(scratch_count(s, "pragma user_version"), 1);
	s->path = old;
	assert_int_equal(scratch_count(s, "pragma user_version"), schema_version);
	s->path = found;
	free(old);
	free(list);
}

static void a_failed_migration_changes_nothing(void **state)
{
	struct scratch *s = *state;
	struct error why = {0};
	char *old = mem_printf("%s/old.db", s->directory), *mine = s->path;
	sqlite3 *db;

	sqlite3_open(old, &db);
	assert_int_equal(sqlite3_exec(db, schema_migrations[0], NULL, NULL, NULL), SQLITE_OK);
	/* What the third migration makes is in its way. */
	sqlite3_exec(db, "create table run_host (x); pragma application_id = 1885827699; pragma user_version = 1;",
		     NULL, NULL, NULL);
	sqlite3_close(db);
	assert_null(store_open(old, STORE_WRITE, &why));
	assert_non_null(strstr(why.text, "migration 3"));
	s->path = old;
	assert_int_equal(scratch_count(s, "pragma user_version"), 1);
	assert_int_equal(scratch_count(s, "select count(*) from sqlite_schema where name = 'host'"), 0);
	s->path = mine;
	free(old);
}

static void a_rolled_back_transaction_leaves_nothing(void **state)
{
	struct scratch *s = *state;
	struct error why;

	assert_ok(store_begin(s->store, &why));
	append(s->store, "dropped");
	store_rollback(s->store);
	assert_int_equal(scratch_count(s, "select count(*) from audit"), 0);
}

static void nested_transactions_roll_back_alone(void **state)
{
	struct scratch *s = *state;
	struct error why;

	assert_ok(store_begin(s->store, &why));
	append(s->store, "kept");
	assert_ok(store_begin(s->store, &why));
	append(s->store, "dropped");
	store_rollback(s->store);
	assert_int_equal(scratch_count(s, "select count(*) from audit"), 0);
	append(s->store, "kept too");
	assert_ok(store_commit(s->store, &why));
	assert_int_equal(scratch_count(s, "select count(*) from audit where detail like 'kept%'"), 2);
	assert_int_equal(scratch_count(s, "select count(*) from audit"), 2);
}

static void a_locked_store_is_busy_not_broken(void **state)
{
	struct scratch *s = *state;
	struct error why;
	struct store *other = store_open(s->path, STORE_WRITE, &why);

	assert_non_null(other);
	assert_ok(store_begin(other, &why));
	store_set_patience_ms(s->store, 50);
	assert_false(store_begin(s->store, &why));
	assert_int_equal(why.code, ERROR_BUSY);
	assert_non_null(strstr(why.text, s->path));
	store_rollback(other);
	store_close(other);
	assert_ok(store_begin(s->store, &why));
	assert_ok(store_commit(s->store, &why));
}

enum { WRITERS = 4, EACH = 60 };

static int write_many(const char *path)
{
	struct error why;
	struct store *s = store_open(path, STORE_WRITE, &why);

	for (int i = 0; s && i < EACH; i++) {
		struct audit_record r = {.event = "writer", .exit_status = -1, .duration_ms = -1};

		audit_actor_here(&r.by);
		if (!audit_append(s, &r, &why))
			return 1;
	}
	store_close(s);
	return s ? 0 : 2;
}

static void concurrent_writers_lose_nothing(void **state)
{
	struct scratch *s = *state;
	struct audit_verdict verdict;
	struct error why;
	int status;

	store_close(s->store);
	s->store = NULL;
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0)
			_exit(write_many(s->path));
	for (int i = 0; i < WRITERS; i++) {
		wait(&status);
		assert_int_equal(status, 0);
	}
	s->store = store_open(s->path, STORE_WRITE, &why);
	assert_ok(audit_verify(s->store, &verdict, &why));
	assert_int_equal(verdict.records, WRITERS * EACH);
}

static void many_processes_may_make_the_store_at_once(void **state)
{
	struct scratch *s = *state;
	char *path = mem_printf("%s/race.db", s->directory), *mine = s->path;
	int status;

	for (int i = 0; i < 6; i++)
		if (fork() == 0) {
			struct error why;
			struct store *store = store_open(path, STORE_CREATE, &why);

			if (!store)
				_exit(1);
			append(store, "here");
			store_close(store);
			_exit(0);
		}
	for (int i = 0; i < 6; i++) {
		wait(&status);
		assert_int_equal(status, 0);
	}
	s->path = path;
	assert_int_equal(scratch_count(s, "select count(*) from audit"), 6);
	s->path = mine;
	free(path);
}

static int write_until_killed(const char *path)
{
	struct error why;
	struct store *s = store_open(path, STORE_WRITE, &why);

	for (int64_t i = 1; s; i++) {
		struct audit_record r = {.event = "kill", .run = i, .exit_status = -1, .duration_ms = -1};

		audit_actor_here(&r.by);
		if (!audit_append(s, &r, &why) || write(3, &i, sizeof(i)) != sizeof(i))
			return 1;
	}
	return 2;
}

static void what_was_acknowledged_survives_a_kill(void **state)
{
	struct scratch *s = *state;
	struct audit_verdict verdict;
	struct error why;
	int64_t acknowledged = 0, i;
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], 3);
		_exit(write_until_killed(s->path));
	}
	close(ends[1]);
	while (acknowledged < 50 && read(ends[0], &i, sizeof(i)) == sizeof(i))
		acknowledged = i;
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	while (read(ends[0], &i, sizeof(i)) == sizeof(i))
		acknowledged = i;
	close(ends[0]);
	assert_ok(audit_verify(s->store, &verdict, &why));
	assert_true(verdict.records >= acknowledged && acknowledged >= 50);
}

static void reading_writes_nothing(void **state)
{
	struct scratch *s = *state;
	struct error why;
	struct audit_record r = {.event = "test"};
	struct store *reader = store_open(s->path, STORE_READ, &why);

	assert_non_null(reader);
	assert_false(audit_append(reader, &r, &why));
	store_close(reader);
	assert_int_equal(scratch_count(s, "select count(*) from audit"), 0);
}

/* When the -shm file does not fit any more, SQLite speaks of input and output. */
static void a_full_disk_is_thought_of(void **state)
{
	struct error why;

	(void)state;
	assert_false(sql_fail_code("/a/store.db", SQLITE_IOERR_SHMSIZE, "disk I/O error", &why));
	assert_int_equal(why.code, ERROR_STORE);
	assert_non_null(strstr(why.text, "is the disk full"));
	assert_false(sql_fail_code("/a/store.db", SQLITE_FULL, "full", &why));
	assert_non_null(strstr(why.text, "the disk is full"));
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		WITH_STORE(made_with_private_modes),
		WITH_STORE(keeps_its_settings),
		WITH_STORE(no_store_there),
		WITH_STORE(refuses_an_empty_file),
		WITH_STORE(refuses_a_text_file),
		WITH_STORE(refuses_another_programs_database),
		WITH_STORE(refuses_a_newer_schema),
		WITH_STORE(refuses_our_id_without_a_schema),
		WITH_STORE(refuses_a_truncated_file),
		WITH_STORE(refuses_a_damaged_file),
		WITH_STORE(refuses_links_and_directories),
		WITH_STORE(refuses_a_file_as_directory),
		WITH_STORE(refuses_what_may_not_be_written),
		WITH_STORE(migrates_an_older_store_after_a_backup),
		WITH_STORE(a_failed_migration_changes_nothing),
		WITH_STORE(a_rolled_back_transaction_leaves_nothing),
		WITH_STORE(nested_transactions_roll_back_alone),
		WITH_STORE(a_locked_store_is_busy_not_broken),
		WITH_STORE(concurrent_writers_lose_nothing),
		WITH_STORE(many_processes_may_make_the_store_at_once),
		WITH_STORE(what_was_acknowledged_survives_a_kill),
		WITH_STORE(reading_writes_nothing),
		cmocka_unit_test(a_full_disk_is_thought_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
