/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - one line an event on stderr; contract in log.h */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "daemon/log.h"

#define LOG_WINDOW_MS 10000
#define LOG_WINDOW_LINES 20

static struct {
	int max_level;
	bool journal;
	int64_t window_ms;
	unsigned lines;
	unsigned dropped;
} log_state = { .max_level = LOG_INFO };

void
log_start(int max_level)
{
	log_state.max_level = max_level;
	/* set by systemd for services whose stderr is the journal (systemd.exec(5)) */
	log_state.journal = secure_getenv("JOURNAL_STREAM") != NULL;
	(void)setvbuf(stderr, NULL, _IOLBF, 1024);
}

static void
log_write(int level, const char *text)
{
	if (log_state.journal)
		fprintf(stderr, "<%d>%s\n", level, text);
	else
		fprintf(stderr, "iamlogind: %s\n", text);
}

static bool
log_may_write(void)
{
	int64_t now = clock_mono_ms();
	char text[64];

	if (now - log_state.window_ms >= LOG_WINDOW_MS) {
		if (log_state.dropped > 0) {
			(void)snprintf(text, sizeof(text), "%u lines were not logged",
			    log_state.dropped);
			log_write(LOG_WARNING, text);
		}
		log_state.window_ms = now;
		log_state.lines = 0;
		log_state.dropped = 0;
	}
	if (log_state.lines >= LOG_WINDOW_LINES) {
		log_state.dropped++;
		return false;
	}
	log_state.lines++;
	return true;
}

static void
log_format(int level, int error, const char *format, va_list args) BASE_PRINTF(3, 0);

static void
log_format(int level, int error, const char *format, va_list args)
{
	char text[1024];
	int n;

	if (level > log_state.max_level || !log_may_write())
		return;
	n = vsnprintf(text, sizeof(text), format, args);
	if (error < 0 && n >= 0 && (size_t)n < sizeof(text))
		(void)snprintf(
		    text + n, sizeof(text) - (size_t)n, ": %s", strerror(-error));
	log_write(level, text);
}

void
log_line(int level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_format(level, 0, format, args);
	va_end(args);
}

int
log_error(int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_format(LOG_ERR, error, format, args);
	va_end(args);
	return error;
}
