#include "ssh/ssh_config_read.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

enum { VALUE_MOST = 4096 };

static const char *home(void)
{
	const char *from_env = getenv("HOME");
	const struct passwd *p;

	if (from_env && *from_env)
		return from_env;
	p = getpwuid(geteuid());
	return p ? p->pw_dir : "/";
}

static void keep(char **to, const char *value)
{
	if (*to || !*value || strcasecmp(value, "none") == 0)
		return;
	*to = mem_strdup(value);
}

static void keep_in_list(char *list[SSH_CONFIG_FILES + 1], const char *value)
{
	int n = 0;

	while (list[n])
		n++;
	if (n < SSH_CONFIG_FILES && *value && strcasecmp(value, "none") != 0)
		list[n] = mem_strdup(value);
}

/* Several file names, blanks between them; quotes keep blanks in a name. */
static void keep_words(char *list[SSH_CONFIG_FILES + 1], const char *value)
{
	while (*value) {
		char name[VALUE_MOST];
		size_t n = 0;
		bool quoted = false;

		while (*value == ' ' || *value == '\t')
			value++;
		for (; *value && (quoted || (*value != ' ' && *value != '\t')); value++) {
			if (*value == '"')
				quoted = !quoted;
			else if (n + 1 < sizeof(name))
				name[n++] = *value;
		}
		name[n] = '\0';
		keep_in_list(list, name);
	}
}

static void read_option(struct ssh_config_values *v, const char *name, const char *value)
{
	struct {
		const char *name;
		char **to;
	} texts[] = {
		{"hostname", &v->host_name},	      {"user", &v->user},
		{"hostkeyalias", &v->host_key_alias}, {"identityagent", &v->identity_agent},
		{"proxyjump", &v->proxy_jump},	      {"proxycommand", &v->proxy_command},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strcmp(name, texts[i].name) == 0)
			keep(texts[i].to, value);
	if (strcmp(name, "port") == 0)
		v->port = (unsigned)strtoul(value, NULL, 10);
	if (strcmp(name, "identityfile") == 0)
		keep_in_list(v->identities, value);
	if (strcmp(name, "userknownhostsfile") == 0 || strcmp(name, "globalknownhostsfile") == 0)
		keep_words(v->known_hosts, value);
}

/* One %-sequence; false when there is no such one. */
static bool put_percent(struct buf *out, const struct ssh_config_values *v, const char *host, char c)
{
	const struct passwd *p = getpwuid(geteuid());

	switch (c) {
	case '%':
		return buf_addc(out, '%');
	case 'd':
		return buf_adds(out, home());
	case 'h':
		return buf_adds(out, v->host_name ? v->host_name : host);
	case 'n':
		return buf_adds(out, host);
	case 'i':
		return buf_addf(out, "%u", (unsigned)geteuid());
	case 'p':
		return buf_addf(out, "%u", v->port);
	case 'r':
		return buf_adds(out, v->user ? v->user : "");
	case 'u':
		return buf_adds(out, p ? p->pw_name : "");
	default:
		return false;
	}
}

/* `~/`, `%x` and `${NAME}`; what cannot be expanded stays as it stands. */
static void expand(const struct ssh_config_values *v, const char *host, char **value)
{
	const char *at = *value;
	struct buf out;

	if (!at)
		return;
	buf_init(&out, VALUE_MOST);
	if (at[0] == '~' && (at[1] == '/' || !at[1])) {
		buf_adds(&out, home());
		at++;
	}
	while (*at) {
		const char *end = strncmp(at, "${", 2) == 0 ? strchr(at, '}') : NULL;

		if (end) {
			scoped_mem char *name = mem_strndup(at + 2, (size_t)(end - at - 2));
			const char *known = getenv(name);

			buf_adds(&out, known ? known : "");
			at = end + 1;
		} else if (at[0] == '%' && at[1] && put_percent(&out, v, host, at[1])) {
			at += 2;
		} else {
			buf_addc(&out, *at++);
		}
	}
	free(*value);
	*value = buf_steal(&out);
	buf_done(&out);
}

/* "SSH_AUTH_SOCK" and "$NAME" stand for what the environment says. */
static void resolve_agent(struct ssh_config_values *v)
{
	const char *name = v->identity_agent, *value;

	if (name && name[0] == '$' && name[1] != '{')
		name++;
	else if (name && strcmp(name, "SSH_AUTH_SOCK") != 0)
		return;
	value = getenv(name ? name : "SSH_AUTH_SOCK");
	free(v->identity_agent);
	v->identity_agent = mem_strdup(value && *value ? value : NULL);
}

void ssh_config_values_read(struct ssh_config_values *v, const char *host, const char *text)
{
	bool agent_is_off = false;

	*v = (struct ssh_config_values){.port = 22};
	while (*text) {
		size_t n = strcspn(text, "\n"), name_size = strcspn(text, " \n");
		scoped_mem char *name = mem_strndup(text, name_size);
		scoped_mem char *value =
			n > name_size ? mem_strndup(text + name_size + 1, n - name_size - 1) : mem_strdup("");

		read_option(v, name, value);
		agent_is_off |= strcmp(name, "identityagent") == 0 && strcasecmp(value, "none") == 0;
		text += n;
		text += *text == '\n';
	}
	if (!agent_is_off)
		resolve_agent(v);
	expand(v, host, &v->identity_agent);
	for (int i = 0; v->identities[i]; i++)
		expand(v, host, &v->identities[i]);
	for (int i = 0; v->known_hosts[i]; i++)
		expand(v, host, &v->known_hosts[i]);
}

void ssh_config_values_done(struct ssh_config_values *v)
{
	char *texts[] = {v->host_name, v->user, v->host_key_alias, v->identity_agent, v->proxy_jump, v->proxy_command};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		free(texts[i]);
	for (int i = 0; v->identities[i]; i++)
		free(v->identities[i]);
	for (int i = 0; v->known_hosts[i]; i++)
		free(v->known_hosts[i]);
	*v = (struct ssh_config_values){0};
}
