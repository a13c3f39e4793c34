/* SPDX-License-Identifier: Apache-2.0 */
/* flight.c - a job's beginning and end; contract in flight.h and flight_parts.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "daemon/failure.h"
#include "daemon/flight.h"
#include "daemon/flight_parts.h"
#include "daemon/imds_parse.h"

/* What a finished flight no longer needs; what is still under way keeps the rest. */
static void
flight_free(struct flight *flight)
{
	later_cancel(flight->cloud->later, flight);
	flight_people_free(flight);
	flight_keys_free(flight);
	flight_details_free(flight);
	flight_eic_free(flight);
	free(flight->place);
	flight_publish_free(flight);
	iam_paging_done(&flight->paging);
	imds_tag_keys_free(flight->tag_keys, flight->n_tag_keys);
	instance_free(flight->instance);
	net_job_free(flight->job);
	free(flight);
}

void
flight_drop(struct flight *flight)
{
	flight->n_pending--;
	if (flight->n_pending == 0 && flight_is_over(flight))
		flight_free(flight);
}

void
flight_finish(struct flight *flight)
{
	struct net_result *result = flight->result;

	if (flight_is_over(flight))
		return;
	flight->result = NULL;
	later_cancel(flight->cloud->later, flight);
	result->n_requests = flight->n_requests;
	flight->cloud->on_result(flight->cloud->context, result);
}

void
flight_fail(struct flight *flight, int r, const struct net_error *error)
{
	if (flight_is_over(flight))
		return;
	if (flight->job->bucket == NET_BACKGROUND && flight->job->what == NET_DIRECTORY)
		bucket_forgive(
		    &flight->cloud->buckets[NET_BACKGROUND], flight->n_requests);
	flight->result->r = r;
	flight->result->error = *error;
	flight_finish(flight);
}

void
flight_fail_with(
    struct flight *flight, int r, const char *action, const char *code, const char *what)
{
	struct net_error error;

	failure_set(&error, action, code, "%s", what);
	flight_fail(flight, r, &error);
}

static void
on_deadline(void *context)
{
	struct flight *flight = context;

	if (!flight->cloud->is_ending && clock_mono_ms() < flight->job->deadline_mono_ms)
		return; /* it was extended: the later entry counts */
	flight_hold(flight);
	if (flight->cloud->is_ending)
		flight_fail_with(
		    flight, -ECANCELED, "job", "ended", "the daemon is stopping");
	else
		flight_fail_with(flight, -ETIMEDOUT, "job", "timeout",
		    "not finished in the time it was given");
	flight_drop(flight);
}

void
flight_extend(struct flight *flight, int64_t deadline_mono_ms)
{
	if (flight_is_over(flight) ||
	    later_add(flight->cloud->later, deadline_mono_ms, on_deadline, flight) != 0)
		return;
	flight->job->deadline_mono_ms = deadline_mono_ms;
}

void
flight_ask(struct flight *flight, enum iam_action action, const char *subject,
    const char *key_id, const char *marker, call_done_fn done, void *context)
{
	_cleanup_buf_ struct buf body = BUF_EMPTY;
	struct call_question question = { .service = CALL_IAM,
		.action = iam_action_name(action),
		.body = &body,
		.bucket = flight->job->bucket,
		.is_once = flight_is_probing(flight),
		.deadline_mono_ms = flight->job->deadline_mono_ms - FLIGHT_SPARE_MS,
		.n_requests = &flight->n_requests };

	iam_body(action, subject, key_id, marker, &body);
	flight_hold(flight);
	call_start(flight->cloud, &question, done, context);
}

void
flight_asked(struct flight *flight, const struct call_reply *reply)
{
	if (flight->has_asked && reply->asked.boot_ms >= flight->result->boot_ms)
		return;
	flight->has_asked = true;
	flight->result->wall_ms = reply->asked.wall_ms;
	flight->result->boot_ms = reply->asked.boot_ms;
}

int
flight_parsed(enum iam_action action, const struct call_reply *reply,
    struct iam_reply **ret_parsed, struct net_error *ret_error)
{
	int r = iam_parse(action, reply->body, reply->len, ret_parsed);

	if (r == IAM_E_PAGING)
		failure_set(ret_error, iam_action_name(action), "paging",
		    "the listing says that it goes on, but not where");
	else if (r > 0)
		failure_set(ret_error, iam_action_name(action), "garbage",
		    "not an answer of IAM, or not a whole one");
	else if (r < 0)
		failure_http(ret_error, iam_action_name(action), r);
	return r > 0 ? -EIO : r;
}

bool
flight_cannot_pay(struct flight *flight, size_t n)
{
	struct bucket *bucket = &flight->cloud->buckets[flight->job->bucket];
	int64_t now = clock_mono_ms();

	if (flight->job->bucket == NET_LOGIN)
		return bucket_wait_ms(bucket, (unsigned)n, now) > 0;
	return now + bucket_wait_ms(bucket, (unsigned)n, now) >=
	       flight->job->deadline_mono_ms;
}

void
flight_start(struct cloud *cloud, struct net_job *job, struct net_result *result)
{
	struct flight *flight = calloc(1, sizeof(*flight));
	struct clock_now now;

	clock_read(&now);
	result->cookie = job->cookie;
	result->what = job->what;
	memcpy(result->account, job->account, sizeof(result->account));
	result->r = -ENOMEM;
	result->instance_r = -ENODATA;
	result->wall_ms = now.wall_ms;
	result->boot_ms = now.boot_ms;
	if (flight == NULL) {
		failure_http(&result->error, "job", -ENOMEM);
		net_job_free(job);
		cloud->on_result(cloud->context, result);
		return;
	}
	flight->cloud = cloud;
	flight->job = job;
	flight->result = result;
	flight_hold(flight);
	if (later_add(cloud->later, job->deadline_mono_ms, on_deadline, flight) != 0)
		flight_fail_with(flight, -ENOMEM, "job", "no-memory", "out of memory");
	else if (job->what == NET_KEYS && cloud->has_endpoints)
		flight_keys_start(flight);
	else if (job->what == NET_EIC && cloud->has_endpoints)
		flight_eic_start(flight);
	else if (job->what == NET_PUBLISH && cloud->has_endpoints)
		flight_publish_start(flight);
	else if (job->what == NET_FLEET && cloud->has_endpoints &&
		 !job->fleet->wants_instance)
		flight_fleet_start(flight);
	else
		flight_instance_start(flight);
	flight_drop(flight);
}
