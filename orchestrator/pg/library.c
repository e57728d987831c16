#include "pg/library.h"

#include <libpq-fe.h>

int pg_library_version(void)
{
	return PQlibVersion();
}
