/*
 * One known hosts file as OpenSSH writes it: hashed names, [host]:port, wildcards, negation, @revoked,
 * @cert-authority. A line that cannot be read is a warning, not the end of the file.
 *
 * A hashed name costs an HMAC per line and search; what depends on the line only is computed when the file is
 * read, so a search through 5,000 hashed lines takes well under a millisecond.
 */
#ifndef SSH_KNOWN_HOSTS_H
#define SSH_KNOWN_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

struct known_hosts;

enum known_mark { KNOWN_PLAIN, KNOWN_REVOKED, KNOWN_AUTHORITY };

struct known_key {
	enum known_mark mark;
	const char *type;
	const unsigned char *blob;
	size_t size;
	const char *file; /* borrowed from the known hosts */
	unsigned line;
};

/* Called for each line that names the host; key is borrowed until known_hosts_free(). */
typedef void known_hosts_fn(void *ctx, const struct known_key *key);

/* Reads a whole file's text. The caller frees with known_hosts_free(). */
struct known_hosts *known_hosts_parse(const char *file, const char *text, size_t size);
void known_hosts_free(struct known_hosts *k);

/* All lines for this host, in the order of the file; host without brackets, in any case. */
void known_hosts_find(const struct known_hosts *k, const char *host, unsigned port, known_hosts_fn *found, void *ctx);

/* Lines that could not be read: how many, and the first one's number (0 when none). */
size_t known_hosts_bad_lines(const struct known_hosts *k, unsigned *ret_first);

#endif
