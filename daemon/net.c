/* SPDX-License-Identifier: Apache-2.0 */
/* net.c - the network thread and its two queues; contract in net.h */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/base.h"
#include "common/clock.h"
#include "daemon/cloud.h"
#include "daemon/flight.h"
#include "daemon/net.h"

#define JOBS_MAX 64 /* queued, under way, or not taken yet */
#define BACKGROUND_PER_HOUR BUCKET_BACKGROUND_PER_HOUR
#define BACKGROUND_DEPTH 240.0
#define LOGIN_PER_HOUR 120.0
#define LOGIN_DEPTH 20.0
#define TURN_MS 500
#define STOP_MS 900

struct entry {
	struct net_job *job;
	struct net_result *result; /* made with the job: a result never lacks memory */
};

struct net {
	pthread_t thread;
	int fd;
	struct cloud cloud; /* the thread's alone once it runs */

	pthread_mutex_t mutex; /* everything below */
	pthread_cond_t ended;
	bool is_stopping;
	bool has_ended;
	size_t n_people;
	bool has_new_people;
	struct entry jobs[JOBS_MAX];
	size_t n_jobs;
	struct net_result *results[JOBS_MAX];
	size_t n_results;
	size_t n_outstanding;
	struct net_stats stats;
};

static void
on_result(void *context, struct net_result *result)
{
	struct net *net = context;
	uint64_t one = 1;

	(void)pthread_mutex_lock(&net->mutex);
	net->results[net->n_results++] = result; /* n_outstanding keeps this in bounds */
	(void)pthread_mutex_unlock(&net->mutex);
	(void)!write(net->fd, &one, sizeof(one));
}

static void
cloud_done(struct cloud *cloud)
{
	http_free(cloud->http);
	credentials_free(cloud->assumed);
	credentials_free(cloud->credentials);
	imds_free(cloud->imds);
	later_free(cloud->later);
	eic_signer_free(cloud->eic_signer);
}

static int
cloud_init(struct cloud *cloud, const struct config *config, const char *version,
    struct net *net)
{
	int64_t now = clock_mono_ms();
	int r;

	cloud->config = config;
	cloud->on_result = on_result;
	cloud->context = net;
	(void)snprintf(
	    cloud->user_agent, sizeof(cloud->user_agent), "iamlogin/%s", version);
	bucket_init(
	    &cloud->buckets[NET_BACKGROUND], BACKGROUND_PER_HOUR, BACKGROUND_DEPTH, now);
	bucket_init(&cloud->buckets[NET_LOGIN], LOGIN_PER_HOUR, LOGIN_DEPTH, now);
	r = http_new(&cloud->http);
	if (r == 0)
		r = later_new(&cloud->later);
	if (r == 0)
		r = imds_new(cloud->http, cloud->later, config->aws.imds_endpoint,
		    cloud->user_agent, &cloud->imds);
	if (r == 0)
		r = credentials_from_imds(cloud->imds, cloud->later, &cloud->credentials);
	if (r == 0 && config->aws.role_arn != NULL)
		r = credentials_from_sts(cloud, &cloud->assumed);
	return r;
}

/* A copy for status, once a turn. The mutex is held. */
static void
publish_stats(struct net *net, int64_t now)
{
	struct cloud *cloud = &net->cloud;
	const struct imds_credentials *got = credentials_current(cloud->credentials);

	net->stats = cloud->stats;
	net->stats.alive_mono_ms = now;
	(void)bucket_wait_ms(&cloud->buckets[NET_BACKGROUND], 0, now); /* refills */
	(void)bucket_wait_ms(&cloud->buckets[NET_LOGIN], 0, now);
	net->stats.background_tokens = cloud->buckets[NET_BACKGROUND].tokens;
	net->stats.login_tokens = cloud->buckets[NET_LOGIN].tokens;
	net->stats.iam_per_s = cloud->adaptive[CALL_IAM].per_s;
	if (got != NULL) {
		memcpy(net->stats.role, got->role, sizeof(net->stats.role));
		net->stats.credentials_until_s = got->expires_s;
	}
	got = cloud->assumed != NULL ? credentials_current(cloud->assumed) : NULL;
	if (got != NULL) {
		memcpy(net->stats.assumed_role, got->role, sizeof(got->role));
		net->stats.assumed_until_s = got->expires_s;
	}
}

/* One turn's business with the main thread; false when it is time to end. */
static bool
exchange(struct net *net, int64_t now, struct entry jobs[JOBS_MAX], size_t *ret_n)
{
	bool goes_on;

	(void)pthread_mutex_lock(&net->mutex);
	memcpy(jobs, net->jobs, net->n_jobs * sizeof(*jobs));
	*ret_n = net->n_jobs;
	net->n_jobs = 0;
	if (net->has_new_people)
		bucket_set_rate(&net->cloud.buckets[NET_BACKGROUND],
		    BACKGROUND_PER_HOUR + (double)net->n_people, now);
	net->has_new_people = false;
	publish_stats(net, now);
	goes_on = !net->is_stopping;
	(void)pthread_mutex_unlock(&net->mutex);
	return goes_on;
}

static void *
thread_main(void *context)
{
	struct net *net = context;
	struct cloud *cloud = &net->cloud;
	struct entry jobs[JOBS_MAX];
	bool goes_on = true;
	size_t n = 0;

	while (goes_on) {
		int64_t now = clock_mono_ms(), next;

		goes_on = exchange(net, now, jobs, &n);
		for (size_t i = 0; i < n; i++)
			flight_start(cloud, jobs[i].job, jobs[i].result);
		later_run(cloud->later, now);
		next = later_next_ms(cloud->later);
		if (goes_on)
			http_turn(cloud->http,
			    next < now + TURN_MS ? clock_until_ms(next) : TURN_MS);
	}
	/* Everything under way fails now: transfers first, then what waits for its time. */
	cloud->is_ending = true;
	credentials_end(cloud->credentials);
	if (cloud->assumed != NULL)
		credentials_end(cloud->assumed);
	http_end(cloud->http);
	later_flush(cloud->later);
	(void)pthread_mutex_lock(&net->mutex);
	net->has_ended = true;
	(void)pthread_cond_signal(&net->ended);
	(void)pthread_mutex_unlock(&net->mutex);
	return NULL;
}

static int
init_sync(struct net *net)
{
	pthread_condattr_t attributes;
	int r = pthread_mutex_init(&net->mutex, NULL);

	if (r != 0)
		return -r;
	r = pthread_condattr_init(&attributes);
	if (r == 0) {
		r = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
		if (r == 0)
			r = pthread_cond_init(&net->ended, &attributes);
		(void)pthread_condattr_destroy(&attributes);
	}
	if (r != 0)
		(void)pthread_mutex_destroy(&net->mutex);
	return -r;
}

/* The thread is gone, or never was. */
static void
net_free(struct net *net)
{
	cloud_done(&net->cloud);
	for (size_t i = 0; i < net->n_jobs; i++) {
		net_job_free(net->jobs[i].job);
		net_result_free(net->jobs[i].result);
	}
	for (size_t i = 0; i < net->n_results; i++)
		net_result_free(net->results[i]);
	(void)pthread_cond_destroy(&net->ended);
	(void)pthread_mutex_destroy(&net->mutex);
	if (net->fd >= 0)
		(void)close(net->fd);
	free(net);
}

/* Signals belong to the main thread: the new one, and libcurl's, are born with all
 * blocked. */
static int
spawn(struct net *net)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	r = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (r != 0)
		return -r;
	r = pthread_create(&net->thread, NULL, thread_main, net);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

int
net_start(const struct config *config, const char *version, struct net **ret_net)
{
	struct net *net = calloc(1, sizeof(*net));
	int r;

	if (net == NULL)
		return -ENOMEM;
	r = init_sync(net);
	if (r != 0) {
		free(net);
		return r;
	}
	net->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = net->fd < 0 ? -errno : cloud_init(&net->cloud, config, version, net);
	if (r == 0)
		r = spawn(net);
	if (r != 0) {
		net_free(net);
		return r;
	}
	*ret_net = net;
	return 0;
}

void
net_stop(struct net *net)
{
	struct timespec until;
	bool has_ended;
	int r = 0;

	if (net == NULL)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += STOP_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	(void)pthread_mutex_lock(&net->mutex);
	net->is_stopping = true;
	http_wakeup(net->cloud.http);
	while (!net->has_ended && r == 0)
		r = pthread_cond_timedwait(&net->ended, &net->mutex, &until);
	has_ended = net->has_ended;
	(void)pthread_mutex_unlock(&net->mutex);
	if (has_ended) {
		(void)pthread_join(net->thread, NULL);
		net_free(net);
	} else {
		/* It hangs in a resolver of a libcurl before 7.87; what it uses stays. */
		(void)pthread_detach(net->thread);
	}
}

int
net_fd(const struct net *net)
{
	return net->fd;
}

int
net_submit(struct net *net, struct net_job **job)
{
	struct net_result *result = calloc(1, sizeof(*result));
	int r = -EAGAIN;

	if (result == NULL)
		return -ENOMEM;
	(void)pthread_mutex_lock(&net->mutex);
	if (net->n_outstanding < JOBS_MAX) {
		net->jobs[net->n_jobs++] = (struct entry){ *job, result };
		net->n_outstanding++;
		*job = NULL;
		r = 0;
	}
	(void)pthread_mutex_unlock(&net->mutex);
	if (r == 0)
		http_wakeup(net->cloud.http);
	else
		net_result_free(result);
	return r;
}

struct net_result *
net_take(struct net *net)
{
	struct net_result *result = NULL;
	uint64_t n;

	(void)pthread_mutex_lock(&net->mutex);
	if (net->n_results > 0) {
		result = net->results[0];
		net->n_results--;
		net->n_outstanding--;
		memmove(net->results, net->results + 1,
		    net->n_results * sizeof(struct net_result *));
	}
	if (net->n_results == 0)
		(void)!read(
		    net->fd, &n, sizeof(n)); /* all taken: not readable any more */
	(void)pthread_mutex_unlock(&net->mutex);
	return result;
}

void
net_set_people(struct net *net, size_t n_people)
{
	(void)pthread_mutex_lock(&net->mutex);
	net->n_people = n_people;
	net->has_new_people = true;
	(void)pthread_mutex_unlock(&net->mutex);
}

void
net_stats_read(struct net *net, struct net_stats *ret_stats)
{
	(void)pthread_mutex_lock(&net->mutex);
	*ret_stats = net->stats;
	(void)pthread_mutex_unlock(&net->mutex);
}
