/*
 * What doctor looks at: each looker tells what it found, and how to fix what is wrong.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

struct command_context;

enum doctor_sign { DOCTOR_OK, DOCTOR_NOTE, DOCTOR_WARNING, DOCTOR_BAD };

struct doctor_finding {
	enum doctor_sign sign;
	const char *subject, *found;
	const char *fix; /* NULL: nothing to fix */
};

/* The finding is borrowed until the function returns. */
typedef void doctor_found_fn(void *ctx, const struct doctor_finding *f);

void doctor_look_libraries(doctor_found_fn *found, void *ctx);
void doctor_look_machine(doctor_found_fn *found, void *ctx);
void doctor_look_store(struct command_context *context, doctor_found_fn *found, void *ctx);
/* Needs what doctor_look_store() has opened; looks only at what the inventory refers to. */
void doctor_look_secrets(struct command_context *context, doctor_found_fn *found, void *ctx);

/* True when the program is found in PATH. */
bool doctor_has_program(const char *name);
/* The number of keys the agent at that socket holds; -1 when nobody answers. Waits at most 2 s. */
int doctor_ask_agent(const char *socket_path);

#endif
