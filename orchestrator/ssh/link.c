#include "ssh/link.h"

#include <string.h>

#include "ssh/algorithms.h"
#include "ssh/session_inner.h"

enum {
	EARLY_BYTES = 2 * 1024 * 1024, /* before the server has let us in */
	EARLY_COUNT = 2000,
	LINK_BYTES = 16 * 1024 * 1024,
	JUMP_BYTES = 64 * 1024 * 1024,
	LINK_COUNT = 200 * 1000,
	KEEPALIVE_S = 5
};

static void *link_alloc(size_t size, void **abstract)
{
	struct session *s = *abstract;

	return vault_alloc(&s->vault, size);
}

static void *link_realloc(void *old, size_t size, void **abstract)
{
	struct session *s = *abstract;

	return vault_realloc(&s->vault, old, size);
}

static void link_free_piece(void *p, void **abstract)
{
	struct session *s = *abstract;

	vault_free(&s->vault, p);
}

static ssize_t link_recv(libssh2_socket_t fd, void *bytes, size_t n, int flags, void **abstract)
{
	struct session *s = *abstract;

	(void)fd;
	(void)flags;
	return wire_recv(&s->wire, bytes, n);
}

static ssize_t link_send(libssh2_socket_t fd, const void *bytes, size_t n, int flags, void **abstract)
{
	struct session *s = *abstract;

	(void)fd;
	(void)flags;
	return wire_send(&s->wire, bytes, n);
}

static void link_set_callbacks(LIBSSH2_SESSION *ssh)
{
#if LIBSSH2_VERSION_NUM >= 0x010b01
	libssh2_session_callback_set2(ssh, LIBSSH2_CALLBACK_RECV, (libssh2_cb_generic *)link_recv);
	libssh2_session_callback_set2(ssh, LIBSSH2_CALLBACK_SEND, (libssh2_cb_generic *)link_send);
#else
	/* The API wants functions as void *; POSIX lets them be. */
	ssize_t (*recv_fn)(libssh2_socket_t, void *, size_t, int, void **) = link_recv;
	ssize_t (*send_fn)(libssh2_socket_t, const void *, size_t, int, void **) = link_send;
	void *p;

	memcpy(&p, &recv_fn, sizeof(p));
	libssh2_session_callback_set(ssh, LIBSSH2_CALLBACK_RECV, p);
	memcpy(&p, &send_fn, sizeof(p));
	libssh2_session_callback_set(ssh, LIBSSH2_CALLBACK_SEND, p);
#endif
}

bool link_make(struct session *s, struct error *why)
{
	vault_init(&s->vault, EARLY_BYTES, EARLY_COUNT);
	s->ssh = libssh2_session_init_ex(link_alloc, link_free_piece, link_realloc, s);
	if (!s->ssh)
		return error_set(why, ERROR_FAILED, "libssh2 makes no session");
	link_set_callbacks(s->ssh);
	libssh2_session_set_blocking(s->ssh, 0);
	libssh2_keepalive_config(s->ssh, 1, KEEPALIVE_S);
	return algorithms_set(s->ssh, s->target->legacy, &s->keys, why);
}

void link_trust(struct session *s)
{
	s->vault.most_bytes = s->is_jump ? JUMP_BYTES : LINK_BYTES;
	s->vault.most_count = LINK_COUNT;
}

void link_free(struct session *s)
{
	if (!s->ssh)
		return;
	/* The wire is closed: nothing can wait. What libssh2 would still keep is the vault's anyway. */
	libssh2_session_free(s->ssh);
	s->ssh = NULL;
	vault_done(&s->vault);
}

void link_explain(struct session *s, enum error_code code, struct error *why)
{
	char *text = NULL;
	int length;

	if (s->wire.ended && s->wire.why.code != ERROR_NONE) {
		*why = s->wire.why;
	} else if (s->vault.full) {
		error_set(why, ERROR_UNREACHABLE, "the server sends more than anybody asked for");
	} else {
		libssh2_session_last_error(s->ssh, &text, &length, 0);
		error_set(why, code, "%s", text && *text ? text : "libssh2 gives no reason");
	}
}
