#include "fake/fake_rules.h"

#include <fnmatch.h>
#include <string.h>

#include "base/mem.h"

struct fake_rule {
	struct fake_rule *older;
	char *host, *pattern; /* pattern NULL: facts; host and no answers: unreachable */
	struct fake_given *given;
	size_t n_given, at;
	fake_answer_fn *answers;
	void *ctx;
	char *unreachable;
};

static void own(struct fake_given *g)
{
	g->answer.out = mem_strdup(g->answer.out ? g->answer.out : "");
	g->answer.err = mem_strdup(g->answer.err ? g->answer.err : "");
}

void fake_given_done(struct fake_given *g)
{
	mem_free_at(&g->answer.out);
	mem_free_at(&g->answer.err);
}

static void free_rule(struct fake_rule *rule)
{
	for (size_t i = 0; i < rule->n_given; i++)
		fake_given_done(&rule->given[i]);
	free(rule->given);
	free(rule->host);
	free(rule->pattern);
	free(rule->unreachable);
	free(rule);
}

void fake_rules_done(struct fake_rules *r)
{
	while (r->newest) {
		struct fake_rule *rule = r->newest;

		r->newest = rule->older;
		free_rule(rule);
	}
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static struct fake_rule *rule_of(struct fake_reach *f, const char *host, const char *pattern)
{
	struct fake_rules *r = fake_reach_rules(f);
	struct fake_rule *rule = r->newest;

	while (rule && (rule->unreachable || !same(rule->host, host) || !same(rule->pattern, pattern)))
		rule = rule->older;
	if (rule)
		return rule;
	rule = mem_new(struct fake_rule);
	rule->host = mem_strdup(host);
	rule->pattern = mem_strdup(pattern);
	rule->older = r->newest;
	r->newest = rule;
	return rule;
}

static void add(struct fake_rule *rule, struct fake_given given)
{
	own(&given);
	rule->given = mem_grow(rule->given, rule->n_given + 1, sizeof(*rule->given));
	rule->given[rule->n_given++] = given;
}

void fake_answer(struct fake_reach *f, const char *host, const char *pattern, const struct fake_answer *answer)
{
	add(rule_of(f, host, pattern), (struct fake_given){*answer, NULL});
}

void fake_reply(struct fake_reach *f, const char *host, const char *pattern, int status, const char *out)
{
	fake_answer(f, host, pattern, &(struct fake_answer){.status = status, .out = out});
}

void fake_error(struct fake_reach *f, const char *host, const char *pattern, enum error_code code, const char *text)
{
	fake_answer(f, host, pattern, &(struct fake_answer){.code = code, .err = text});
}

void fake_hang(struct fake_reach *f, const char *host, const char *pattern)
{
	fake_answer(f, host, pattern, &(struct fake_answer){.never = true});
}

void fake_call(struct fake_reach *f, const char *host, const char *pattern, fake_answer_fn *answers, void *ctx)
{
	struct fake_rule *rule = rule_of(f, host, pattern);

	rule->answers = answers;
	rule->ctx = ctx;
}

void fake_facts(struct fake_reach *f, const char *host, const struct facts *facts)
{
	add(rule_of(f, host, NULL), (struct fake_given){.facts = facts});
}

void fake_facts_error(struct fake_reach *f, const char *host, enum error_code code, const char *text)
{
	add(rule_of(f, host, NULL), (struct fake_given){.answer = {.code = code, .err = text}});
}

void fake_facts_hang(struct fake_reach *f, const char *host)
{
	add(rule_of(f, host, NULL), (struct fake_given){.answer = {.never = true}});
}

static void forget(struct fake_reach *f, const char *host, bool facts)
{
	struct fake_rule **at = &fake_reach_rules(f)->newest;

	while (*at) {
		struct fake_rule *rule = *at;

		if (fnmatch(host, rule->host, 0) == 0 && !rule->unreachable && (rule->pattern == NULL) == facts) {
			*at = rule->older;
			free_rule(rule);
		} else {
			at = &rule->older;
		}
	}
}

void fake_forget(struct fake_reach *f, const char *host)
{
	forget(f, host, false);
}

void fake_forget_facts(struct fake_reach *f, const char *host)
{
	forget(f, host, true);
}

void fake_unreachable(struct fake_reach *f, const char *host, const char *text)
{
	struct fake_rules *r = fake_reach_rules(f);
	struct fake_rule **at = &r->newest, *rule;

	while (*at && !((*at)->unreachable && strcmp((*at)->host, host) == 0))
		at = &(*at)->older;
	rule = *at;
	if (rule) {
		*at = rule->older;
		free_rule(rule);
	}
	if (!text)
		return;
	rule = mem_new(struct fake_rule);
	rule->host = mem_strdup(host);
	rule->unreachable = mem_strdup(text);
	rule->older = r->newest;
	r->newest = rule;
}

/* The newest rule of that kind; an unreachable host goes before all. */
static struct fake_rule *find(struct fake_rules *r, const char *host, const char *text)
{
	for (struct fake_rule *rule = r->newest; rule; rule = rule->older)
		if (rule->unreachable && fnmatch(rule->host, host, 0) == 0)
			return rule;
	for (struct fake_rule *rule = r->newest; rule; rule = rule->older) {
		if (rule->unreachable || fnmatch(rule->host, host, 0) != 0)
			continue;
		if (text ? rule->pattern && fnmatch(rule->pattern, text, 0) == 0 : !rule->pattern)
			return rule;
	}
	return NULL;
}

static bool take(struct fake_rule *rule, struct fake_given *ret)
{
	if (rule->unreachable)
		*ret = (struct fake_given){.answer = {.code = ERROR_UNREACHABLE, .err = rule->unreachable}};
	else if (rule->n_given == 0)
		return false;
	else
		*ret = rule->given[rule->at];
	if (rule->at + 1 < rule->n_given)
		rule->at++;
	own(ret);
	return true;
}

bool fake_rules_command(struct fake_rules *r, const char *host, const struct remote_command *c, struct fake_given *ret)
{
	struct fake_rule *rule = find(r, host, c->text);

	*ret = (struct fake_given){.answer = {.status = 127, .err = "no rule for this command"}};
	if (rule && rule->answers && !rule->unreachable) {
		ret->answer = (struct fake_answer){0};
		rule->answers(rule->ctx, host, c, &ret->answer);
		own(ret);
		return true;
	}
	if (rule && take(rule, ret))
		return true;
	own(ret);
	return false;
}

void fake_rules_facts(struct fake_rules *r, const char *host, struct fake_given *ret)
{
	struct fake_rule *rule = find(r, host, NULL);

	if (rule && take(rule, ret))
		return;
	*ret = (struct fake_given){.answer = {.code = ERROR_HOST, .err = "no facts were written for this host"}};
	own(ret);
}
