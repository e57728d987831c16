#include "ssh/library.h"

#include <libssh2.h>

#include "ssh/algorithms.h"

const char *ssh_library_version(void)
{
	return libssh2_version(0);
}

bool ssh_library_has_rsa_sha2(void)
{
	return algorithms_have_rsa_sha2();
}
