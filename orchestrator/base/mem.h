/*
 * Allocation that cannot fail: out of memory prints one line and aborts (`pgresync recover` then gives back
 * what was held). Memory from here is given back with free().
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdlib.h>

void *mem_alloc(size_t size); /* zeroed */
void *mem_grow(void *old, size_t count, size_t size);
char *mem_strdup(const char *s); /* NULL gives NULL */
char *mem_strndup(const char *s, size_t n);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define mem_new(type) ((type *)mem_alloc(sizeof(type)))

void mem_free_at(void *pointer_to_pointer);
/* A local that is freed when it goes out of scope. */
#define scoped_mem __attribute__((cleanup(mem_free_at)))

#endif
