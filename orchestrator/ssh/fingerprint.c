#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "ssh/scan.h"

char *ssh_fingerprint(char *text, const unsigned char *blob, size_t size)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char base64[4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1];

	SHA256(blob, size, digest);
	EVP_EncodeBlock((unsigned char *)base64, digest, sizeof(digest));
	base64[strcspn(base64, "=")] = '\0';
	snprintf(text, SSH_FINGERPRINT_SIZE, "SHA256:%s", base64);
	return text;
}
