/*
 * Words to systemd: the notify socket and the watchdog, without its library (sd_notify(3), "Standalone
 * Implementations"). Outside of systemd nothing is sent and nothing fails.
 */
#ifndef SERVE_SYSTEMD_H
#define SERVE_SYSTEMD_H

#include <stdbool.h>
#include <stdint.h>

/* Sends "READY=1", "STATUS=…", "WATCHDOG=1", "STOPPING=1". False: there is nobody to tell, or it did not take it. */
bool systemd_notify(const char *state);
/* Tells it to wait, with the time that Type=notify-reload wants beside RELOADING=1. */
bool systemd_notify_reloading(void);
/* How often the watchdog wants to hear of this process; 0: there is none. */
int64_t systemd_watchdog_ms(void);

#endif
