#include "inventory/audit_chain.h"

#include <stdarg.h>
#include <string.h>

#include "inventory/audit_canonical.h"
#include "inventory/digest.h"

void audit_chain_begin(struct audit_verdict *v)
{
	memset(v, 0, sizeof(*v));
	snprintf(v->head_hash, sizeof(v->head_hash), "%s", audit_no_hash);
}

bool audit_chain_fail(struct audit_verdict *v, int64_t seq, const char *format, ...)
{
	va_list ap;
	int n;

	v->bad_seq = seq;
	n = snprintf(v->problem, sizeof(v->problem), "record %lld: ", (long long)seq);
	va_start(ap, format);
	vsnprintf(v->problem + n, sizeof(v->problem) - (size_t)n, format, ap);
	va_end(ap);
	return false;
}

static bool check_output(struct audit_verdict *v, const struct audit_record *r)
{
	char hex[DIGEST_HEX];

	if (*r->output_sha256 == '\0')
		return r->output_length == 0 || audit_chain_fail(v, r->seq, "an output was added to it");
	digest_sha256(r->output, r->output_length, hex);
	return strcmp(hex, r->output_sha256) == 0 ||
	       audit_chain_fail(v, r->seq, "its output is not the one that was captured");
}

bool audit_chain_add(struct audit_verdict *v, const struct audit_record *r)
{
	char hex[DIGEST_HEX];
	scoped_buf canonical = {0};

	if (r->seq != v->head_seq + 1)
		return audit_chain_fail(v, v->head_seq + 1, "it is missing (record %lld comes instead)",
					(long long)r->seq);
	if (strcmp(r->prev_hash, v->head_hash) != 0)
		return audit_chain_fail(v, r->seq, "it does not follow the record before it");
	buf_init(&canonical, AUDIT_CANONICAL_MOST);
	audit_canonical(&canonical, r);
	digest_sha256(canonical.bytes, canonical.used, hex);
	if (strcmp(hex, r->hash) != 0)
		return audit_chain_fail(v, r->seq, "it was changed: its hash is not that of its content");
	if (!check_output(v, r))
		return false;
	v->records++;
	v->head_seq = r->seq;
	snprintf(v->head_hash, sizeof(v->head_hash), "%s", r->hash);
	return true;
}
