/*
 * What sudo's own words mean.
 */
#ifndef REMOTE_SUDO_H
#define REMOTE_SUDO_H

#include <stdbool.h>

#include "base/error.h"
#include "remote/remote.h"

/* Says why sudo did not run our script, from what it said on stderr (LC_ALL=C). Returns false. */
bool sudo_refusal(struct error *why, const char *host, enum remote_user user, int status, const char *said);

#endif
