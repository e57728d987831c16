#include "inventory/library.h"

#include <sqlite3.h>

const char *store_library_version(void)
{
	return sqlite3_libversion();
}

bool store_library_has_fts5(void)
{
	return sqlite3_compileoption_used("ENABLE_FTS5") != 0;
}
