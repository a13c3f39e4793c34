/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flight_parts.h - what the files of a flight share
 *
 * Room: daemon, network thread, flight*.c alone. The order of a NET_DIRECTORY job is
 * instance, tags, scope, people (or: instance, tags, details); that of a NET_KEYS job is
 * instance (once), keys; that of NET_EIC instance (once), eic; that of NET_FLEET instance and
 * tags (once, and when asked for), manifest, blob; that of NET_PUBLISH
 * instance (once), publish; that of NET_INSTANCE is
 * instance. Each part calls the next one's
 * _start.
 *
 * Every question asked holds the flight (flight_hold()) until its callback is over
 * (flight_drop()); a callback looks at flight_is_over() before it touches anything else.
 */
#ifndef DAEMON_FLIGHT_PARTS_H
#define DAEMON_FLIGHT_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/call.h"
#include "daemon/cloud.h"
#include "daemon/iam.h"

#define FLIGHT_PARALLEL 4  /* people at once; a careful job: one */
#define FLIGHT_SPARE_MS 20 /* a question ends before its job: its error says more */

struct person;     /* flight_people.c */
struct holder;     /* flight_keys.c */
struct details;    /* flight_details.c */
struct eic_flight; /* flight_eic.c */
struct s3_place;
struct publishing; /* flight_publish.c */

/* A group that somebody is in. */
struct flight_groups {
	struct iam_group *all;
	size_t n;
};

struct flight {
	struct cloud *cloud;
	struct net_job *job;
	struct net_result *result; /* NULL once it is handed over */
	unsigned n_pending;
	unsigned n_requests;
	bool has_asked; /* result->wall_ms is that of the first question answered */

	/* instance */
	struct instance *instance;
	char **tag_keys;
	size_t n_tag_keys, next_tag_key;
	unsigned n_tag_pages;
	char account[13]; /* that everybody has to belong to */

	/* scope */
	size_t term;
	struct iam_paging paging;

	/* people: pointers, as calls keep them while the list grows */
	struct person **people;
	size_t n_people, next_person;
	unsigned n_running;
	struct flight_groups groups;

	struct details *details;       /* flight_details.c */
	struct eic_flight *eic;        /* flight_eic.c */
	struct s3_place *place;        /* flight_fleet.c */
	struct publishing *publishing; /* flight_publish.c */

	/* keys */
	struct holder *holders;
	size_t n_holders, next_holder;
	unsigned n_failed;
};

static inline bool
flight_is_over(const struct flight *flight)
{
	return flight->result == NULL;
}

static inline void
flight_hold(struct flight *flight)
{
	flight->n_pending++;
}

/* After several failures the first question is tried once: AWS may still be ill. */
static inline bool
flight_is_probing(const struct flight *flight)
{
	return flight->job->is_careful && !flight->has_asked;
}

/** flight_drop() - may free the flight */
void flight_drop(struct flight *flight);

/**
 * flight_fail() - no result but @error; the first failure counts, later calls do nothing
 */
void flight_fail(struct flight *flight, int r, const struct net_error *error);

/** flight_fail_with() - the same for a failure of our own */
void flight_fail_with(
    struct flight *flight, int r, const char *action, const char *code, const char *what);

/** flight_finish() - hand over the result as it stands */
void flight_finish(struct flight *flight);

/** flight_extend() - the job may take until then: there is more to ask than was known */
void flight_extend(struct flight *flight, int64_t deadline_mono_ms);

/** flight_ask() - call_start() with the job's bucket and deadline; holds the flight */
void flight_ask(struct flight *flight, enum iam_action action, const char *subject,
    const char *key_id, const char *marker, call_done_fn done, void *context);

/**
 * flight_asked() - note when an answer was asked for: the result is as old as its oldest
 */
void flight_asked(struct flight *flight, const struct call_reply *reply);

/** flight_parsed() - iam_parse(), and a net_error where that fails */
int flight_parsed(enum iam_action action, const struct call_reply *reply,
    struct iam_reply **ret_parsed, struct net_error *ret_error);

/**
 * flight_cannot_pay() - is the bucket too empty for @n more questions before the
 * deadline?
 */
bool flight_cannot_pay(struct flight *flight, size_t n);

/** flight_is_of_account() - another account's user comes from another account's service */
bool flight_is_of_account(const struct flight *flight, const struct iam_user *user);

/** flight_term_has_path() - is this path within a path: term of the scope? */
bool flight_term_has_path(const struct rules_term *term, const char *path);

void flight_instance_start(struct flight *flight);
void flight_instance_done(struct flight *flight); /* tags are known, or will not be */
void flight_tags_start(struct flight *flight);
void flight_details_start(struct flight *flight);
void flight_details_free(struct flight *flight);
void flight_scope_start(struct flight *flight);

/** flight_scope_terms() - how many there are, of users and roles */
size_t flight_scope_terms(const struct flight *flight);
int flight_people_add(struct flight *flight, struct iam_user *user, bool has_tags);
void flight_people_start(struct flight *flight);
void flight_people_free(struct flight *flight);
void flight_fleet_start(struct flight *flight);
void flight_publish_start(struct flight *flight);
void flight_publish_free(struct flight *flight);
void flight_keys_start(struct flight *flight);
void flight_keys_free(struct flight *flight);
void flight_eic_start(struct flight *flight);
void flight_eic_free(struct flight *flight);

#endif
