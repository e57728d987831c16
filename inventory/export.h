/*
 * Writes the inventory as YAML that imports to the same.
 */
#ifndef INVENTORY_EXPORT_H
#define INVENTORY_EXPORT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "inventory/store.h"

bool export_yaml(struct store *s, struct buf *out, struct error *why);

#endif
