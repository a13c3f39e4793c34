/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c - see process.h
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "common/process.h"
#include "common/text.h"

#define START_TIME_FIELD 22
#define STATE_FIELD 3 /* the first one behind the command's name */

int
process_parse_stat(const char *stat, uint64_t *ret_ticks)
{
	/* The name in parentheses may hold blanks and parentheses: the last one ends it. */
	const char *at = strrchr(stat, ')');
	uint64_t ticks = 0;
	int field;

	if (at == NULL)
		return -EBADMSG;
	for (field = STATE_FIELD; field <= START_TIME_FIELD; field++) {
		at = strchr(at + 1, ' ');
		if (at == NULL)
			return -EBADMSG;
	}
	if (*++at < '0' || *at > '9')
		return -EBADMSG;
	for (; *at >= '0' && *at <= '9'; at++) {
		if (ticks > (UINT64_MAX - 9) / 10)
			return -EBADMSG;
		ticks = ticks * 10 + (uint64_t)(*at - '0');
	}
	*ret_ticks = ticks;
	return 0;
}

int
process_start_time(pid_t pid, uint64_t *ret_ticks)
{
	char path[32];
	char stat[1024];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	r = file_read_text(path, stat, sizeof(stat));
	return r != 0 ? r : process_parse_stat(stat, ret_ticks);
}

int
process_audit_session(uint32_t *ret_session)
{
	uint32_t session;
	char text[16];
	int r;

	r = file_read_text("/proc/self/sessionid", text, sizeof(text));
	if (r != 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	if (text_parse_u32(text, UINT32_MAX, &session) != 0)
		return -EBADMSG;
	if (session == UINT32_MAX)
		return -ENODATA;
	*ret_session = session;
	return 0;
}
