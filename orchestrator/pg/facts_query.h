/*
 * The order of the queries that facts_queries() chooses, for facts_read(): the one place that knows which version
 * calls a thing how.
 */
#ifndef PG_FACTS_QUERY_H
#define PG_FACTS_QUERY_H

#include "pg/facts.h"

enum facts_query {
	FACTS_CORE,
	FACTS_SENDERS,
	FACTS_SETTINGS,
	FACTS_ARCHIVER, /* 9.4 and later */
	FACTS_CONTROL,	/* 9.6 and later, as the next */
	FACTS_RECEIVER,
};

#endif
