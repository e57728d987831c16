#include "ssh/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ssh/known_hosts.h"
#include "ssh/session_inner.h"

struct ssh_scan {
	struct session *session;
	ssh_scanned_fn *scanned;
	void *ctx;
	unsigned char *blob; /* the key, once it was shown */
	size_t size;
	char *known;
	bool answering;
};

/* What our known hosts say of the key. */
static const char *scan_verdict(const struct host_keys *keys, const unsigned char *blob, size_t size)
{
	static const char *const names[] = {
		[HOST_KEY_KNOWN] = "known",	[HOST_KEY_UNKNOWN] = "unknown",	  [HOST_KEY_CHANGED] = "changed",
		[HOST_KEY_REVOKED] = "revoked", [HOST_KEY_AUTHORITY] = "unknown",
	};
	const struct host_key *key;

	return names[host_keys_verdict(keys, blob, size, &key)];
}

static void scan_saw_key(void *ctx, const unsigned char *blob, size_t size)
{
	struct ssh_scan *scan = ctx;

	scan->blob = mem_alloc(size);
	memcpy(scan->blob, blob, size);
	scan->size = size;
	scan->known = mem_strdup(scan_verdict(&scan->session->keys, blob, size));
}

static void scan_free(struct ssh_scan *scan)
{
	session_close(scan->session);
	free(scan->blob);
	free(scan->known);
	free(scan);
}

/* The session is down: with the key, or with the reason why there is none. */
static void scan_answer(struct ssh_scan *scan, const struct error *why)
{
	struct ssh_scan_reply reply = {.why = why};
	char type[64], print[SSH_FINGERPRINT_SIZE];

	if (scan->blob) {
		reply = (struct ssh_scan_reply){
			.type = host_keys_blob_type(type, scan->blob, scan->size),
			.blob = scan->blob,
			.size = scan->size,
			.fingerprint = ssh_fingerprint(print, scan->blob, scan->size),
			.known = scan->known,
		};
	}
	scan->answering = true;
	scan->scanned(scan->ctx, &reply);
	scan_free(scan);
}

static void scan_changed(void *ctx, const struct session_progress *progress)
{
	if (progress->state == SESSION_DOWN)
		scan_answer(ctx, progress->why);
}

struct ssh_scan *ssh_scan_host_key(struct ssh_context *c, const struct ssh_target *t, ssh_scanned_fn *scanned,
				   void *ctx)
{
	struct ssh_scan *scan = mem_new(struct ssh_scan);

	scan->scanned = scanned;
	scan->ctx = ctx;
	scan->session = session_open(c, t, scan_changed, scan);
	scan->session->scanned = scan_saw_key;
	session_wake(scan->session);
	return scan;
}

void ssh_scan_cancel(struct ssh_scan *scan)
{
	if (!scan->answering)
		scan_free(scan);
}
