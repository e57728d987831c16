#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "base/mem.h"
#include "base/printable.h"
#include "cli/doctor.h"
#include "fleet/cron.h"
#include "inventory/library.h"
#include "pg/library.h"
#include "ssh/library.h"

enum { FILES_WANTED = 1024, AGENT_WITHIN_S = 2 };

bool doctor_has_program(const char *name)
{
	scoped_mem char *path = mem_strdup(getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
	bool is_there = false;
	char *rest = path;

	for (char *folder; !is_there && (folder = strsep(&rest, ":")) != NULL;) {
		scoped_mem char *file = mem_printf("%s/%s", *folder ? folder : ".", name);

		is_there = access(file, X_OK) == 0;
	}
	return is_there;
}

static bool agent_talk(int fd, unsigned char answer[9])
{
	static const unsigned char list_identities[5] = {0, 0, 0, 1, 11};
	struct timeval within = {AGENT_WITHIN_S, 0};
	size_t have = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &within, sizeof(within));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &within, sizeof(within));
	if (write(fd, list_identities, sizeof(list_identities)) != (ssize_t)sizeof(list_identities))
		return false;
	while (have < 9) {
		ssize_t n = read(fd, answer + have, 9 - have);

		if (n <= 0)
			return false;
		have += (size_t)n;
	}
	return answer[4] == 12;
}

int doctor_ask_agent(const char *socket_path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	unsigned char answer[9];
	int fd, keys = -1;

	if (strlen(socket_path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, socket_path, strlen(socket_path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 && agent_talk(fd, answer))
		keys = answer[5] << 24 | answer[6] << 16 | answer[7] << 8 | answer[8];
	close(fd);
	return keys;
}

static void look_libssh2(doctor_found_fn *found, void *ctx)
{
	bool has = ssh_library_has_rsa_sha2();
	scoped_mem char *text = mem_printf("%s, RSA keys with %s", ssh_library_version(),
					   has ? "SHA-2 (rsa-sha2-256, rsa-sha2-512)" : "SHA-1 only");

	found(ctx,
	      &(struct doctor_finding){
		      has ? DOCTOR_OK : DOCTOR_WARNING, "libssh2", text,
		      has ? NULL : "ed25519 and ECDSA keys work; for RSA build with libssh2 1.11 (scripts/setup)"});
}

void doctor_look_libraries(doctor_found_fn *found, void *ctx)
{
	int pq = pg_library_version();
	scoped_mem char *pq_text = pq >= 100000 ? mem_printf("%d.%d", pq / 10000, pq % 10000) :
						  mem_printf("%d.%d.%d", pq / 10000, pq / 100 % 100, pq % 100);
	scoped_mem char *sqlite = mem_printf("%s%s", store_library_version(),
					     store_library_has_fts5() ? ", full-text search" : ", no full-text search");

	look_libssh2(found, ctx);
	found(ctx, &(struct doctor_finding){DOCTOR_OK, "libpq", pq_text, NULL});
	found(ctx,
	      &(struct doctor_finding){store_library_has_fts5() ? DOCTOR_OK : DOCTOR_BAD, "SQLite", sqlite,
				       store_library_has_fts5() ?
					       NULL :
					       "install an SQLite with FTS5: the audit history is searched with it"});
	found(ctx, &(struct doctor_finding){DOCTOR_OK, "libuv", uv_version_string(), NULL});
}

static void look_files(doctor_found_fn *found, void *ctx)
{
	struct rlimit limit;
	char text[120];
	bool few;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	few = limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < FILES_WANTED;
	snprintf(text, sizeof(text), "%llu open files (a standby takes about six)", (unsigned long long)limit.rlim_cur);
	found(ctx, &(struct doctor_finding){few ? DOCTOR_WARNING : DOCTOR_OK, "limits", text,
					    few ? "ulimit -n 1024, or fewer --jobs" : NULL});
}

static void look_clock(doctor_found_fn *found, void *ctx)
{
	struct timex t = {0};
	int state = ntp_adjtime(&t);
	struct error why;
	bool zones = cron_zone_check("Europe/London", &why);

	if (state == TIME_ERROR)
		found(ctx, &(struct doctor_finding){DOCTOR_NOTE, "clock", "not known to be synchronised",
						    "chrony or systemd-timesyncd: audit times should be true"});
	else
		found(ctx, &(struct doctor_finding){DOCTOR_OK, "clock", "synchronised", NULL});
	found(ctx, &(struct doctor_finding){zones ? DOCTOR_OK : DOCTOR_WARNING, "time zones",
					    zones ? "known" : "no zone data",
					    zones ? NULL : "install tzdata: schedules need it"});
}

static void look_agent(doctor_found_fn *found, void *ctx)
{
	const char *path = getenv("SSH_AUTH_SOCK");
	int keys = path != NULL && *path ? doctor_ask_agent(path) : -1;
	char text[80];

	if (keys > 0) {
		snprintf(text, sizeof(text), "%d key%s", keys, keys == 1 ? "" : "s");
		found(ctx, &(struct doctor_finding){DOCTOR_OK, "ssh-agent", text, NULL});
	} else if (keys == 0) {
		found(ctx, &(struct doctor_finding){DOCTOR_NOTE, "ssh-agent", "runs, and holds no key", "ssh-add"});
	} else if (path != NULL && *path) {
		found(ctx, &(struct doctor_finding){
				   DOCTOR_WARNING, "ssh-agent", "$SSH_AUTH_SOCK is set, and nobody answers there",
				   "start an agent, or unset SSH_AUTH_SOCK; identity files work without"});
	} else {
		found(ctx, &(struct doctor_finding){DOCTOR_NOTE, "ssh-agent", "none ($SSH_AUTH_SOCK is not set)",
						    "only needed when no identity file is given"});
	}
}

void doctor_look_machine(doctor_found_fn *found, void *ctx)
{
	bool ssh = doctor_has_program("ssh");

	look_agent(found, ctx);
	found(ctx, &(struct doctor_finding){
			   ssh ? DOCTOR_OK : DOCTOR_NOTE, "ssh", ssh ? "there (its settings can be read)" : "not there",
			   ssh ? NULL : "only needed where the inventory says that ~/.ssh/config counts"});
	look_files(found, ctx);
	look_clock(found, ctx);
	found(ctx, &(struct doctor_finding){printable_utf8() ? DOCTOR_OK : DOCTOR_NOTE, "locale",
					    printable_utf8() ? "UTF-8" : "no UTF-8: symbols are ASCII",
					    printable_utf8() ? NULL : "export LC_CTYPE=C.UTF-8"});
}
