#include "cli/exit_status.h"

static const struct {
	int status;
	const char *text;
} texts[] = {
	{STATUS_GOOD, "everything that was asked for is done"},
	{STATUS_FAILED, "pgresync itself failed, or a check found something wrong"},
	{STATUS_HOST_FAILED, "the work failed on at least one host"},
	{STATUS_WORK_TO_DO, "there is work to do"},
	{STATUS_UNREACHABLE, "at least one host could not be reached"},
	{STATUS_REFUSED, "a guard refused; nothing was changed"},
	{STATUS_FAILED_AND_AWAY, "some hosts failed, others could not be reached"},
	{STATUS_OWED, "something is still changed on a host: pgresync recover"},
	{STATUS_USAGE, "the command line is wrong"},
	{STATUS_BUSY, "another run holds the lease or the store: try later"},
	{STATUS_PERMISSION, "a file may not be used"},
	{STATUS_CONFIG, "the inventory, the configuration or a secret reference is wrong"},
	{STATUS_INTERRUPTED, "interrupted by the operator"},
};

enum exit_status exit_status_of_hosts(const struct exit_counts *counts)
{
	if (counts->owed > 0)
		return STATUS_OWED;
	if (counts->cancelled > 0)
		return STATUS_INTERRUPTED;
	if (counts->failed > 0)
		return counts->unreachable > 0 ? STATUS_FAILED_AND_AWAY : STATUS_HOST_FAILED;
	if (counts->unreachable > 0)
		return STATUS_UNREACHABLE;
	if (counts->refused > 0)
		return STATUS_REFUSED;
	return counts->busy > 0 ? STATUS_BUSY : STATUS_GOOD;
}

const char *exit_status_text(int status)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].status == status)
			return texts[i].text;
	return "?";
}
