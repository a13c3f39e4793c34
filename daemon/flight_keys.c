/* SPDX-License-Identifier: Apache-2.0 */
/* flight_keys.c - the keys of named people; contract in flight_parts.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/sshkey.h"
#include "daemon/failure.h"
#include "daemon/flight_parts.h"

#define FAILED_MAX 3 /* so many people in vain: the others are not asked */

/* Somebody whose keys are being fetched. */
struct holder {
	struct flight *flight;
	const struct net_person *person; /* of the job */
	struct net_keys *answer;         /* of the result; only touched at the end */
	struct iam_paging paging;
	struct directory_key *keys;
	size_t n_keys, next_key;
};

static void pump(struct flight *flight);
static void next_key(struct holder *holder);

static void
key_done(struct directory_key *key)
{
	free(key->key_id);
	free(key->type);
	free(key->blob);
}

static void
holder_done(struct holder *holder)
{
	for (size_t i = 0; i < holder->n_keys; i++)
		key_done(&holder->keys[i]);
	free(holder->keys);
	iam_paging_done(&holder->paging);
}

void
flight_keys_free(struct flight *flight)
{
	for (size_t i = 0; i < flight->n_holders; i++)
		holder_done(&flight->holders[i]);
	free(flight->holders);
}

/* One person is through: @r as in struct net_keys, and the keys if it is 0. */
static void
holder_end(struct holder *holder, int r, const struct net_error *error)
{
	struct flight *flight = holder->flight;
	struct net_result *result = flight->result;

	holder->answer->r = r;
	if (r == 0) {
		holder->answer->keys = holder->keys;
		holder->answer->n_keys = holder->n_keys;
		holder->keys = NULL;
		holder->n_keys = 0;
	} else if (r != -ENOENT) {
		if (result->error.code[0] == '\0')
			result->error = *error;
		/* A missing permission or an empty bucket is the same for everybody. */
		if (error->denied || strcmp(error->code, "bucket") == 0 ||
		    ++flight->n_failed >= FAILED_MAX)
			flight->next_holder = flight->n_holders;
	}
	flight->n_running--;
	pump(flight);
}

static void
holder_fail(struct holder *holder, int r, const char *code, const char *what)
{
	struct net_error error;

	failure_set(&error, iam_action_name(IAM_LIST_SSH_KEYS), code, "%s", what);
	holder_end(holder, r, &error);
}

/* A login's keys are this person's only if the name still is; keys that are gone may go. */
static void
on_owner(void *context, const struct call_reply *reply)
{
	struct holder *holder = context;
	struct flight *flight = holder->flight;
	_cleanup_iam_reply_ struct iam_reply *parsed = NULL;
	struct net_error error;
	int r = reply->r;

	if (!flight_is_over(flight)) {
		if (r == 0)
			r = flight_parsed(IAM_GET_USER, reply, &parsed, &error);
		if (r == 0 && strcmp(parsed->users[0].id, holder->person->unique_id) != 0)
			r = -ENOENT; /* somebody else has the name by now */
		holder_end(holder, r, reply->r != 0 ? reply->error : &error);
	}
	flight_drop(flight);
}

static void
holder_whole(struct holder *holder)
{
	struct flight *flight = holder->flight;

	if (flight->job->bucket == NET_LOGIN && holder->n_keys > 0)
		flight_ask(flight, IAM_GET_USER, holder->person->name, NULL, NULL,
		    on_owner, holder);
	else
		holder_end(holder, 0, NULL);
}

static bool
is_known(const struct net_person *person, const char *key_id)
{
	for (size_t i = 0; i < person->n_known_ids; i++) {
		if (strcmp(person->known_ids[i], key_id) == 0)
			return true;
	}
	return false;
}

static int
add_key(struct holder *holder, const struct iam_key *key)
{
	struct directory_key *keys;

	keys = realloc(holder->keys, (holder->n_keys + 1) * sizeof(*keys));
	if (keys == NULL)
		return -ENOMEM;
	holder->keys = keys;
	keys[holder->n_keys] = (struct directory_key){ .key_id = strdup(key->id),
		.source = KEYSFILE_SOURCE_IAM };
	if (keys[holder->n_keys].key_id == NULL)
		return -ENOMEM;
	holder->n_keys++;
	return 0;
}

/* The key that was asked for is not to be used: inactive by now, or of no use to sshd. */
static void
drop_key(struct holder *holder)
{
	key_done(&holder->keys[holder->next_key]);
	holder->n_keys--;
	memmove(&holder->keys[holder->next_key], &holder->keys[holder->next_key + 1],
	    (holder->n_keys - holder->next_key) * sizeof(*holder->keys));
}

/* 0, or -ENOMEM; a body that is no key drops the key. */
static int
take_body(struct holder *holder, const struct iam_key *got)
{
	struct directory_key *key = &holder->keys[holder->next_key];
	_cleanup_free_ struct sshkey *parsed = malloc(sizeof(*parsed));

	if (parsed == NULL)
		return -ENOMEM;
	if (!got->is_active || strcmp(got->id, key->key_id) != 0 ||
	    sshkey_parse(got->body, strlen(got->body), parsed) != 0) {
		drop_key(holder);
		return 0;
	}
	key->type = strdup(parsed->type);
	key->blob = malloc(parsed->blob_len);
	if (key->type == NULL || key->blob == NULL)
		return -ENOMEM;
	memcpy(key->blob, parsed->blob, parsed->blob_len);
	key->blob_len = parsed->blob_len;
	holder->next_key++;
	return 0;
}

static void
on_body(void *context, const struct call_reply *reply)
{
	struct holder *holder = context;
	struct flight *flight = holder->flight;
	_cleanup_iam_reply_ struct iam_reply *parsed = NULL;
	struct net_error error;
	int r = reply->r;

	if (flight_is_over(flight)) {
		flight_drop(flight);
		return;
	}
	if (r == -ENOENT) { /* deleted since it was listed */
		drop_key(holder);
		next_key(holder);
	} else if (r != 0) {
		holder_end(holder, r, reply->error);
	} else {
		r = flight_parsed(IAM_GET_SSH_KEY, reply, &parsed, &error);
		if (r != 0)
			holder_end(holder, r, &error);
		else if (take_body(holder, &parsed->keys[0]) != 0)
			holder_fail(holder, -ENOMEM, "no-memory", "out of memory");
		else
			next_key(holder);
	}
	flight_drop(flight);
}

static void
next_key(struct holder *holder)
{
	while (holder->next_key < holder->n_keys &&
	       is_known(holder->person, holder->keys[holder->next_key].key_id))
		holder->next_key++;
	if (holder->next_key == holder->n_keys)
		holder_whole(holder);
	else
		flight_ask(holder->flight, IAM_GET_SSH_KEY, holder->person->name,
		    holder->keys[holder->next_key].key_id, NULL, on_body, holder);
}

static void on_list(void *context, const struct call_reply *reply);

static void
take_page(struct holder *holder, const struct iam_reply *parsed)
{
	const char *marker = NULL;
	int r = iam_paging_next(&holder->paging, parsed, &marker);

	for (size_t i = 0; r == 0 && i < parsed->n_keys; i++) {
		if (parsed->keys[i].is_active)
			r = add_key(holder, &parsed->keys[i]);
	}
	if (r > 0)
		holder_fail(holder, -EIO, "paging", "the listing goes in circles");
	else if (r < 0)
		holder_fail(holder, r, "no-memory", "out of memory");
	else if (marker != NULL)
		flight_ask(holder->flight, IAM_LIST_SSH_KEYS, holder->person->name, NULL,
		    marker, on_list, holder);
	else
		next_key(holder);
}

static void
on_list(void *context, const struct call_reply *reply)
{
	struct holder *holder = context;
	struct flight *flight = holder->flight;
	_cleanup_iam_reply_ struct iam_reply *parsed = NULL;
	struct net_error error;
	int r = reply->r;

	if (!flight_is_over(flight)) {
		if (r == 0)
			r = flight_parsed(IAM_LIST_SSH_KEYS, reply, &parsed, &error);
		if (r == 0 || r == -ENOENT)
			flight_asked(flight, reply);
		if (r == 0)
			take_page(holder, parsed);
		else
			holder_end(holder, r, reply->r != 0 ? reply->error : &error);
	}
	flight_drop(flight);
}

static void
pump(struct flight *flight)
{
	flight_hold(flight);
	while (!flight_is_over(flight) && flight->n_running < FLIGHT_PARALLEL &&
	       flight->next_holder < flight->n_holders) {
		struct holder *holder = &flight->holders[flight->next_holder++];

		flight->n_running++;
		flight_ask(flight, IAM_LIST_SSH_KEYS, holder->person->name, NULL, NULL,
		    on_list, holder);
	}
	if (!flight_is_over(flight) && flight->n_running == 0) {
		flight->result->r = 0;
		for (size_t i = 0; i < flight->n_holders; i++) {
			if (flight->holders[i].answer->r == -ETIMEDOUT)
				flight->result->r = -EIO; /* never asked */
		}
		flight_finish(flight);
	}
	flight_drop(flight);
}

void
flight_keys_start(struct flight *flight)
{
	const struct net_job *job = flight->job;
	struct net_result *result = flight->result;

	flight->holders = calloc(job->n_people + 1, sizeof(*flight->holders));
	result->keys = calloc(job->n_people + 1, sizeof(*result->keys));
	for (size_t i = 0;
	     flight->holders != NULL && result->keys != NULL && i < job->n_people; i++) {
		result->keys[i].unique_id = strdup(job->people[i].unique_id);
		result->keys[i].r = -ETIMEDOUT; /* until it is known otherwise */
		if (result->keys[i].unique_id == NULL)
			break;
		result->n_keys++;
		flight->holders[i].flight = flight;
		flight->holders[i].person = &job->people[i];
		flight->holders[i].answer = &result->keys[i];
		flight->n_holders++;
	}
	if (result->n_keys != job->n_people || flight->holders == NULL ||
	    result->keys == NULL)
		flight_fail_with(flight, -ENOMEM, "job", "no-memory", "out of memory");
	else
		pump(flight);
}
