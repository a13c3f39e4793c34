/* SPDX-License-Identifier: Apache-2.0 */
/* nss_bench_cases.c - what is asked for, and whether the answer is right; see nss_bench.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/nss_bench.h"

#define PASSWD_BUFFER 1024
#define GROUP_BUFFER 16384
#define GROUP_BUFFER_MAX (64u << 20)
#define GROUPS_MAX 256
#define ENUMERATED_MAX 2000
#define GROUPS_PER_USERS 20 /* one shared group for so many accounts, at least five */

static bool
call_pwnam(const struct nss_calls *nss, const struct nss_query *query, unsigned *ret_n)
{
	char buffer[PASSWD_BUFFER];
	struct passwd pw;
	int error;

	(void)ret_n;
	return nss->getpwnam_r(query->name, &pw, buffer, sizeof(buffer), &error) ==
		   NSS_STATUS_SUCCESS &&
	       pw.pw_uid == query->uid;
}

static bool
call_pwuid(const struct nss_calls *nss, const struct nss_query *query, unsigned *ret_n)
{
	char buffer[PASSWD_BUFFER];
	struct passwd pw;
	int error;

	(void)ret_n;
	return nss->getpwuid_r(query->uid, &pw, buffer, sizeof(buffer), &error) ==
		   NSS_STATUS_SUCCESS &&
	       pw.pw_gid == query->uid;
}

static bool
call_miss(const struct nss_calls *nss, const struct nss_query *query, unsigned *ret_n)
{
	char buffer[PASSWD_BUFFER];
	struct passwd pw;
	int error;

	(void)ret_n;
	return nss->getpwnam_r(query->absent, &pw, buffer, sizeof(buffer), &error) ==
	       NSS_STATUS_NOTFOUND;
}

static bool
call_initgroups(
    const struct nss_calls *nss, const struct nss_query *query, unsigned *ret_n)
{
	gid_t array[GROUPS_MAX]; /* large enough: nobody calls realloc(3) on it */
	gid_t *gids = array;
	long start = 0, size = GROUPS_MAX;
	int error;

	(void)ret_n;
	return nss->initgroups_dyn(query->name, query->uid, &start, &size, &gids, 0,
		   &error) == NSS_STATUS_SUCCESS &&
	       start == 5;
}

/* glibc asks every module for the groups of everybody; most modules know nothing. */
static bool
call_foreign(const struct nss_calls *nss, const struct nss_query *query, unsigned *ret_n)
{
	gid_t array[GROUPS_MAX];
	gid_t *gids = array;
	long start = 0, size = GROUPS_MAX;
	int error;

	(void)query;
	(void)ret_n;
	(void)nss->initgroups_dyn("root", 0, &start, &size, &gids, 0, &error);
	return start == 0;
}

/* glibc enlarges the buffer when a module asks for more; the larger one stays. */
struct group_buffer {
	char *bytes;
	size_t size;
};
static _Thread_local struct group_buffer group_buffer;

static void
enlarge(size_t size)
{
	char *grown = realloc(group_buffer.bytes, size);

	if (grown == NULL)
		abort();
	group_buffer = (struct group_buffer){ grown, size };
}

/* Some modules crash when they are given no buffer at all, which glibc never does. */
static void
need_group_buffer(void)
{
	if (group_buffer.bytes == NULL)
		enlarge(GROUP_BUFFER);
}

static bool
is_too_small(enum nss_status status, int error)
{
	if (status != NSS_STATUS_TRYAGAIN || error != ERANGE ||
	    group_buffer.size >= GROUP_BUFFER_MAX)
		return false;
	enlarge(group_buffer.size * 2);
	return true;
}

static bool
call_grnam(const struct nss_calls *nss, const struct nss_query *query, unsigned *ret_n)
{
	enum nss_status status;
	struct group gr;
	int error = 0;

	(void)ret_n;
	need_group_buffer();
	do {
		status = nss->getgrnam_r(
		    query->group, &gr, group_buffer.bytes, group_buffer.size, &error);
	} while (is_too_small(status, error));
	return status == NSS_STATUS_SUCCESS && gr.gr_gid == query->gid &&
	       gr.gr_mem[0] != NULL;
}

/* The group of a user's own, which `ls -l` asks for: no members. */
static bool
call_grgid(const struct nss_calls *nss, const struct nss_query *query, unsigned *ret_n)
{
	enum nss_status status;
	struct group gr;
	int error = 0;

	(void)ret_n;
	need_group_buffer();
	do {
		status = nss->getgrgid_r(
		    query->uid, &gr, group_buffer.bytes, group_buffer.size, &error);
	} while (is_too_small(status, error));
	return status == NSS_STATUS_SUCCESS && strcmp(gr.gr_name, query->name) == 0;
}

static bool
call_enum(const struct nss_calls *nss, const struct nss_query *query, unsigned *ret_n)
{
	char buffer[PASSWD_BUFFER];
	struct passwd pw;
	unsigned n = 0;
	int error;

	(void)query;
	if (nss->setpwent == NULL || nss->setpwent(0) != NSS_STATUS_SUCCESS)
		return false;
	while (n < ENUMERATED_MAX &&
	       nss->getpwent_r(&pw, buffer, sizeof(buffer), &error) == NSS_STATUS_SUCCESS)
		n++;
	(void)nss->endpwent();
	*ret_n = n;
	return n >= 100;
}

const struct nss_case *
nss_case_find(const char *name)
{
	static const struct nss_case cases[] = {
		{ "pwnam", call_pwnam, false, false, false },
		{ "pwuid", call_pwuid, false, false, false },
		{ "miss", call_miss, false, true, false },
		{ "initgroups", call_initgroups, false, false, false },
		{ "foreign", call_foreign, false, false, false },
		{ "grnam", call_grnam, false, false, false },
		{ "grgid", call_grgid, false, false, false },
		{ "enum", call_enum, true, false, false },
		{ "pwnam-row", call_pwnam, false, false, true },
		{ "miss-row", call_miss, false, true, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(cases[i].name, name) == 0)
			return &cases[i];
	}
	return NULL;
}

static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Element @i changes places with one of those from @i to @n. */
static void
draw(uint32_t *order, unsigned i, unsigned n, uint32_t *state)
{
	unsigned j = i + next_random(state) % (n - i);
	uint32_t drawn = order[j];

	order[j] = order[i];
	order[i] = drawn;
}

const struct nss_query *
nss_queries_make(unsigned users, unsigned keys, unsigned n, uint32_t seed)
{
	static struct nss_query queries[NSS_BENCH_QUERIES_MAX];
	static uint32_t order[NSS_BENCH_QUERIES_MAX];
	unsigned groups = users / GROUPS_PER_USERS > 5 ? users / GROUPS_PER_USERS : 5;
	uint32_t fixed = 0x2545f491u, state = seed * 2654435761u | 1u;

	for (unsigned i = 0; i < users; i++)
		order[i] = i;
	for (unsigned i = 0; i < keys; i++)
		draw(order, i, users, &fixed);
	for (unsigned i = 0; i < keys; i++)
		draw(order, i, keys, &state);
	for (unsigned i = 0; i < n; i++) {
		uint32_t user = order[i % keys], group = next_random(&state) % groups;

		(void)snprintf(queries[i].name, NSS_BENCH_NAME_SIZE, "user%05u", user);
		(void)snprintf(queries[i].group, NSS_BENCH_NAME_SIZE, "team%05u", group);
		(void)snprintf(
		    queries[i].absent, NSS_BENCH_NAME_SIZE, "x%08x", next_random(&state));
		queries[i].uid = NSS_BENCH_UID + user;
		queries[i].gid = 0x70010000u + group;
	}
	return queries;
}
