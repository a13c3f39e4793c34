/* SPDX-License-Identifier: Apache-2.0 */
/* json_time.c - contract in json_time.h */
#include <time.h>

#include "daemon/json_time.h"

void
json_time(int64_t wall_ms, char ret[JSON_TIME_SIZE])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL || tm.tm_year < -1899 || tm.tm_year > 8099 ||
	    strftime(ret, JSON_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		ret[0] = '\0';
}
