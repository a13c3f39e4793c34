/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fleet_sim.c - ten thousand hosts on one bucket, in simulated time
 *
 * When a host polls is decided by the daemon's own code (daemon/fleet_pace.c), one state per
 * host; what it believes by serial and blob as daemon/flight_fleet.c does. Time is simulated:
 * events in order, an hour in a second or two. S3, the publisher and the network are models,
 * and these are their numbers:
 *
 *   S3         20 ms median to the first byte, a long tail; 5,500 GET/s of a prefix, beyond
 *              that 503; in a brown-out 70 % of all answers are 503 after 1 s
 *   publisher  lists IAM every 200 s, heartbeat 300 s, puts a change within 5 s of seeing it
 *   manifest   450 bytes, blob 266,000 bytes (5,000 people with an ed25519 key each: measured
 *              by tests/bench/fleet_cost.sh)
 *
 * Prints one JSON object; fleet_sim_report.py makes the table and the plot of it.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "daemon/fleet_pace.h"

#define HOSTS 10000
#define POLL_S 60
#define GETS_PER_S 5500
#define MANIFEST_BYTES 450
#define BLOB_BYTES 266000
#define HEADERS_BYTES 700 /* of an answer, with TLS records */
#define LIST_MS 200000
#define BEAT_MS 300000
#define TICK_MS 5000
#define SERIES_MS 10000
#define SERIES_MAX 1080

struct host {
	struct fleet_pace pace;
	uint64_t serial; /* in force */
	unsigned blob;
	int64_t issued_ms; /* of the manifest in force */
	int64_t boot_ms;
	bool has_revocation; /* counted already */
};

struct event {
	int64_t at_ms;
	uint32_t host; /* HOSTS: the publisher */
};

struct scenario {
	const char *name;
	int64_t length_ms, boot_within_ms;
	int64_t change_ms;        /* in IAM; the listing finds it. -1: none */
	int64_t revoke_ms;        /* by command; -1: none */
	int64_t dead_ms, back_ms; /* the publisher; -1: never */
	int64_t brown_ms, clear_ms;
};

static const struct scenario scenarios[] = {
	{ "steady state", 3600000, 60000, 1200000, 2400000, -1, -1, -1, -1 },
	{ "mass boot", 1800000, 10000, -1, 900000, -1, -1, -1, -1 },
	{ "publisher dead for 30 min", 5400000, 60000, -1, 4800000, 900000, 2700000, -1,
	    -1 },
	{ "S3 brown-out of 15 min", 5400000, 60000, -1, 1800000, -1, -1, 1500000,
	    2400000 },
};

static struct host hosts[HOSTS];
static struct event heap[HOSTS + 8];
static size_t n_heap;
static uint64_t state;

/* The bucket. */
static uint64_t serial_there;
static unsigned blob_there, blob_seen;
static int64_t issued_there, listed_ms, beat_ms, change_put_ms, revoke_put_ms;
static unsigned this_second;
static int64_t second_ms;

/* What is counted. */
static uint64_t requests, refused, bytes, most_per_s;
static unsigned series[SERIES_MAX], stale[SERIES_MAX];
static int64_t *change_lags, *revoke_lags;
static size_t n_change, n_revoke;

/* xorshift64*: the same run every time */
static uint32_t
chance(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 32);
}

static void
swap(size_t a, size_t b)
{
	struct event kept = heap[a];

	heap[a] = heap[b];
	heap[b] = kept;
}

static void
push(int64_t at_ms, uint32_t host)
{
	size_t at = n_heap++;

	heap[at] = (struct event){ at_ms, host };
	for (; at > 0 && heap[(at - 1) / 2].at_ms > heap[at].at_ms; at = (at - 1) / 2)
		swap(at, (at - 1) / 2);
}

static struct event
pop(void)
{
	struct event first = heap[0];
	size_t at = 0;

	heap[0] = heap[--n_heap];
	for (;;) {
		size_t least = at, left = 2 * at + 1;

		if (left < n_heap && heap[left].at_ms < heap[least].at_ms)
			least = left;
		if (left + 1 < n_heap && heap[left + 1].at_ms < heap[least].at_ms)
			least = left + 1;
		if (least == at)
			return first;
		swap(at, least);
		at = least;
	}
}

/* One GET: does S3 answer, and after how long? */
static bool
get(const struct scenario *s, int64_t now, size_t size, int64_t *ret_ms)
{
	bool is_brown = s->brown_ms >= 0 && now >= s->brown_ms && now < s->clear_ms;
	double tail = -log((chance() + 1.0) / 4294967297.0);

	if (now / 1000 != second_ms) {
		second_ms = now / 1000;
		this_second = 0;
	}
	this_second++;
	if (this_second > most_per_s)
		most_per_s = this_second;
	requests++;
	if (now / SERIES_MS < SERIES_MAX)
		series[now / SERIES_MS]++;
	bytes += HEADERS_BYTES + size;
	*ret_ms = 14 + (int64_t)(9 * tail) + (int64_t)(size / 10000);
	if (this_second <= GETS_PER_S && !(is_brown && chance() % 10 < 7))
		return true;
	if (is_brown)
		*ret_ms += 1000;
	refused++;
	return false;
}

/* The manifest, and the blob when it names another: flight_fleet.c's order. */
static void
poll_host(const struct scenario *s, struct host *host, uint32_t id, int64_t now)
{
	bool is_new = serial_there != host->serial;
	bool has_other_people = host->blob != blob_there;
	int64_t took = 0, more = 0, done;
	bool ok = get(s, now, is_new ? MANIFEST_BYTES : 0, &took);

	if (ok && is_new && has_other_people)
		ok = get(s, now + took, BLOB_BYTES, &more);
	done = now + took + more;
	if (ok && is_new) {
		host->serial = serial_there;
		host->blob = blob_there;
		host->issued_ms = issued_there;
		if (change_put_ms >= 0 && has_other_people)
			change_lags[n_change++] = done - change_put_ms;
		if (revoke_put_ms >= 0 && !host->has_revocation)
			revoke_lags[n_revoke++] = done - revoke_put_ms;
		host->has_revocation = revoke_put_ms >= 0;
	}
	push(done + fleet_pace_next_ms(&host->pace, !ok, chance()), id);
}

static void
put(int64_t now)
{
	serial_there++;
	issued_there = listed_ms;
	beat_ms = now;
}

/* publisher.c's order of things, every tick. */
static void
publish(const struct scenario *s, int64_t now)
{
	bool is_dead = s->dead_ms >= 0 && now >= s->dead_ms && now < s->back_ms;
	bool has_changed = false;

	push(now + TICK_MS, HOSTS);
	if (is_dead)
		return;
	if (now - listed_ms >= LIST_MS) {
		listed_ms = now;
		has_changed = s->change_ms >= 0 && now >= s->change_ms && blob_seen == 1;
	}
	if (has_changed) {
		blob_seen = blob_there = 2;
		put(now);
		change_put_ms = now;
	}
	if (s->revoke_ms >= 0 && now >= s->revoke_ms && revoke_put_ms < 0) {
		put(now);
		revoke_put_ms = s->revoke_ms;
	}
	if (now - beat_ms >= BEAT_MS && listed_ms / 1000 > issued_there / 1000)
		put(now);
}

static int
by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
print_lags(const char *name, int64_t *lags, size_t n)
{
	static const double parts[] = { 0.5, 0.95, 0.99, 1.0 };

	printf(",\"%s\":", name);
	if (n == 0) {
		printf("null");
		return;
	}
	qsort(lags, n, sizeof(*lags), by_value);
	printf("{\"hosts\":%zu", n);
	for (size_t i = 0; i < BASE_N(parts); i++)
		printf(",\"p%g\":%.1f", parts[i] * 100,
		    (double)lags[(size_t)((double)(n - 1) * parts[i])] / 1000);
	printf("}");
}

static void
count_stale(int64_t now)
{
	unsigned n = 0;

	for (size_t i = 0; i < HOSTS; i++)
		n += hosts[i].serial > 0 && now - hosts[i].issued_ms > 600000 ? 1 : 0;
	if (now / SERIES_MS < SERIES_MAX)
		stale[now / SERIES_MS] = n;
}

static void
begin(const struct scenario *s)
{
	char id[24];

	state = 88172645463325252ull;
	n_heap = 0;
	serial_there = blob_there = blob_seen = 1;
	issued_there = listed_ms = beat_ms = 0;
	change_put_ms = revoke_put_ms = -1;
	requests = refused = bytes = most_per_s = 0;
	n_change = n_revoke = 0;
	second_ms = -1;
	memset(series, 0, sizeof(series));
	memset(stale, 0, sizeof(stale));
	for (uint32_t i = 0; i < HOSTS; i++) {
		(void)snprintf(id, sizeof(id), "i-%017x", i * 2654435761u);
		hosts[i] =
		    (struct host){ .boot_ms = (int64_t)((uint64_t)chance() *
							    (uint64_t)s->boot_within_ms >>
							32) };
		fleet_pace_init(&hosts[i].pace, POLL_S);
		fleet_pace_phase(&hosts[i].pace, id, chance());
		push(hosts[i].boot_ms, i);
	}
	push(TICK_MS, HOSTS);
}

static void
print_series(
    const char *name, const unsigned *values, const struct scenario *s, double scale)
{
	size_t n = (size_t)(s->length_ms / SERIES_MS);

	printf(",\"%s\":[", name);
	for (size_t i = 0; i < n && i < SERIES_MAX; i++)
		printf("%s%.6g", i > 0 ? "," : "", values[i] * scale);
	printf("]");
}

static void
run(const struct scenario *s)
{
	int64_t now = 0, counted = -1;

	begin(s);
	while (now < s->length_ms) {
		struct event event = pop();

		now = event.at_ms;
		if (now / SERIES_MS != counted) {
			counted = now / SERIES_MS;
			count_stale(now);
		}
		if (event.host == HOSTS)
			publish(s, now);
		else
			poll_host(s, &hosts[event.host], event.host, now);
	}
	printf("{\"name\":\"%s\",\"seconds\":%" PRId64 ",\"requests\":%" PRIu64
	       ",\"refused\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"per_s\":%.1f,"
	       "\"most_per_s\":%" PRIu64,
	    s->name, s->length_ms / 1000, requests, refused, bytes,
	    (double)requests * 1000 / (double)s->length_ms, most_per_s);
	print_lags("change_s", change_lags, n_change);
	print_lags("revoke_s", revoke_lags, n_revoke);
	print_series("series", series, s, 1000.0 / SERIES_MS);
	print_series("stale", stale, s, 1.0);
	printf("}");
}

int
main(void)
{
	change_lags = calloc(HOSTS, sizeof(*change_lags));
	revoke_lags = calloc(HOSTS, sizeof(*revoke_lags));
	if (change_lags == NULL || revoke_lags == NULL)
		return 1;
	printf("{\"hosts\":%d,\"poll_s\":%d,\"scenarios\":[\n", HOSTS, POLL_S);
	for (size_t i = 0; i < BASE_N(scenarios); i++) {
		run(&scenarios[i]);
		printf(i + 1 < BASE_N(scenarios) ? ",\n" : "\n");
	}
	printf("]}\n");
	free(change_lags);
	free(revoke_lags);
	return 0;
}
