/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_bench.h - the parts of nss_bench: what is called, with what, and how it is measured
 *
 * The accounts are user00000, user00001, … with uid and gid NSS_BENCH_UID + n: the dataset
 * of nss_dataset.c. A module is called as glibc calls it, through function pointers.
 */
#ifndef BENCH_NSS_BENCH_H
#define BENCH_NSS_BENCH_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NSS_BENCH_UID 0x71000000u
#define NSS_BENCH_NAME_SIZE 16
#define NSS_BENCH_QUERIES_MAX 100000

/* The entry points of a module; NULL where it has none. */
struct nss_calls {
	enum nss_status (*getpwnam_r)(
	    const char *, struct passwd *, char *, size_t, int *);
	enum nss_status (*getpwuid_r)(uid_t, struct passwd *, char *, size_t, int *);
	enum nss_status (*setpwent)(int);
	enum nss_status (*getpwent_r)(struct passwd *, char *, size_t, int *);
	enum nss_status (*endpwent)(void);
	enum nss_status (*getgrnam_r)(
	    const char *, struct group *, char *, size_t, int *);
	enum nss_status (*getgrgid_r)(gid_t, struct group *, char *, size_t, int *);
	enum nss_status (*setgrent)(int);
	enum nss_status (*getgrent_r)(struct group *, char *, size_t, int *);
	enum nss_status (*endgrent)(void);
	enum nss_status (*initgroups_dyn)(
	    const char *, gid_t, long *, long *, gid_t **, long, int *);
};

/**
 * nss_calls_load() - the entry points of libnss_@service.so.2, or of libc for "files"
 * @service: "libc" goes through getpwnam_r(3) and nsswitch.conf, as nscd's clients must
 *
 * A module without initgroups_dyn gets what glibc does then: a walk over all groups.
 *
 * Return: NULL, or what is missing.
 */
const char *nss_calls_load(const char *service, struct nss_calls *ret_calls);

/* What is asked for, in the order of asking. */
struct nss_query {
	char name[NSS_BENCH_NAME_SIZE];   /* an account */
	char absent[NSS_BENCH_NAME_SIZE]; /* nobody, another one each time */
	char group[NSS_BENCH_NAME_SIZE];  /* one of the shared groups */
	uint32_t uid;
	uint32_t gid;
};

struct nss_case {
	const char *name;
	/* True: answered as it should be. For enumerations @ret_n is how many entries. */
	bool (*call)(const struct nss_calls *, const struct nss_query *, unsigned *ret_n);
	bool is_enumeration;
	bool is_miss;
	bool may_overlap; /* the next call may begin before this one has ended */
};

/**
 * nss_case_find() - pwnam pwuid miss initgroups foreign grnam grgid enum; NULL: none
 *
 * pwnam-row and miss-row are the same calls, which may overlap in the processor.
 */
const struct nss_case *nss_case_find(const char *name);

/**
 * nss_queries_make() - @n shuffled queries for @keys of @users accounts, into a static array
 *
 * Which accounts are asked for depends on @users and @keys alone, their order and the
 * absent names on @seed as well.
 */
const struct nss_query *
nss_queries_make(unsigned users, unsigned keys, unsigned n, uint32_t seed);

/**
 * nss_trace_count() - system calls of @calls calls after @warm calls, by ptrace(2)
 *
 * Return: NULL, or why it could not be counted.
 */
const char *nss_trace_count(const struct nss_calls *calls, const struct nss_case *what,
    const struct nss_query *queries, unsigned n, unsigned warm, unsigned times,
    double *ret_per_call);

#endif
