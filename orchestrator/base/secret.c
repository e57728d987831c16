#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "base/redact.h"

struct secret {
	size_t length;
	char bytes[SECRET_MOST + 1];
};

struct secret *secret_new(const char *bytes, size_t n, struct error *why)
{
	struct secret *s;

	if (n == 0 || n > SECRET_MOST || memchr(bytes, '\n', n) || memchr(bytes, '\0', n)) {
		error_set(why, ERROR_CONFIG, "a secret must be one line of 1 to %d bytes", SECRET_MOST);
		return NULL;
	}
	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED) {
		error_set(why, ERROR_FAILED, "no memory for a secret");
		return NULL;
	}
	mlock(s, sizeof(*s)); /* may be refused by RLIMIT_MEMLOCK; MADV_DONTDUMP still holds */
	madvise(s, sizeof(*s), MADV_DONTDUMP);
	s->length = n;
	memcpy(s->bytes, bytes, n);
	redact_add(s->bytes, n);
	return s;
}

void secret_free(struct secret *s)
{
	if (!s)
		return;
	explicit_bzero(s, sizeof(*s));
	munmap(s, sizeof(*s));
}

const char *secret_bytes(const struct secret *s)
{
	return s->bytes;
}

size_t secret_length(const struct secret *s)
{
	return s->length;
}

void secret_harden_process(void)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
