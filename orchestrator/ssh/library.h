/*
 * Which libssh2 this program runs with.
 */
#ifndef SSH_LIBRARY_H
#define SSH_LIBRARY_H

#include <stdbool.h>

/* "1.11.1" */
const char *ssh_library_version(void);
/* False: RSA keys are signed with SHA-1 only, which servers since OpenSSH 8.8 refuse. */
bool ssh_library_has_rsa_sha2(void);

#endif
