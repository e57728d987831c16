/* Host keys, and scanning for them, against a real sshd. */
#include "session_fixture.h"

#include "ssh/scan.h"

static void an_unknown_host_key_stops_before_anything_is_sent(void **state)
{
	(void)state;
	write_file(sshd.known_hosts, "", 0600);
	assert_refused(&target.target, ERROR_HOST_KEY, "pgresync hosts trust testhost");
	assert_false(auth_was_tried());
}

static void a_changed_host_key_shows_its_fingerprint(void **state)
{
	char *public = mem_printf("%s/id.pub", sshd.dir);

	(void)state;
	trust_key(&sshd, public, NULL, "");
	assert_refused(&target.target, ERROR_HOST_KEY, "CHANGED");
	assert_refused(&target.target, ERROR_HOST_KEY, "SHA256:");
	assert_false(auth_was_tried());
	free(public);
}

static void a_revoked_host_key_is_refused(void **state)
{
	char *public = mem_printf("%s/host.pub", sshd.dir), *plain, *both;

	(void)state;
	plain = read_file(sshd.known_hosts);
	both = mem_printf("%s@revoked %s", plain, plain);
	write_file(sshd.known_hosts, both, 0600);
	assert_refused(&target.target, ERROR_HOST_KEY, "revoked");
	assert_false(auth_was_tried());
	free(public);
	free(plain);
	free(both);
}

static void a_certificate_authority_is_no_host_key(void **state)
{
	char *public = mem_printf("%s/host.pub", sshd.dir);

	(void)state;
	trust_key(&sshd, public, NULL, "@cert-authority ");
	assert_refused(&target.target, ERROR_HOST_KEY, "certificate authority");
	free(public);
}

struct scanned {
	int answers;
	struct error why;
	char type[64], print[64], known[16];
	unsigned char blob[1024];
	size_t size;
};

static void take_scan(void *ctx, const struct ssh_scan_reply *r)
{
	struct scanned *s = ctx;

	s->answers++;
	if (r->why) {
		s->why = *r->why;
		return;
	}
	snprintf(s->type, sizeof(s->type), "%s", r->type);
	snprintf(s->print, sizeof(s->print), "%s", r->fingerprint);
	snprintf(s->known, sizeof(s->known), "%s", r->known);
	memcpy(s->blob, r->blob, r->size);
	s->size = r->size;
}

static void a_scanned_key_can_be_trusted(void **state)
{
	struct scanned s = {0};
	struct ssh_trusted_key key;

	(void)state;
	write_file(sshd.known_hosts, "", 0600);
	ssh_scan_host_key(context, &target.target, take_scan, &s);
	assert_int_equal(s.answers, 0);
	RUN_UNTIL(&loop, s.answers);
	assert_string_equal(s.why.text, "");
	assert_string_equal(s.type, "ssh-ed25519");
	assert_string_equal(s.known, "unknown");
	assert_int_equal(strncmp(s.print, "SHA256:", 7), 0);
	assert_false(auth_was_tried());
	key = (struct ssh_trusted_key){.type = s.type, .blob = s.blob, .size = s.size};
	target.target.trusted = &key;
	target.target.n_trusted = 1;
	assert_in(&target.target);
	ssh_scan_host_key(context, &target.target, take_scan, &s);
	RUN_UNTIL(&loop, s.answers == 2);
	assert_string_equal(s.known, "known");
}

static void a_scan_of_a_closed_port_says_why(void **state)
{
	struct scanned s = {0};

	(void)state;
	target.target.port = free_port();
	ssh_scan_host_key(context, &target.target, take_scan, &s);
	RUN_UNTIL(&loop, s.answers);
	assert_int_equal(s.why.code, ERROR_UNREACHABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First, while nobody has authenticated yet: the log is looked at. */
		TEST(an_unknown_host_key_stops_before_anything_is_sent),
		TEST(a_changed_host_key_shows_its_fingerprint),
		TEST(a_revoked_host_key_is_refused),
		TEST(a_certificate_authority_is_no_host_key),
		TEST(a_scanned_key_can_be_trusted),
		TEST(a_scan_of_a_closed_port_says_why),
	};

	return RUN_TESTS(tests);
}
