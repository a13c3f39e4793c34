/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.c - every counter there is; contract in metrics.h */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/paths.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/refresh.h"
#include "daemon/server.h"

#define METRICS_EVERY_S 15

static sd_event_source *metrics_timer;

struct metrics_out {
	metrics_fn fn;
	void *context;
};

static void
metrics_count(const struct metrics_out *out, const char *name, uint64_t n)
{
	out->fn(out->context, name, NULL, NULL, (double)n, false);
}

static void
metrics_gauge(const struct metrics_out *out, const char *name, double n)
{
	out->fn(out->context, name, NULL, NULL, n, true);
}

static void
metrics_table(const struct metrics_out *out, const char *name, const char *label,
    const struct tally *table, size_t size)
{
	for (size_t i = 0; i < size && table[i].name[0] != '\0'; i++)
		out->fn(
		    out->context, name, label, table[i].name, (double)table[i].n, false);
}

static void
metrics_net(const struct daemon *d, const struct metrics_out *out)
{
	struct net_stats stats = { .requests = 0 };

	if (d->net != NULL)
		net_stats_read(d->net, &stats);
	metrics_count(out, "aws_requests", stats.requests);
	metrics_table(out, "aws_requests_by_action", "action", stats.by_action,
	    BASE_N(stats.by_action));
	metrics_count(out, "aws_failures", stats.failures);
	metrics_table(
	    out, "aws_errors_by_code", "code", stats.by_code, BASE_N(stats.by_code));
	metrics_count(out, "aws_retries", stats.retries);
	metrics_count(out, "aws_throttled", stats.throttled);
	metrics_gauge(out, "aws_background_tokens", stats.background_tokens);
	metrics_gauge(out, "aws_login_tokens", stats.login_tokens);
	metrics_gauge(out, "aws_paced_per_minute", stats.iam_per_s * 60);
	metrics_gauge(out, "aws_clock_skew_seconds", (double)stats.clock_skew_s);
	metrics_gauge(
	    out, "aws_credentials_until_seconds", (double)stats.credentials_until_s);
}

static void
metrics_refresh(const struct daemon *d, const struct metrics_out *out)
{
	struct refresh_facts facts;

	refresh_facts_read(d, &facts);
	metrics_count(out, "refreshes", facts.refreshes);
	metrics_count(out, "refresh_failures", facts.failures);
	metrics_count(out, "refreshes_timed", facts.n_timed);
	metrics_count(out, "refresh_milliseconds", facts.total_ms);
	metrics_gauge(out, "refresh_last_milliseconds", (double)facts.last_ms);
	metrics_gauge(out, "refresh_longest_milliseconds", (double)facts.longest_ms);
	metrics_gauge(out, "refresh_interval_seconds", facts.interval_s);
	metrics_count(out, "doorbell_rings", facts.rings);
	metrics_count(out, "doorbell_refused", facts.rings_refused);
	metrics_gauge(out, "listing_held", facts.held.is_held ? 1 : 0);
}

void
metrics_each(const struct daemon *d, metrics_fn fn, void *context)
{
	struct metrics_out out = { fn, context };
	int64_t age = daemon_age_ms(d);
	struct audit_counts audit;

	metrics_refresh(d, &out);
	metrics_net(d, &out);
	audit_counts_read(d->audit, &audit);
	metrics_count(&out, "audit_written", audit.written);
	metrics_gauge(&out, "audit_pending", (double)audit.pending);
	metrics_count(&out, "audit_lost", audit.lost);
	metrics_gauge(&out, "clients", (double)server_n_clients(d));
	metrics_gauge(&out, "people", d->world != NULL ? (double)d->world->n_people : 0);
	metrics_gauge(
	    &out, "accounts", d->world != NULL ? (double)d->world->n_accounts : 0);
	metrics_gauge(&out, "generation", (double)d->generation);
	metrics_gauge(&out, "age_seconds",
	    age != FRESHNESS_AGE_UNKNOWN ? (double)age / 1000.0 : -1);
	metrics_gauge(&out, "state", (double)daemon_state(d, d->config->grace_s));
}

struct metrics_file {
	FILE *stream;
	char last[64]; /* name of the value before */
};

static void
metrics_line(void *context, const char *name, const char *label, const char *value,
    double number, bool is_gauge)
{
	struct metrics_file *file = context;
	const char *total = is_gauge ? "" : "_total";

	if (strcmp(file->last, name) != 0)
		(void)fprintf(file->stream, "# TYPE iamlogin_%s%s %s\n", name, total,
		    is_gauge ? "gauge" : "counter");
	(void)snprintf(file->last, sizeof(file->last), "%s", name);
	(void)fprintf(file->stream, "iamlogin_%s%s", name, total);
	if (label != NULL)
		(void)fprintf(file->stream, "{%s=\"%s\"}", label, value);
	(void)fprintf(file->stream, " %.15g\n", number);
}

/* What stands is replaced whole; a failure leaves it, and readers see its age. */
static int
metrics_write(const struct daemon *d)
{
	_cleanup_close_ int dir = open(paths_run_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_fclose_ FILE *stream = NULL;
	struct metrics_file file = { .last = "" };
	int fd;

	if (dir < 0)
		return -errno;
	(void)unlinkat(dir, "metrics.prom.new", 0);
	fd = openat(dir, "metrics.prom.new",
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	stream = fdopen(fd, "w");
	if (stream == NULL) {
		(void)close(fd);
		return -ENOMEM;
	}
	file.stream = stream;
	metrics_each(d, metrics_line, &file);
	/* the umask keeps others out of everything else that we write */
	if (fflush(stream) != 0 || ferror(stream) != 0 || fchmod(fd, 0644) != 0 ||
	    renameat(dir, "metrics.prom.new", dir, "metrics.prom") != 0)
		return errno != 0 ? -errno : -EIO;
	return 0;
}

static int
metrics_on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	static bool has_failed;
	struct daemon *d = arg;
	uint64_t next = ((uint64_t)clock_mono_ms() + METRICS_EVERY_S * 1000) * 1000;
	int r = metrics_write(d);

	(void)usec;
	if (r != 0 && !has_failed)
		log_error(r, "the metrics could not be written");
	has_failed = r != 0;
	if (sd_event_source_set_time(source, next) < 0 ||
	    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT) < 0)
		log_line(LOG_ERR, "the metrics' timer could not be set");
	return 0;
}

int
metrics_start(struct daemon *d)
{
	int r = sd_event_add_time(d->event, &metrics_timer, CLOCK_MONOTONIC,
	    (uint64_t)clock_mono_ms() * 1000, 1000000, metrics_on_timer, d);

	return r < 0 ? r : 0;
}

void
metrics_stop(struct daemon *d)
{
	(void)d;
	metrics_timer = sd_event_source_unref(metrics_timer);
}
