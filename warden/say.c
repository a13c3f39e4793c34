/* SPDX-License-Identifier: Apache-2.0 */
/* say.c - what the warden tells; contract in say.h */
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "common/spool.h"
#include "common/text.h"
#include "warden/say.h"

#define SHOWN_SIZE 129

/* sd-daemon(3): where journald listens it reads the level from the line. */
static bool
is_journal(void)
{
	struct stat st;

	return fstat(STDERR_FILENO, &st) == 0 && S_ISSOCK(st.st_mode);
}

void
say_line(int level, const char *format, ...)
{
	va_list args;

	if (is_journal())
		(void)fprintf(stderr, "<%d>", level);
	else
		(void)fputs("iamlogin-warden: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}

static void
shown(const char *text, char ret[SHOWN_SIZE])
{
	if (text == NULL || text[0] == '\0')
		text = "-";
	text_escape(text, strlen(text), ret, SHOWN_SIZE);
}

void
say_record(struct record *record)
{
	char account[SHOWN_SIZE], person[SHOWN_SIZE], message[3 * SHOWN_SIZE];
	int r;

	record->writer = "warden";
	shown(record->account, account);
	shown(
	    record->person.arn != NULL ? record->person.arn : record->person.id, person);
	message[0] = '\0';
	if (record->message != NULL)
		text_escape(
		    record->message, strlen(record->message), message, sizeof(message));
	say_line(record->verdict == VERDICT_ALLOW ? LOG_INFO : LOG_NOTICE,
	    "%s '%s': %s (%s) person=%s%s%s", record_event_name(record->event), account,
	    verdict_name(record->verdict), verdict_reason_name(record->reason), person,
	    message[0] != '\0' ? ": " : "", message);
	r = spool_write(record);
	if (r != 0)
		say_line(LOG_WARNING,
		    "the record is in this log only, the spool did not take it (%d)", r);
}
