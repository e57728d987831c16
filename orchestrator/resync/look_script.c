#include "resync/look_script.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/template.h"
#include "inventory/host.h"

enum { SCRIPT_MOST = 32 * 1024 };

static const char head_part[] =
	"d=${data_dir}; c=${config_dir}; b=${bin_dir}; v=${version}; n=${version_num}; l=${log_file}\n"
	"export LC_ALL=C\n"
	"say() { printf '%s=%s\\n' \"$1\" \"$2\"; }\n"
	"first() { head -c 300 \"$1\" 2>/dev/null | head -n 1; }\n"
	"soon() { timeout 5 \"$@\" 2>/dev/null; }\n"
	"say machine_id \"$(first /etc/machine-id)\"\n"
	"say boot_id \"$(first /proc/sys/kernel/random/boot_id)\"\n"
	"h=$(soon hostname -f) || h=$(hostname); say hostname \"$h\"\n"
	"say addresses \"$(soon hostname -I)\"\n"
	"say clock \"$(date +%s)\"\n";

/* Which marker counts is decided where it is read: the value of the last standby_mode line is printed as it is. */
static const char data_part[] =
	"[ -d \"$d\" ] && say data_dir yes\n"
	"[ -f \"$d/standby.signal\" ] && say standby_signal yes\n"
	"[ -f \"$d/recovery.conf\" ] && say standby_mode \"$(sed -n \"s/^[[:space:]]*[Ss][Tt][Aa][Nn][Dd][Bb][Yy]_[Mm][Oo][Dd][Ee]"
	"[[:space:]]*=\\{0,1\\}[[:space:]]*'\\{0,1\\}\\([A-Za-z0-9]*\\).*/\\1/p\" \"$d/recovery.conf\" | tail -n 1)\"\n"
	"[ -e \"$d/recovery.tmp\" ] && say recovery_tmp yes\n"
	"[ -e \"$d.sync\" ] && say sync yes\n"
	"[ -e \"$d.todelete\" ] && say todelete yes\n"
	"for x in \"$b\" \"/usr/lib/postgresql/$v/bin\"; do\n"
	"	if [ -n \"$x\" ] && [ -x \"$x/pg_controldata\" ]; then\n"
	"		soon \"$x/pg_controldata\" \"$d\" | head -n 60 | sed 's/^/control=/'\n"
	"		break\n"
	"	fi\n"
	"done\n"
	"say control_head \"$(od -An -v -tx1 -N64 \"$d/global/pg_control\" 2>/dev/null | tr -d ' \\n')\"\n";

static const char wal_part[] =
	"w=\"$d/pg_wal\"; [ -d \"$w\" ] || w=\"$d/pg_xlog\"\n"
	"segments=$(ls \"$w\" 2>/dev/null | grep -E '^[0-9A-F]{24}$' | sort -k 1.9,1.24)\n"
	"say oldest \"$(printf '%s\\n' \"$segments\" | head -n 1)\"\n"
	"say newest \"$(printf '%s\\n' \"$segments\" | tail -n 1)\"\n"
	"df -Pk \"$d\" 2>/dev/null | awk 'NR == 2 { print \"used=\" $3; print \"free=\" $4 }'\n"
	"ps axww -o args 2>/dev/null | cut -c 1-200 | grep -E '^postgres:.*wal ?(receiver|sender)' | "
	"head -n 40 | sed 's/^/process=/'\n"
	"tail -c 65536 \"$l\" 2>/dev/null | grep -aE '(FATAL|PANIC|ERROR):' | cut -c 1-400 | tail -n 40 | "
	"sed 's/^/log=/'\n";

/* Takes primary_conninfo apart by PostgreSQL's and libpq's own quoting, and prints its host and hostaddr only: no
 * other value of it ever leaves the host. */
static const char conninfo_part[] =
	"conninfo='\n"
	"function unquoted(s,  o, c, i) {\n"
	"	sub(/^[ \\t]*=?[ \\t]*/, \"\", s)\n"
	"	if (substr(s, 1, 1) != \"\\047\") { sub(/[ \\t#].*$/, \"\", s); return s }\n"
	"	for (i = 2; i <= length(s); i++) {\n"
	"		c = substr(s, i, 1)\n"
	"		if (c == \"\\047\") { if (substr(s, i + 1, 1) != c) break; i++ }\n"
	"		else if (c == \"\\\\\") c = substr(s, ++i, 1)\n"
	"		o = o c\n"
	"	}\n"
	"	return o\n"
	"}\n"
	"function uri(s,  had) {\n"
	"	sub(/^[a-z]*:\\/\\//, \"\", s); had = index(s, \"@\")\n"
	"	sub(/[\\/?].*$/, \"\", s)\n"
	"	if (had && !index(s, \"@\")) return\n"
	"	sub(/^.*@/, \"\", s)\n"
	"	if (s ~ /^\\[/) { sub(/^\\[/, \"\", s); sub(/\\].*$/, \"\", s) } else sub(/:[0-9]*$/, \"\", s)\n"
	"	host = s\n"
	"}\n"
	"function value(s,  q, c, i) {\n"
	"	word = \"\"; q = substr(s, 1, 1) == \"\\047\"\n"
	"	for (i = 1 + q; i <= length(s); i++) {\n"
	"		c = substr(s, i, 1)\n"
	"		if (q ? c == \"\\047\" : c == \" \" || c == \"\\t\") break\n"
	"		if (c == \"\\\\\") c = substr(s, ++i, 1)\n"
	"		word = word c\n"
	"	}\n"
	"	return substr(s, i + 1)\n"
	"}\n"
	"function words(s,  i, k) {\n"
	"	for (;;) {\n"
	"		i = index(s, \"=\"); if (!i) return\n"
	"		k = substr(s, 1, i - 1); gsub(/[ \\t]/, \"\", k); s = substr(s, i + 1); sub(/^[ \\t]+/, \"\", s)\n"
	"		s = value(s)\n"
	"		if (k == \"host\") host = word\n"
	"		if (k == \"hostaddr\") addr = word\n"
	"	}\n"
	"}\n"
	"tolower($0) ~ /^[ \\t]*primary_conninfo[ \\t=]/ {\n"
	"	host = addr = \"\"; sub(/^[ \\t]*[A-Za-z_]*/, \"\"); s = unquoted($0)\n"
	"	if (s ~ /^postgres(ql)?:\\/\\//) uri(s); else words(s)\n"
	"}\n"
	"END { if (host != \"\") print \"conninfo_host=\" host; if (addr != \"\") print \"conninfo_hostaddr=\" addr }'\n"
	"if [ \"$n\" -ge 1200 ]; then set -- \"$c/postgresql.conf\" \"$c\"/conf.d/*.conf \"$d/postgresql.auto.conf\"\n"
	"else set -- \"$d/recovery.conf\"; fi\n"
	"found=$(cat \"$@\" 2>/dev/null | awk \"$conninfo\" 2>/dev/null)\n"
	"printf '%s\\n' \"$found\"\n"
	"names=$(printf '%s\\n' \"$found\" | sed -n 's/^conninfo_hostaddr=//p' | tr , ' ')\n"
	"[ -n \"$names\" ] || names=$(printf '%s\\n' \"$found\" | sed -n 's/^conninfo_host=//p' | tr , ' ')\n"
	"set -f\n"
	"for x in $names; do\n"
	"	case $x in -*|/*) ;; *) soon getent ahosts \"$x\" | cut -d ' ' -f 1 | sort -u | sed 's/^/conninfo_address=/' ;; esac\n"
	"done\n"
	"exit 0\n";

struct names {
	const struct host *host;
	char number[16];
};

static const char *lookup(void *ctx, const char *name)
{
	struct names *n = ctx;
	const struct host_postgresql *p = &n->host->postgresql;
	const struct {
		const char *name, *value;
	} known[] = {
		{"data_dir", p->data_dir}, {"config_dir", p->config_dir}, {"bin_dir", p->bin_dir},
		{"version", p->version},   {"log_file", p->log_file},	  {"version_num", n->number},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].value;
	return NULL;
}

char *look_script(const struct host *host, struct error *why)
{
	static const char *const parts[] = {head_part, data_part, wal_part, conninfo_part};
	struct names names = {.host = host};
	struct buf out;

	snprintf(names.number, sizeof(names.number), "%d", host->postgresql.version_num);
	buf_init(&out, SCRIPT_MOST);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		/* Only the first part has values in it; the others are text as it stands. */
		if (i == 0 ? template_expand(&out, parts[i], lookup, &names, why) : buf_adds(&out, parts[i]))
			continue;
		buf_done(&out);
		return NULL;
	}
	return out.bytes;
}
