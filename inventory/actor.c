#include "inventory/actor.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void copy_env(char *to, size_t size, const char *name)
{
	const char *value = getenv(name);

	snprintf(to, size, "%s", value ? value : "");
}

void audit_actor_here(struct actor *ret)
{
	struct passwd *pw = getpwuid(getuid());
	char *space;

	memset(ret, 0, sizeof(*ret));
	if (pw)
		snprintf(ret->user, sizeof(ret->user), "%s", pw->pw_name);
	else
		snprintf(ret->user, sizeof(ret->user), "uid %ld", (long)getuid());
	copy_env(ret->sudo_user, sizeof(ret->sudo_user), "SUDO_USER");
	if (ttyname_r(STDIN_FILENO, ret->tty, sizeof(ret->tty)) != 0 &&
	    ttyname_r(STDERR_FILENO, ret->tty, sizeof(ret->tty)) != 0)
		ret->tty[0] = '\0';
	copy_env(ret->from, sizeof(ret->from), "SSH_CONNECTION");
	space = strchr(ret->from, ' ');
	if (space)
		*space = '\0';
	if (gethostname(ret->controller, sizeof(ret->controller)) != 0)
		snprintf(ret->controller, sizeof(ret->controller), "unknown");
	ret->controller[sizeof(ret->controller) - 1] = '\0';
	ret->pid = getpid();
}

char *actor_describe(char *text, unsigned long size, const struct actor *a)
{
	const char *tty = strncmp(a->tty, "/dev/", 5) == 0 ? a->tty + 5 : a->tty;

	snprintf(text, size, "%s%s%s%s%s%s%s%s", a->sudo_user[0] ? a->sudo_user : a->user,
		 a->sudo_user[0] ? " (sudo)" : "", a->from[0] ? " from " : "", a->from, tty[0] ? " on " : "", tty,
		 a->behalf[0] ? " for " : "", a->behalf);
	return text;
}
