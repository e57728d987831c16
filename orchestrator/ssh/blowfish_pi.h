/*
 * Blowfish's initial state.
 */
#ifndef SSH_BLOWFISH_PI_H
#define SSH_BLOWFISH_PI_H

#include <stdint.h>

enum { BLOWFISH_P = 18, BLOWFISH_S = 1024, BLOWFISH_WORDS = BLOWFISH_P + BLOWFISH_S };

extern const uint32_t blowfish_pi[BLOWFISH_WORDS];

#endif
