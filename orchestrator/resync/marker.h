/*
 * The standby marker, in sh: shared by every script that starts PostgreSQL or lets something else start it.
 */
#ifndef RESYNC_MARKER_H
#define RESYNC_MARKER_H

/* `says_standby FILE`: like PostgreSQL the last standby_mode line counts, not any; a doubtful value is no marker. */
#define MARKER_SAYS_STANDBY                                                                                            \
	"says_standby() {\n"                                                                                           \
	"	case $(LC_ALL=C sed -n \"s/^[[:space:]]*[Ss][Tt][Aa][Nn][Dd][Bb][Yy]_[Mm][Oo][Dd][Ee][[:space:]]*=\\{0,1\\}" \
	"[[:space:]]*'\\{0,1\\}\\([A-Za-z0-9]*\\).*/\\1/p\" \"$1\" 2>/dev/null | tail -n 1) in\n"                      \
	"	[Oo][Nn] | [Tt][Rr][Uu][Ee] | [Yy][Ee][Ss] | 1) return 0 ;;\n"                                               \
	"	esac\n"                                                                                                      \
	"	return 1\n"                                                                                                  \
	"}\n"

/* `marker`: whether the data directory $d would start as a standby. */
#define MARKER_FUNCTION                                                        \
	MARKER_SAYS_STANDBY                                                    \
	"marker() {\n"                                                         \
	"	if [ ${version_num} -ge 1200 ]; then [ -f \"$d/standby.signal\" ]\n" \
	"	else says_standby \"$d/recovery.conf\"; fi\n"                        \
	"}\n"

/* `runs`: whether the server of $d runs. After a reboot the pid in the file may be another process's: a server stands
 * in its data directory. */
#define MARKER_RUNS                                                                                             \
	"runs() {\n"                                                                                            \
	"	p=$(head -n 1 \"$d/postmaster.pid\" 2>/dev/null) && [ -n \"$p\" ] && kill -0 \"$p\" 2>/dev/null &&\n" \
	"	[ \"/proc/$p/cwd\" -ef \"$d\" ]\n"                                                                    \
	"}\n"

#endif
