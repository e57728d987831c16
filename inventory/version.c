#include "inventory/version.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	int number;
} versions[] = {
	{"9.3", 903}, {"9.4", 904}, {"9.5", 905}, {"9.6", 906}, {"10", 1000}, {"11", 1100}, {"12", 1200},
	{"13", 1300}, {"14", 1400}, {"15", 1500}, {"16", 1600}, {"17", 1700}, {"18", 1800},
};

int version_number(const char *version)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (strcmp(versions[i].name, version) == 0)
			return versions[i].number;
	return 0;
}
