/*
 * The exit statuses of pgresync in one place (docs/exit-codes.md explains each to operators).
 *
 * A refusal or failure takes the status of its error (error_exit_status); work on several hosts takes the status
 * that sums up how each of them ended (exit_status_of_hosts).
 */
#ifndef CLI_EXIT_STATUS_H
#define CLI_EXIT_STATUS_H

#include <stddef.h>

enum exit_status {
	STATUS_GOOD = 0,	    /* everything that was asked for is done */
	STATUS_FAILED = 1,	    /* our own failure; also: a check found something wrong */
	STATUS_HOST_FAILED = 2,	    /* the work failed on some host */
	STATUS_WORK_TO_DO = 3,	    /* only with --exit-code: there is work to do */
	STATUS_UNREACHABLE = 4,	    /* some host could not be reached */
	STATUS_REFUSED = 5,	    /* a guard refused; nothing was changed */
	STATUS_FAILED_AND_AWAY = 6, /* some hosts failed, others could not be reached */
	STATUS_OWED = 7,	    /* something is still changed on a host */
	STATUS_USAGE = 64,	    /* the command line */
	STATUS_BUSY = 75,	    /* another run holds it: try later */
	STATUS_PERMISSION = 77,	    /* a file that we may not use */
	STATUS_CONFIG = 78,	    /* the inventory, the configuration, a secret reference */
	STATUS_INTERRUPTED = 130    /* the operator stopped it */
};

/* How many hosts ended in which way. */
struct exit_counts {
	size_t good, failed, unreachable, refused, busy, cancelled, owed;
};

/* One status for them all: what is owed is louder than a failure, a failure louder than a refusal. */
enum exit_status exit_status_of_hosts(const struct exit_counts *counts);
/* What the status means, in a few words; "?" for a status that we never use. */
const char *exit_status_text(int status);

#endif
