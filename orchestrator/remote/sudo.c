#include "remote/sudo.h"

#include <string.h>

/* The last line that says something. */
static void last_line(const char *said, const char **ret_line, int *ret_size)
{
	const char *end = said + strlen(said), *begin;

	while (end > said && strchr("\r\n ", end[-1]))
		end--;
	begin = end;
	while (begin > said && begin[-1] != '\n')
		begin--;
	*ret_line = begin;
	*ret_size = end - begin > 200 ? 200 : (int)(end - begin);
}

bool sudo_refusal(struct error *why, const char *host, enum remote_user user, int status, const char *said)
{
	const char *as = user == REMOTE_POSTGRES ? "postgres" : "root", *line;
	int size;

	if (strstr(said, "a password is required") || strstr(said, "no password was provided"))
		return error_set(why, ERROR_AUTH, "sudo asks for a password on %s: set sudo_password in the inventory",
				 host);
	if (strstr(said, "must have a tty"))
		return error_set(why, ERROR_AUTH,
				 "sudo on %s wants a terminal: take requiretty off for our account there", host);
	if (strstr(said, "incorrect password") || strstr(said, "try again"))
		return error_set(why, ERROR_AUTH, "sudo on %s does not take the password that the inventory names",
				 host);
	if (strstr(said, "not in the sudoers file") || strstr(said, "is not allowed to execute") ||
	    strstr(said, "may not run sudo"))
		return error_set(why, ERROR_AUTH, "sudo on %s does not let our account run a shell as %s", host, as);
	if (status == 127)
		return error_set(why, ERROR_AUTH, "%s has no sudo, and our account is not %s", host, as);
	last_line(said, &line, &size);
	return error_set(why, ERROR_AUTH, "sudo on %s did not run our script as %s (status %d): %.*s", host, as, status,
			 size, line);
}
