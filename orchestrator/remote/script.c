#include "remote/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/quote.h"

const char *script_preamble(void)
{
	return "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH;export PATH;"
	       "LC_ALL=C;export LC_ALL;umask 077;cd /";
}

void script_nonce(char *text, size_t size, const char *prefix)
{
	unsigned char r[16];
	size_t at = (size_t)snprintf(text, size, "%s-", prefix);

	if (getrandom(r, sizeof(r), 0) != (ssize_t)sizeof(r))
		abort();
	for (size_t i = 0; i < sizeof(r); i++, at += 2)
		snprintf(text + at, size - at, "%02x", r[i]);
}

/* How "$1" (the script) is run: $3 is the shell, $4 the prompt. */
static const char *script_runner(const struct script *s)
{
	if (s->users_ignored || s->user == REMOTE_LOGIN)
		return "\"$3\" -c \"$1\"";
	if (s->user == REMOTE_ROOT && s->prompt)
		return "if [ \"$(id -u)\" = 0 ];then \"$3\" -c \"$1\";"
		       "else sudo -k -S -p \"$4\" -H -u root -- \"$3\" -c \"$1\";fi";
	if (s->user == REMOTE_ROOT)
		return "if [ \"$(id -u)\" = 0 ];then \"$3\" -c \"$1\";else sudo -n -H -u root -- \"$3\" -c \"$1\";fi";
	if (s->prompt)
		return "sudo -k -S -p \"$4\" -H -u postgres -- \"$3\" -c \"$1\"";
	return "sudo -n -H -u postgres -- \"$3\" -c \"$1\"";
}

static bool script_build(struct buf *out, const struct script *s)
{
	const char *shell = s->shell && *s->shell ? s->shell : "/bin/sh";
	scoped_buf driver, inner;
	bool ok;

	buf_init(&driver, SCRIPT_MOST);
	buf_init(&inner, SCRIPT_MOST);
	ok = buf_addf(&driver,
		      "LC_ALL=C;export LC_ALL;%s\n"
		      "s=$?;printf '\\n%%s %%d\\n' \"$2\" $s;printf '\\n%%s %%d\\n' \"$2\" $s >&2",
		      script_runner(s)) &&
	     buf_addf(&inner, "%s;printf '\\n%s begin\\n';printf '\\n%s begin\\n' >&2\n%s", script_preamble(), s->mark,
		      s->mark, s->text);
	ok = ok && buf_adds(out, "exec ") && quote_sh(out, shell) && buf_adds(out, " -c ") &&
	     quote_sh(out, driver.bytes) && buf_adds(out, " pgresync ") && quote_sh(out, inner.bytes);
	ok = ok && buf_addc(out, ' ') && quote_sh(out, s->mark) && buf_addc(out, ' ') && quote_sh(out, shell);
	return ok && (!s->prompt || (buf_addc(out, ' ') && quote_sh(out, s->prompt)));
}

bool script_wrap(struct buf *out, const struct script *s, struct error *why)
{
	size_t before = out->used;

	if (script_build(out, s) && out->used - before <= SCRIPT_MOST)
		return true;
	return error_set(why, ERROR_FAILED, "a script of more than %d KiB cannot be sent to a host",
			 SCRIPT_MOST / 1024);
}
