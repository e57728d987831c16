/*
 * Known hosts files, each read once and again when it has changed.
 */
#ifndef SSH_KNOWN_HOSTS_CACHE_H
#define SSH_KNOWN_HOSTS_CACHE_H

struct known_hosts;
struct known_hosts_cache;

struct known_hosts_cache *known_hosts_cache_new(void);
void known_hosts_cache_free(struct known_hosts_cache *c);

/* Borrowed until the next call; NULL when there is no such file or it cannot be read. */
const struct known_hosts *known_hosts_cache_get(struct known_hosts_cache *c, const char *file);

#endif
