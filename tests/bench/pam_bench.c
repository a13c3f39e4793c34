/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam_bench.c CALLS SERVICE=USER... - what pam_acct_mgmt costs, by stacks of one module each
 *
 * Run as root where the stacks are. Each round calls every service once, in an order that
 * turns, so that whatever else the machine does hits all. A handle is made anew for each
 * call; only pam_acct_mgmt itself is timed. Prints "SERVICE CALLS P50 P99 MAX" in
 * microseconds, and fails when one of them does not answer PAM_SUCCESS.
 */
#include <security/pam_appl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERVICES_MAX 8

struct series {
	char *service;
	const char *user;
	int64_t *ns;
};

static int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
converse(int n, const struct pam_message **message, struct pam_response **ret_response,
    void *data)
{
	(void)message;
	(void)data;
	*ret_response = calloc((size_t)n, sizeof(**ret_response));
	return *ret_response != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int64_t
one_call(const struct series *series)
{
	static const struct pam_conv conv = { converse, NULL };
	pam_handle_t *pamh = NULL;
	int64_t from, took;
	int code;

	if (pam_start(series->service, series->user, &conv, &pamh) != PAM_SUCCESS)
		exit(1);
	from = now_ns();
	code = pam_acct_mgmt(pamh, PAM_SILENT);
	took = now_ns() - from;
	(void)pam_end(pamh, code);
	if (code != PAM_SUCCESS) {
		(void)fprintf(
		    stderr, "%s: %s\n", series->service, pam_strerror(NULL, code));
		exit(1);
	}
	return took;
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
report(const struct series *series, size_t n)
{
	qsort(series->ns, n, sizeof(series->ns[0]), compare);
	(void)printf("%s %zu %.1f %.1f %.1f\n", series->service, n,
	    (double)series->ns[n / 2] / 1000, (double)series->ns[n * 99 / 100] / 1000,
	    (double)series->ns[n - 1] / 1000);
}

int
main(int argc, char **argv)
{
	struct series series[SERVICES_MAX];
	int n_series = argc - 2;
	long calls = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	char *equals;

	if (n_series > SERVICES_MAX || calls < 100) {
		(void)fprintf(stderr, "usage: %s CALLS SERVICE=USER...\n", argv[0]);
		return 64;
	}
	for (int i = 0; i < n_series; i++) {
		series[i].service = argv[i + 2];
		series[i].ns = calloc((size_t)calls, sizeof(int64_t));
		equals = strchr(argv[i + 2], '=');
		if (equals == NULL || series[i].ns == NULL)
			return 64;
		*equals = '\0';
		series[i].user = equals + 1;
		(void)one_call(&series[i]); /* whatever is done once */
	}
	for (long call = 0; call < calls; call++)
		for (int i = 0; i < n_series; i++) {
			const struct series *s = &series[(i + call) % n_series];

			s->ns[call] = one_call(s);
		}
	for (int i = 0; i < n_series; i++)
		report(&series[i], (size_t)calls);
	return 0;
}
