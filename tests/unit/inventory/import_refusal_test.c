#include "inventory/import.h"

#include "scratch.h"

/* A file that is right but for one thing: the parts that a case replaces. */
struct parts {
	const char *head, *defaults, *sites, *environments, *primary, *standby, *more_hosts, *pairs, *tail;
};

static const struct parts good = {
	.head = "version: 1\n",
	.defaults = "",
	.sites = "sites: {carrenza: {aliases: [6dg]}, skyscape: {}}\n",
	.environments = "environments: {staging: {}, production: {}}\n",
	.primary = "address: 10.0.0.1, site: carrenza, environment: staging",
	.standby = "address: 10.0.0.2, site: carrenza, environment: staging",
	.more_hosts = "",
	.pairs = "pairs: [{primary: p1, standbys: [{host: s1, role: live}]}]\n",
	.tail = "",
};

static char *assemble(const struct parts *p)
{
#define PART(name) (p->name ? p->name : good.name)
	return mem_printf("%s%s%s%shosts:\n  p1: {%s}\n  s1: {%s}\n%s%s%s", PART(head), PART(defaults), PART(sites),
			  PART(environments), PART(primary), PART(standby), PART(more_hosts), PART(pairs), PART(tail));
#undef PART
}

#define HOST(fields) "address: 10.0.0.2, site: carrenza, environment: staging, " fields
#define ADDRESS(text) "address: " text ", site: carrenza, environment: staging"
#define MORE(name, fields) "  " name ": {site: carrenza, environment: staging, " fields "}\n"
#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* Where the message must point to ("line:column", NULL: not looked at), and words of it. */
static const struct {
	const char *name;
	struct parts parts;
	const char *place, *words;
} cases[] = {
	/* The whole of the file. */
	{"no version", {.head = ""}, "1:1", "version is missing"},
	{"version 2", {.head = "version: 2\n"}, "1:10", "version 1 only"},
	{"version a list", {.head = "version: [1]\n"}, "1:10", "version 1 only"},
	{"unknown top key", {.tail = "host: {}\n"}, NULL, "did you mean hosts"},
	{"top key misspelt", {.tail = "pairz: {}\n"}, "8:1", "did you mean pairs"},
	{"merge key", {.tail = "<<: {}\n"}, NULL, "unknown key"},
	{"second document", {.tail = "---\nversion: 1\n"}, "8:1", "second document"},
	{"anchor", {.defaults = "defaults: &d {sudo: nopasswd}\n"}, "2:11", "anchors"},
	{"alias", {.defaults = "defaults: *d\n"}, NULL, ""},
	{"anchored scalar", {.primary = "address: &a 10.0.0.1, site: carrenza, environment: staging"}, NULL, "anchors"},
	{"tag", {.defaults = "defaults: !!map {sudo: nopasswd}\n"}, "2:11", "tags"},
	{"local tag", {.primary = "address: !x 10.0.0.1, site: carrenza, environment: staging"}, NULL, "tags"},
	{"unclosed quote", {.tail = "x: \"abc\n"}, NULL, ""},
	{"unclosed brace", {.tail = "x: {a: 1\n"}, NULL, ""},
	{"tab as indent", {.tail = "x:\n\ty: 1\n"}, NULL, ""},
	{"bad indent", {.tail = "  x: 1\n"}, NULL, ""},
	{"control character", {.tail = "# \x1b[31m\n"}, "8:3", "control character"},
	{"delete character", {.tail = "# \x7f\n"}, "8:3", "control character"},
	{"invalid UTF-8", {.tail = "# \xff\n"}, "8:3", "not valid UTF-8"},
	{"overlong UTF-8", {.tail = "# \xc0\xaf\n"}, "8:3", "not valid UTF-8"},
	{"surrogate", {.tail = "# \xed\xa0\x80\n"}, "8:3", "not valid UTF-8"},
	{"cut off UTF-8", {.tail = "# \xe2\x82"}, "8:3", "not valid UTF-8"},
	{"byte order mark", {.head = "\xef\xbb\xbfversion: 1\n"}, "1:1", "byte order mark"},
	{"too deep", {.tail = "x: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n"}, "8:19", "too deep"},
	{"a list as key", {.tail = "[a, b]: 1\n"}, NULL, "a key is a single word"},
	{"escaped NUL", {.tail = "x: \"a\\0b\"\n"}, NULL, "NUL"},
	{"duplicate top key", {.tail = "sites: {}\n"}, "8:1", "second time"},
	{"duplicate host",
	 {.more_hosts = "  s1: {address: 10.0.0.3, site: carrenza, environment: staging}\n"},
	 "7:3",
	 "second time"},
	{"duplicate key in a host", {.standby = HOST("address: 10.0.0.3")}, NULL, "second time"},
	{"duplicate setting", {.defaults = "defaults: {ssh: {port: 22, port: 23}}\n"}, "2:28", "second time"},
	{"hosts a list", {.tail = ""}, NULL, NULL}, /* replaced below */
	{"defaults a list", {.defaults = "defaults: [1]\n"}, "2:11", "a mapping is expected"},
	{"sites a list", {.sites = "sites: [carrenza]\n"}, "2:8", "mapping is expected"},
	{"environments a word", {.environments = "environments: staging\n"}, "3:15", "mapping is expected"},
	{"pairs a mapping", {.pairs = "pairs: {primary: p1}\n"}, "7:8", "list is expected"},
	{"pairs of words", {.pairs = "pairs: [p1]\n"}, "7:9", "is expected, not a single value"},
	/* Names. */
	{"upper case", {.more_hosts = MORE("DB-1", "address: 10.0.0.3")}, "7:3", "lower case"},
	{"trailing dot", {.more_hosts = MORE("db-1.", "address: 10.0.0.3")}, "7:3", "each part"},
	{"leading dot", {.more_hosts = MORE(".db", "address: 10.0.0.3")}, "7:3", "each part"},
	{"two dots", {.more_hosts = MORE("db..x", "address: 10.0.0.3")}, "7:3", "each part"},
	{"leading dash", {.more_hosts = MORE("-rf", "address: 10.0.0.3")}, "7:3", "each part"},
	{"ssh option", {.more_hosts = MORE("\"-oProxyCommand=x\"", "address: 10.0.0.3")}, "7:3", "a-z, 0-9"},
	{"label ends with dash", {.more_hosts = MORE("db-.x", "address: 10.0.0.3")}, "7:3", "each part"},
	{"label of 64", {.more_hosts = MORE(X64 ".x", "address: 10.0.0.3")}, "7:3", "each part"},
	{"name of 260", {.more_hosts = MORE(X64 X64 X64 X64 "xxxx", "address: 10.0.0.3")}, "7:3", "1 to 253"},
	{"command substitution", {.more_hosts = MORE("\"$(reboot)\"", "address: 10.0.0.3")}, "7:3", "a-z, 0-9"},
	{"backticks", {.more_hosts = MORE("\"`id`\"", "address: 10.0.0.3")}, "7:3", "a-z, 0-9"},
	{"semicolon", {.more_hosts = MORE("\"a;b\"", "address: 10.0.0.3")}, "7:3", "a-z, 0-9"},
	{"line feed in a name", {.more_hosts = MORE("\"a\\nb\"", "address: 10.0.0.3")}, "7:3", "\\n"},
	{"quote in a name", {.more_hosts = MORE("\"a'b\"", "address: 10.0.0.3")}, "7:3", "a-z, 0-9"},
	{"star", {.more_hosts = MORE("\"*\"", "address: 10.0.0.3")}, "7:3", "a-z, 0-9"},
	{"tilde", {.more_hosts = MORE("\"~\"", "address: 10.0.0.3")}, "7:3", "a-z, 0-9"},
	{"slash", {.more_hosts = MORE("../x", "address: 10.0.0.3")}, "7:3", "a-z, 0-9"},
	{"user at host", {.more_hosts = MORE("root@db", "address: 10.0.0.3")}, "7:3", "a-z, 0-9"},
	{"space", {.more_hosts = MORE("a b", "address: 10.0.0.3")}, "7:3", "a-z, 0-9"},
	{"right-to-left override",
	 {.more_hosts = MORE("\"a\xe2\x80\xae"
			     "b\"",
			     "address: 10.0.0.3")},
	 "7:3",
	 "202e"},
	{"homoglyph",
	 {.more_hosts = MORE("p\xd0\xb0"
			     "1",
			     "address: 10.0.0.3")},
	 "7:3",
	 "a-z, 0-9"},
	{"terminal sequence", {.more_hosts = MORE("\"\\e]0;x\\a\"", "address: 10.0.0.3")}, "7:3", "\\x1b"},
	{"localhost as name", {.more_hosts = MORE("localhost", "address: 10.0.0.3")}, "7:3", "something else"},
	{"none as name", {.more_hosts = MORE("none", "address: 10.0.0.3")}, "7:3", "something else"},
	{"address as name", {.more_hosts = MORE("10.0.0.3", "address: 10.0.0.3")}, "7:3", "not an address"},
	{"empty name", {.more_hosts = MORE("\"\"", "address: 10.0.0.3")}, "7:3", "1 to 253"},
	{"bad site name", {.sites = "sites: {Carrenza: {}}\n"}, "2:9", "a-z, 0-9"},
	{"path in an environment", {.environments = "environments: {../x: {}}\n"}, "3:16", "a-z, 0-9"},
	{"label begins with dash", {.environments = "environments: {-x: {}}\n"}, "3:16", "begins and ends"},
	{"bad alias", {.sites = "sites: {carrenza: {aliases: [\"6 dg\"]}}\n"}, "2:30", "a-z, 0-9"},
	{"alias twice", {.sites = "sites: {carrenza: {aliases: [a, a]}}\n"}, NULL, "twice"},
	{"alias of two sites",
	 {.sites = "sites: {carrenza: {aliases: [a]}, skyscape: {aliases: [a]}}\n"},
	 NULL,
	 "alias of two sites"},
	{"alias is a site",
	 {.sites = "sites: {carrenza: {aliases: [skyscape]}, skyscape: {}}\n"},
	 "2:29",
	 "name of a site already"},
	{"aliases a word", {.sites = "sites: {carrenza: {aliases: 6dg}}\n"}, "2:29", "a list is expected"},
	{"bad tag", {.standby = HOST("tags: [\"a b\"]")}, NULL, "a-z, 0-9"},
	{"tag twice", {.standby = HOST("tags: [a, b, a]")}, NULL, "twice"},
	{"tags a mapping", {.standby = HOST("tags: {a: b}")}, NULL, "a list is expected"},
	{"null tag", {.standby = HOST("tags: [~]")}, NULL, "nothing"},
	/* Addresses. */
	{"unspecified", {.standby = ADDRESS("0.0.0.0")}, "6:17", "unspecified"},
	{"this network", {.standby = ADDRESS("0.1.2.3")}, "6:17", "unspecified"},
	{"loopback", {.standby = ADDRESS("127.0.0.1")}, "6:17", "allow_loopback"},
	{"other loopback", {.standby = ADDRESS("127.8.8.8")}, "6:17", "allow_loopback"},
	{"IPv6 loopback", {.standby = ADDRESS("\"::1\"")}, "6:17", "allow_loopback"},
	{"localhost", {.standby = ADDRESS("localhost")}, "6:17", "allow_loopback"},
	{"sub of localhost", {.standby = ADDRESS("db.localhost")}, "6:17", "allow_loopback"},
	{"metadata service", {.standby = ADDRESS("169.254.169.254")}, "6:17", "link-local"},
	{"IPv6 link-local", {.standby = ADDRESS("\"fe80::1\"")}, "6:17", "link-local"},
	{"IPv6 zone", {.standby = ADDRESS("\"fe80::1%eth0\"")}, "6:17", "not an address"},
	{"multicast", {.standby = ADDRESS("224.0.0.1")}, "6:17", "multicast"},
	{"broadcast", {.standby = ADDRESS("255.255.255.255")}, "6:17", "multicast"},
	{"IPv6 unspecified", {.standby = ADDRESS("\"::\"")}, "6:17", "unspecified"},
	{"mapped", {.standby = ADDRESS("\"::ffff:127.0.0.1\"")}, "6:17", "IPv4 address itself"},
	{"short address", {.standby = ADDRESS("10.1")}, "6:17", "four numbers"},
	{"a number", {.standby = ADDRESS("2130706433")}, "6:17", "four numbers"},
	{"hexadecimal", {.standby = ADDRESS("0x7f.0.0.1")}, "6:17", "four numbers"},
	{"hexadecimal end", {.standby = ADDRESS("x.0x7f")}, "6:17", "four numbers"},
	{"octal", {.standby = ADDRESS("010.0.0.08")}, "6:17", "four numbers"},
	{"above 255", {.standby = ADDRESS("10.0.0.256")}, "6:17", "four numbers"},
	{"five numbers", {.standby = ADDRESS("1.2.3.4.5")}, "6:17", "four numbers"},
	{"with port", {.standby = ADDRESS("\"10.0.0.2:22\"")}, "6:17", "not an address"},
	{"in brackets", {.standby = ADDRESS("\"[::2]\"")}, "6:17", "not an address"},
	{"unix path", {.standby = ADDRESS("/run/x")}, "6:17", "not an address"},
	{"option as address", {.standby = ADDRESS("-oProxyCommand=x")}, "6:17", "not an address"},
	{"empty address", {.standby = ADDRESS("\"\"")}, "6:17", "not an address"},
	{"null address", {.standby = ADDRESS("~")}, "6:17", "not nothing"},
	{"list as address", {.standby = ADDRESS("[10.0.0.2]")}, "6:17", "not a list"},
	{"one machine twice", {.standby = ADDRESS("10.0.0.1")}, NULL, "one machine"},
	{"one machine in two notations",
	 {.primary = ADDRESS("\"2001:db8::1\""), .standby = ADDRESS("\"2001:DB8:0::0:1\"")},
	 NULL,
	 "one machine"},
	/* Hosts. */
	{"no site", {.standby = "address: 10.0.0.2, environment: staging"}, "6:7", "site is missing"},
	{"no environment", {.standby = "address: 10.0.0.2, site: carrenza"}, "6:7", "environment is missing"},
	{"unknown site",
	 {.standby = "address: 10.0.0.2, site: nowhere, environment: staging"},
	 NULL,
	 "no site nowhere"},
	{"unknown environment",
	 {.standby = "address: 10.0.0.2, site: carrenza, environment: x"},
	 NULL,
	 "no environment x"},
	{"unknown host key", {.standby = HOST("adress: x")}, NULL, "did you mean address"},
	{"unknown group key", {.standby = HOST("ssh: {prot: 22}")}, NULL, "did you mean port"},
	{"dotted key", {.standby = HOST("ssh.port: 22")}, NULL, "unknown key"},
	{"group a word", {.standby = HOST("ssh: deploy")}, NULL, "a mapping is expected"},
	{"host a word", {.more_hosts = "  x1: 10.0.0.3\n"}, "7:7", "a mapping is expected"},
	{"host a list", {.more_hosts = "  x1: [10.0.0.3]\n"}, "7:7", "a mapping is expected"},
	/* Settings. */
	{"port 0", {.standby = HOST("ssh: {port: 0}")}, NULL, "1 to 65535"},
	{"port 65536", {.standby = HOST("ssh: {port: 65536}")}, NULL, "1 to 65535"},
	{"port -1", {.standby = HOST("ssh: {port: -1}")}, NULL, "digits"},
	{"port 1e3", {.standby = HOST("ssh: {port: 1e3}")}, NULL, "digits"},
	{"port 0x16", {.standby = HOST("ssh: {port: 0x16}")}, NULL, "digits"},
	{"port 022", {.standby = HOST("ssh: {port: 022}")}, NULL, "digits"},
	{"port of 30 digits", {.standby = HOST("ssh: {port: 100000000000000000000000000022}")}, NULL, "digits"},
	{"port in quotes", {.standby = HOST("ssh: {port: \"22\"}")}, NULL, "not a text in quotes"},
	{"port nothing", {.standby = HOST("ssh: {port: }")}, NULL, "not nothing"},
	{"port a list", {.standby = HOST("ssh: {port: [22]}")}, NULL, "not a list"},
	{"legacy yes", {.standby = HOST("ssh: {legacy: yes}")}, NULL, "true or false"},
	{"legacy in quotes", {.standby = HOST("ssh: {legacy: \"true\"}")}, NULL, "not a text in quotes"},
	{"user with a dash", {.standby = HOST("ssh: {user: -l}")}, NULL, "an account"},
	{"user with a shell", {.standby = HOST("ssh: {user: \"a;b\"}")}, NULL, "an account"},
	{"user empty", {.standby = HOST("ssh: {user: \"\"}")}, NULL, "an account"},
	{"user nothing", {.standby = HOST("ssh: {user: }")}, NULL, "not nothing"},
	{"identities a word", {.standby = HOST("ssh: {identities: /k}")}, NULL, "a list is expected"},
	{"identity relative", {.standby = HOST("ssh: {identities: [id]}")}, NULL, "absolute"},
	{"identity with tilde", {.standby = HOST("ssh: {identities: [\"~/id\"]}")}, NULL, "'~'"},
	{"identity with a line feed", {.standby = HOST("ssh: {identities: [\"/a\\n/b\"]}")}, NULL, "line feed"},
	{"jump to nobody", {.standby = HOST("ssh: {jump: gate}")}, NULL, "no host gate to jump through"},
	{"jump with a shell", {.standby = HOST("ssh: {jump: \"x;y\"}")}, NULL, "a-z, 0-9"},
	{"jump through itself", {.standby = HOST("ssh: {jump: s1}")}, NULL, "jump: none"},
	{"jump in a circle",
	 {.primary = HOST("ssh: {jump: s1}"), .standby = ADDRESS("10.0.0.3") ", ssh: {jump: p1}"},
	 NULL,
	 "jump: none"},
	{"jump of a whole site",
	 {.sites = "sites: {carrenza: {ssh: {jump: p1}}, skyscape: {}}\n"},
	 "2:32",
	 "jump: none"},
	{"version 9.2", {.standby = HOST("postgresql: {version: \"9.2\"}")}, NULL, "\"9.3\" to"},
	{"version 19", {.standby = HOST("postgresql: {version: 19}")}, NULL, "\"9.3\" to"},
	{"version 10.23", {.standby = HOST("postgresql: {version: 10.23}")}, NULL, "\"9.3\" to"},
	{"version text", {.standby = HOST("postgresql: {version: ten}")}, NULL, "\"9.3\" to"},
	{"unequal versions", {.standby = HOST("postgresql: {version: 10}")}, NULL, "must be equal"},
	{"relative data_dir", {.standby = HOST("postgresql: {data_dir: main}")}, NULL, "absolute"},
	{"data_dir with ..", {.standby = HOST("postgresql: {data_dir: /a/../b}")}, NULL, "'..'"},
	{"data_dir is /", {.standby = HOST("postgresql: {data_dir: /}")}, NULL, "a path has"},
	{"data_dir with a space", {.standby = HOST("postgresql: {data_dir: /a b}")}, NULL, "a path has"},
	{"data_dir with a shell", {.standby = HOST("postgresql: {data_dir: \"/a;reboot\"}")}, NULL, "a path has"},
	{"data_dir with a variable",
	 {.standby = HOST("postgresql: {data_dir: \"/a/${version}\"}")},
	 NULL,
	 "a path has"},
	{"cluster with a slash", {.standby = HOST("postgresql: {cluster: ../x}")}, NULL, "letters, digits"},
	{"cluster with a dash", {.standby = HOST("postgresql: {cluster: -x}")}, NULL, "letters, digits"},
	{"command with a pipe", {.standby = HOST("commands: {puppet: \"a | b\"}")}, NULL, "no shell"},
	{"command with a variable", {.standby = HOST("commands: {puppet: \"a $HOME\"}")}, NULL, "no shell"},
	{"command with quotes", {.standby = HOST("commands: {puppet: \"a 'b'\"}")}, NULL, "no shell"},
	{"command with a line feed", {.standby = HOST("commands: {puppet: \"a\\nreboot\"}")}, NULL, "no shell"},
	{"command with a redirect", {.standby = HOST("commands: {puppet: \"a >b\"}")}, NULL, "no shell"},
	{"command with a dash", {.standby = HOST("commands: {puppet: \"-x\"}")}, NULL, "begins with a program"},
	{"command with two spaces", {.standby = HOST("commands: {puppet: \"a  b\"}")}, NULL, "one space"},
	{"command empty", {.standby = HOST("commands: {puppet: \"\"}")}, NULL, "1 to 512"},
	{"gpg_mode", {.standby = HOST("wal_e: {gpg_mode: inplce}")}, NULL, "inplace, overlay or agent"},
	{"sudo", {.standby = HOST("sudo: yes")}, NULL, "nopasswd or password"},
	{"sudo without a secret", {.standby = HOST("sudo: password")}, NULL, "needs secrets.sudo_password"},
	{"warning above critical", {.standby = HOST("limits: {lag_warning_mb: 600}")}, NULL, "above"},
	{"limit 0", {.standby = HOST("limits: {recovery_stall_s: 0}")}, NULL, "1 to 604800"},
	{"limit 1.5", {.standby = HOST("limits: {recovery_stall_s: 1.5}")}, NULL, "digits"},
	/* Secrets. */
	{"plain secret", {.standby = HOST("secrets: {gpg_passphrase: hunter2}")}, NULL, "never stands here"},
	{"secret in a list", {.standby = HOST("secrets: {gpg_passphrase: [hunter2]}")}, NULL, "never stands here"},
	{"secret of two kinds",
	 {.standby = HOST("secrets: {gpg_passphrase: {pass: a, file: /b}}")},
	 NULL,
	 "exactly one"},
	{"secret of no kind", {.standby = HOST("secrets: {gpg_passphrase: {}}")}, NULL, "exactly one"},
	{"secret of a new kind", {.standby = HOST("secrets: {gpg_passphrase: {vault: a}}")}, NULL, "unknown key"},
	{"secret given as value",
	 {.standby = HOST("secrets: {gpg_passphrase: {plain: hunter2}}")},
	 NULL,
	 "unknown key"},
	{"pass option", {.standby = HOST("secrets: {gpg_passphrase: {pass: -c}}")}, NULL, "entry of pass"},
	{"pass outside", {.standby = HOST("secrets: {gpg_passphrase: {pass: a/../../b}}")}, NULL, "'..'"},
	{"pass with a shell", {.standby = HOST("secrets: {gpg_passphrase: {pass: \"a;b\"}}")}, NULL, "entry of pass"},
	{"pass with an unknown name",
	 {.standby = HOST("secrets: {gpg_passphrase: {pass: \"a/${user}\"}}")},
	 NULL,
	 "${environment}"},
	{"pass empty", {.standby = HOST("secrets: {gpg_passphrase: {pass: \"\"}}")}, NULL, "entry of pass"},
	{"secret file relative", {.standby = HOST("secrets: {gpg_passphrase: {file: x}}")}, NULL, "absolute"},
	{"credential path", {.standby = HOST("secrets: {gpg_passphrase: {credential: a/b}}")}, NULL, "letters, digits"},
	/* Pairs. */
	{"self-pair", {.pairs = "pairs: [{primary: s1, standbys: [{host: s1}]}]\n"}, NULL, "standby of itself"},
	{"two primaries",
	 {.more_hosts = MORE("p2", "address: 10.0.0.3"),
	  .pairs = "pairs: [{primary: p1, standbys: [s1]}, {primary: p2, standbys: [s1]}]\n"},
	 "8:65",
	 "stands in two pairs"},
	{"named twice", {.pairs = "pairs: [{primary: p1, standbys: [s1, s1]}]\n"}, NULL, "stands in two pairs"},
	{"cycle",
	 {.pairs = "pairs: [{primary: p1, standbys: [s1]}, {primary: s1, standbys: [p1]}]\n"},
	 NULL,
	 "cannot be a primary"},
	{"cascade",
	 {.more_hosts = MORE("s2", "address: 10.0.0.3"),
	  .pairs = "pairs: [{primary: p1, standbys: [s1]}, {primary: s1, standbys: [s2]}]\n"},
	 NULL,
	 "cannot be a primary"},
	{"across environments",
	 {.standby = "address: 10.0.0.2, site: carrenza, environment: production"},
	 NULL,
	 "one environment a pair"},
	{"unknown primary", {.pairs = "pairs: [{primary: p9, standbys: [s1]}]\n"}, NULL, "no host p9"},
	{"unknown standby", {.pairs = "pairs: [{primary: p1, standbys: [s9]}]\n"}, NULL, "no host s9"},
	{"no primary", {.pairs = "pairs: [{standbys: [s1]}]\n"}, NULL, "primary is missing"},
	{"no standbys", {.pairs = "pairs: [{primary: p1}]\n"}, NULL, "standbys is missing"},
	{"standbys empty", {.pairs = "pairs: [{primary: p1, standbys: []}]\n"}, NULL, "an empty one"},
	{"standbys a word", {.pairs = "pairs: [{primary: p1, standbys: s1}]\n"}, NULL, "at least one standby"},
	{"unknown pair key", {.pairs = "pairs: [{primary: p1, standby: [s1]}]\n"}, NULL, "did you mean standbys"},
	{"unknown standby key",
	 {.pairs = "pairs: [{primary: p1, standbys: [{hots: s1}]}]\n"},
	 NULL,
	 "did you mean host"},
	{"standby without host",
	 {.pairs = "pairs: [{primary: p1, standbys: [{role: dr}]}]\n"},
	 NULL,
	 "host is missing"},
	{"bad role", {.pairs = "pairs: [{primary: p1, standbys: [{host: s1, role: \"D R\"}]}]\n"}, NULL, "a-z, 0-9"},
	{"null role", {.pairs = "pairs: [{primary: p1, standbys: [{host: s1, role: }]}]\n"}, NULL, "not nothing"},
	{"primary a list", {.pairs = "pairs: [{primary: [p1], standbys: [s1]}]\n"}, NULL, "not a list"},
};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static int64_t audits(struct scratch *s)
{
	return scratch_count(s, "select count(*) from audit") + scratch_count(s, "select revision from inventory");
}

/* Both for an empty store and for one that has something: nothing may change. */
static void every_bad_file_is_refused(void **state)
{
	struct scratch *s = *state;
	struct diff diff;
	struct error why;
	int64_t before;
	int failed = 0;

	assert_ok(scratch_import(s, scratch_small, &diff, &why));
	diff_done(&diff);
	before = audits(s);
	for (size_t i = 0; i < CASES; i++) {
		char *text = cases[i].words ? assemble(&cases[i].parts) : mem_strdup("version: 1\nhosts: [a]\n"),
		     place[64];

		snprintf(place, sizeof(place), "fleet.yml:%s: ", cases[i].place ? cases[i].place : "");
		memset(&why, 0, sizeof(why));
		if (scratch_import(s, text, &diff, &why) || why.code != ERROR_CONFIG ||
		    (cases[i].words && !strstr(why.text, cases[i].words)) ||
		    strncmp(why.text, place, cases[i].place ? strlen(place) : 10) != 0 || strchr(why.text, '\n') ||
		    diff.lines) {
			fprintf(stderr, "case \"%s\": %s\n", cases[i].name, why.text);
			failed++;
		}
		free(text);
	}
	assert_int_equal(failed, 0);
	assert_true(CASES >= 150);
	assert_int_equal(audits(s), before);
}

static void a_secret_is_not_repeated_in_the_message(void **state)
{
	static const char *const lines[] = {"secrets: {gpg_passphrase: hunter2}",
					    "secrets: {gpg_passphrase: [hunter2]}",
					    "secrets: {gpg_passphrase: {pass: \"hunter2;\"}}"};
	struct scratch *s = *state;
	struct diff diff;
	struct error why;

	for (size_t i = 0; i < 3; i++) {
		char *standby = mem_printf("address: 10.0.0.2, site: carrenza, environment: staging, %s", lines[i]);
		char *text = assemble(&(struct parts){.standby = standby});

		assert_false(scratch_import(s, text, &diff, &why));
		assert_null(strstr(why.text, "hunter2"));
		free(text);
		free(standby);
	}
}

static void odd_whole_files_are_refused(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *words;
	} files[] = {
		{"", 0, "empty"},
		{"\n\n# only words\n", 15, "empty"},
		{"---\n...\n", 8, "mapping"},
		{"hello", 5, "mapping"},
		{"- a\n", 4, "mapping"},
		{"a\0b", 3, "NUL"},
		{"\xff\xfe"
		 "a\0",
		 4, "UTF-8"},
		{"{", 1, ""},
		{"*a", 2, ""},
		{"\"", 1, ""},
		{"%YAML 9.9\n---\n{}\n", 17, ""},
	};
	struct scratch *s = *state;
	struct diff diff;
	struct error why;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		assert_false(
			import_text(s->store, "fleet.yml", files[i].text, files[i].length, false, &s->by, &diff, &why));
		if (!strstr(why.text, files[i].words))
			fail_msg("file %zu: %s", i, why.text);
	}
}

static void too_much_is_refused(void **state)
{
	struct scratch *s = *state;
	size_t length = (8 << 20) + 1;
	char *text = mem_alloc(length + 1), *path = mem_printf("%s/big.yml", s->directory);
	struct diff diff;
	struct error why;
	FILE *f;

	memset(text, '#', length);
	assert_false(import_text(s->store, "fleet.yml", text, length, false, &s->by, &diff, &why));
	assert_non_null(strstr(why.text, "8 MiB"));
	f = fopen(path, "w");
	fwrite(text, 1, length, f);
	fclose(f);
	assert_false(import_file(s->store, path, false, &s->by, &diff, &why));
	assert_non_null(strstr(why.text, "8 MiB"));
	memcpy(text, "version: 1\nhosts: {a: {tags: [", 30);
	memset(text + 30, 'x', 5000);
	assert_false(import_text(s->store, "fleet.yml", text, 5030, false, &s->by, &diff, &why));
	free(text);
	free(path);
}

static void files_that_cannot_be_read(void **state)
{
	struct scratch *s = *state;
	struct diff diff;
	struct error why;

	assert_false(import_file(s->store, "/nonexistent/fleet.yml", false, &s->by, &diff, &why));
	assert_non_null(strstr(why.text, "/nonexistent/fleet.yml"));
	assert_false(import_file(s->store, s->directory, false, &s->by, &diff, &why));
	assert_false(import_file(s->store, "/dev/zero", false, &s->by, &diff, &why));
	assert_non_null(strstr(why.text, "not a regular file"));
}

static void loopback_can_be_allowed(void **state)
{
	struct scratch *s = *state;
	char *text = assemble(&(struct parts){.defaults = "defaults: {ssh: {allow_loopback: true}}\n",
					      .primary = ADDRESS("127.0.0.1"),
					      .standby = ADDRESS("\"::1\"")});
	struct diff diff;
	struct error why;

	assert_ok(scratch_import(s, text, &diff, &why));
	diff_done(&diff);
	free(text);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		WITH_STORE(every_bad_file_is_refused),	 WITH_STORE(a_secret_is_not_repeated_in_the_message),
		WITH_STORE(odd_whole_files_are_refused), WITH_STORE(too_much_is_refused),
		WITH_STORE(files_that_cannot_be_read),	 WITH_STORE(loopback_can_be_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
