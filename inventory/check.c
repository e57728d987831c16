#include "inventory/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct checker {
	check_found_fn *found;
	void *ctx;
	size_t errors;
};

__attribute__((format(printf, 4, 5))) static void say(struct checker *k, enum check_weight weight, const char *subject,
						      const char *format, ...)
{
	char text[512];
	struct check_finding finding = {weight, subject, text};
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	k->errors += weight == CHECK_ERROR ? 1 : 0;
	k->found(k->ctx, &finding);
}

/* A file with a secret in it: ours, and nobody else may read it. */
static void check_private(struct checker *k, const char *host, const char *what, const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		say(k, CHECK_ERROR, host, "%s %s: %s", what, path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		say(k, CHECK_ERROR, host, "%s %s: not a regular file (give the file itself, no link)", what, path);
	else if ((st.st_mode & 077) != 0)
		say(k, CHECK_ERROR, host, "%s %s: others may read it (mode %03o): chmod 600 it", what, path,
		    (unsigned)(st.st_mode & 0777));
	else if (st.st_uid != geteuid())
		say(k, CHECK_ERROR, host, "%s %s: belongs to uid %ld, not to this user", what, path, (long)st.st_uid);
	else if (access(path, R_OK) != 0)
		say(k, CHECK_ERROR, host, "%s %s: %s", what, path, strerror(errno));
}

/* pass is not asked: it would ask its owner. Its entries are files. */
static void check_pass(struct checker *k, const char *host, const char *name, const char *entry)
{
	const char *store = getenv("PASSWORD_STORE_DIR"), *home = getenv("HOME");
	char path[4096];

	if (store && *store)
		snprintf(path, sizeof(path), "%s/%s.gpg", store, entry);
	else
		snprintf(path, sizeof(path), "%s/.password-store/%s.gpg", home ? home : "", entry);
	if (access(path, R_OK) != 0)
		say(k, CHECK_ERROR, host, "secrets.%s: pass has no entry %s here: %s: %s", name, entry, path,
		    strerror(errno));
}

static void check_secret(struct checker *k, const struct host *h, const char *name, const struct secret_ref *ref,
			 bool needed)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");

	if (ref->kind == SECRET_NOT_SET && needed)
		say(k, CHECK_WARNING, h->name, "secrets.%s is not set: give {pass: ENTRY} or {file: PATH}", name);
	if (ref->kind == SECRET_PASS)
		check_pass(k, h->name, name, ref->text);
	if (ref->kind == SECRET_FILE)
		check_private(k, h->name, name, ref->text);
	if (ref->kind == SECRET_CREDENTIAL && !directory)
		say(k, CHECK_NOTE, h->name, "secrets.%s is a systemd credential: only a service has it", name);
}

/* Of several hosts with the same files each file is looked at once. */
static bool same_lists(const char *const *a, const char *const *b)
{
	while (*a && *b && strcmp(*a, *b) == 0) {
		a++;
		b++;
	}
	return !*a && !*b;
}

static void check_ssh(struct checker *k, const struct host *h, const struct host *before)
{
	if (!before || !same_lists(h->ssh.identities, before->ssh.identities))
		for (const char *const *path = h->ssh.identities; *path; path++)
			check_private(k, h->name, "ssh.identities", *path);
	if (!before || !same_lists(h->ssh.known_hosts, before->ssh.known_hosts))
		for (const char *const *path = h->ssh.known_hosts; *path; path++)
			if (access(*path, R_OK) != 0)
				say(k, CHECK_ERROR, h->name, "ssh.known_hosts %s: %s", *path, strerror(errno));
	if (*h->ssh.identity_agent && access(h->ssh.identity_agent, R_OK | W_OK) != 0)
		say(k, CHECK_ERROR, h->name, "ssh.identity_agent %s: %s", h->ssh.identity_agent, strerror(errno));
	if (h->ssh.legacy)
		say(k, CHECK_NOTE, h->name, "ssh.legacy: SHA-1 signatures are accepted");
}

static bool is_in_a_pair(const struct inventory *i, const struct host *h)
{
	for (size_t n = 0; n < i->pair_count; n++)
		if (i->pairs[n].primary == h || i->pairs[n].standby == h)
			return true;
	return false;
}

static bool is_jump(const struct inventory *i, const struct host *h)
{
	for (size_t n = 0; n < i->host_count; n++)
		if (strcmp(i->hosts[n].ssh.jump, h->name) == 0)
			return true;
	return false;
}

size_t check_inventory(const struct inventory *i, check_found_fn *found, void *ctx)
{
	struct checker k = {.found = found, .ctx = ctx};

	if (i->host_count == 0)
		say(&k, CHECK_ERROR, "", "no host is known: `pgresync inventory import FILE`");
	for (size_t n = 0; n < i->host_count; n++) {
		const struct host *h = &i->hosts[n];

		check_ssh(&k, h, n > 0 ? &i->hosts[n - 1] : NULL);
		if (!is_in_a_pair(i, h) && !is_jump(i, h))
			say(&k, CHECK_NOTE, h->name, "is in no pair, and no host is reached through it");
	}
	for (size_t n = 0; n < i->pair_count; n++) {
		const struct host *h = i->pairs[n].standby;

		check_secret(&k, h, "gpg_passphrase", &h->secrets.gpg_passphrase, true);
		check_secret(&k, h, "standby_password", &h->secrets.standby_password, false);
		check_secret(&k, h, "sudo_password", &h->secrets.sudo_password, h->sudo == HOST_SUDO_PASSWORD);
	}
	return k.errors;
}
