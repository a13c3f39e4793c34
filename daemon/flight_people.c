/* SPDX-License-Identifier: Apache-2.0 */
/* flight_people.c - a job's third part: tags and groups; contract in flight_parts.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/failure.h"
#include "daemon/flight_parts.h"

#define SPARE_MS 60000
#define LONGEST_MS (3 * 3600 * 1000)

struct person {
	struct flight *flight;
	struct iam_user user;
	bool has_tags;
	bool is_gone; /* authoritatively, between the listing and the question */
	char **groups;
	size_t n_groups;
	struct iam_paging paging;
};

static void pump(struct flight *flight);
static void ask_groups(struct person *person, const char *marker);

static void
person_free(struct person *person)
{
	iam_user_done(&person->user);
	for (size_t i = 0; i < person->n_groups; i++)
		free(person->groups[i]);
	free(person->groups);
	iam_paging_done(&person->paging);
	free(person);
}

/* Tags and groups; of a user by name the tags came with the scope, of a role there are none. */
static size_t
questions_about(const struct person *person)
{
	return person->has_tags || person->user.is_role ? 1 : 2;
}

/* How far we are, for status: with a thousand people in scope it takes a while. */
static void
note_progress(struct flight *flight)
{
	struct net_stats *stats = &flight->cloud->stats;
	struct bucket *bucket = &flight->cloud->buckets[flight->job->bucket];
	size_t left = 0;

	for (size_t i = flight->next_person; i < flight->n_people; i++)
		left += questions_about(flight->people[i]);
	stats->listing_people = flight->n_people;
	stats->listing_done = flight->next_person - flight->n_running;
	stats->listing_left_s =
	    bucket_wait_ms(bucket, (unsigned)left, clock_mono_ms()) / 1000;
}

void
flight_people_free(struct flight *flight)
{
	if (flight->n_people > 0)
		flight->cloud->stats.listing_people = 0;
	for (size_t i = 0; i < flight->n_people; i++)
		person_free(flight->people[i]);
	free(flight->people);
	for (size_t i = 0; i < flight->groups.n; i++) {
		free(flight->groups.all[i].name);
		free(flight->groups.all[i].id);
		free(flight->groups.all[i].path);
	}
	free(flight->groups.all);
}

/* Takes the texts of @user; somebody who is there already is not added again. */
int
flight_people_add(struct flight *flight, struct iam_user *user, bool has_tags)
{
	struct person **people, *person;

	for (size_t i = 0; i < flight->n_people; i++) {
		if (strcmp(flight->people[i]->user.id, user->id) == 0)
			return 0;
	}
	person = calloc(1, sizeof(*person));
	people =
	    realloc(flight->people, (flight->n_people + 1) * sizeof(struct person *));
	if (people != NULL)
		flight->people = people;
	if (person == NULL || people == NULL) {
		free(person);
		return -ENOMEM;
	}
	person->flight = flight;
	person->user = *user;
	person->has_tags = has_tags;
	*user = (struct iam_user){ .name = NULL };
	flight->people[flight->n_people++] = person;
	return 0;
}

static int
add_group(struct person *person, struct iam_group *group)
{
	struct flight_groups *known = &person->flight->groups;
	struct iam_group *all;
	char **groups;

	for (size_t i = 0; i < person->n_groups; i++) {
		if (strcmp(person->groups[i], group->name) == 0)
			return 0;
	}
	groups = realloc(person->groups, (person->n_groups + 1) * sizeof(*groups));
	if (groups == NULL)
		return -ENOMEM;
	person->groups = groups;
	groups[person->n_groups] = strdup(group->name);
	if (groups[person->n_groups] == NULL)
		return -ENOMEM;
	person->n_groups++;
	for (size_t i = 0; i < known->n; i++) {
		if (strcmp(known->all[i].name, group->name) == 0)
			return 0;
	}
	all = realloc(known->all, (known->n + 1) * sizeof(*all));
	if (all == NULL)
		return -ENOMEM;
	known->all = all;
	all[known->n++] = *group;
	*group = (struct iam_group){ .name = NULL };
	return 0;
}

static int
add_person(struct directory *directory, const struct person *person)
{
	const struct iam_user *user = &person->user;
	struct directory_principal *principal;
	int r;

	r = directory_add_principal(directory,
	    user->is_role ? PRINCIPAL_ROLE : PRINCIPAL_IAM_USER, user->id, user->name,
	    user->path, user->arn, user->created_s, &principal);
	for (size_t i = 0; r == 0 && i < user->n_tags; i++)
		r = directory_add_tag(principal, user->tags[i].key, user->tags[i].value);
	for (size_t i = 0; r == 0 && i < person->n_groups; i++)
		r = directory_add_membership(principal, person->groups[i]);
	return r;
}

static int
build(struct flight *flight, struct directory **ret_directory)
{
	_cleanup_directory_ struct directory *directory = NULL;
	int r = directory_new(&directory);

	for (size_t i = 0; r == 0 && i < flight->n_people; i++) {
		if (!flight->people[i]->is_gone)
			r = add_person(directory, flight->people[i]);
	}
	for (size_t i = 0; r == 0 && i < flight->groups.n; i++)
		r = directory_add_group(directory, flight->groups.all[i].name,
		    flight->groups.all[i].id, flight->groups.all[i].path);
	if (r == 0) {
		memcpy(directory->account, flight->account, sizeof(directory->account));
		directory->verified_wall_ms = flight->result->wall_ms;
		directory->verified_boot_ms = flight->result->boot_ms;
		r = directory_finish(directory);
	}
	if (r == 0)
		*ret_directory = base_take_ptr(&directory);
	return r;
}

/* Everybody has been asked about. */
static void
conclude(struct flight *flight)
{
	int r = build(flight, &flight->result->directory);

	if (r > 0) {
		flight_fail_with(flight, -EIO, "iam", "duplicate",
		    "one id or ARN twice: the listings do not fit together");
	} else if (r < 0) {
		flight_fail_with(flight, r, "iam", "no-memory", "out of memory");
	} else {
		flight->result->r = 0;
		flight_finish(flight);
	}
}

static enum iam_action
tags_action(const struct person *person)
{
	return person->user.is_role ? IAM_GET_ROLE : IAM_GET_USER;
}

static void
person_end(struct person *person)
{
	person->flight->n_running--;
	note_progress(person->flight);
	pump(person->flight);
}

/* A callback's beginning: is there still somebody to tell? What failed ends the flight. */
static bool
is_answer(struct person *person, const struct call_reply *reply)
{
	struct flight *flight = person->flight;

	if (flight_is_over(flight))
		return false;
	if (reply->r == -ENOENT) {
		person->is_gone = true;
		person_end(person);
		return false;
	}
	if (reply->r != 0) {
		flight_fail(flight, reply->r, reply->error);
		return false;
	}
	flight_asked(flight, reply);
	return true;
}

static void
take_groups(struct person *person, struct iam_reply *parsed)
{
	struct flight *flight = person->flight;
	const char *action = iam_action_name(IAM_LIST_GROUPS_FOR_USER);
	const char *marker = NULL;
	int r = iam_paging_next(&person->paging, parsed, &marker);

	if (r > 0) {
		flight_fail_with(flight, -EIO, action, "paging",
		    "the listing goes in circles, or never ends");
		return;
	}
	for (size_t i = 0; r == 0 && i < parsed->n_groups; i++)
		r = add_group(person, &parsed->groups[i]);
	if (r < 0)
		flight_fail_with(flight, r, action, "no-memory", "out of memory");
	else if (marker != NULL)
		ask_groups(person, marker);
	else
		person_end(person);
}

static void
on_groups(void *context, const struct call_reply *reply)
{
	struct person *person = context;
	struct flight *flight = person->flight;
	_cleanup_iam_reply_ struct iam_reply *parsed = NULL;
	struct net_error error;
	int r;

	if (is_answer(person, reply)) {
		r = flight_parsed(IAM_LIST_GROUPS_FOR_USER, reply, &parsed, &error);
		if (r != 0)
			flight_fail(flight, r, &error);
		else
			take_groups(person, parsed);
	}
	flight_drop(flight);
}

static void
on_user(void *context, const struct call_reply *reply)
{
	struct person *person = context;
	struct flight *flight = person->flight;
	_cleanup_iam_reply_ struct iam_reply *parsed = NULL;
	struct net_error error;
	int r;

	if (is_answer(person, reply)) {
		r = flight_parsed(tags_action(person), reply, &parsed, &error);
		if (r != 0) {
			flight_fail(flight, r, &error);
		} else if (strcmp(parsed->users[0].id, person->user.id) != 0) {
			/* Another person under the name: the one who was listed is gone. */
			person->is_gone = true;
			person_end(person);
		} else {
			person->user.tags = parsed->users[0].tags;
			person->user.n_tags = parsed->users[0].n_tags;
			parsed->users[0].tags = NULL;
			parsed->users[0].n_tags = 0;
			if (person->user.is_role) /* in no group, ever */
				person_end(person);
			else
				ask_groups(person, NULL);
		}
	}
	flight_drop(flight);
}

static void
ask_groups(struct person *person, const char *marker)
{
	flight_ask(person->flight, IAM_LIST_GROUPS_FOR_USER, person->user.name, NULL,
	    marker, on_groups, person);
}

/* Keep FLIGHT_PARALLEL people under way until all are through. */
static void
pump(struct flight *flight)
{
	unsigned most = flight->job->is_careful ? 1 : FLIGHT_PARALLEL;

	flight_hold(flight);
	while (!flight_is_over(flight) && flight->n_running < most &&
	       flight->next_person < flight->n_people) {
		struct person *person = flight->people[flight->next_person++];

		flight->n_running++;
		if (person->has_tags)
			ask_groups(person, NULL);
		else
			flight_ask(flight, tags_action(person), person->user.name, NULL,
			    NULL, on_user, person);
	}
	if (!flight_is_over(flight) && flight->n_running == 0)
		conclude(flight);
	flight_drop(flight);
}

/*
 * One request an hour for each person in scope: how many they are is known now, and the job
 * was timed without it. Else the first listing of more than a hundred would never end.
 */
static void
grow_with(struct flight *flight, size_t n_questions)
{
	struct bucket *bucket = &flight->cloud->buckets[NET_BACKGROUND];
	int64_t now = clock_mono_ms(), wait_ms, end;

	if (flight->job->bucket != NET_BACKGROUND)
		return;
	if (bucket->per_hour < BUCKET_BACKGROUND_PER_HOUR + (double)flight->n_people)
		bucket_set_rate(
		    bucket, BUCKET_BACKGROUND_PER_HOUR + (double)flight->n_people, now);
	wait_ms = bucket_wait_ms(bucket, (unsigned)n_questions, now);
	end = now + wait_ms + SPARE_MS;
	if (wait_ms > 0 && end > flight->job->deadline_mono_ms && wait_ms < LONGEST_MS)
		flight_extend(flight, end);
}

void
flight_people_start(struct flight *flight)
{
	size_t n = 0;

	for (size_t i = 0; i < flight->n_people; i++)
		n += questions_about(flight->people[i]);
	grow_with(flight, n);
	/* Half a directory is worth nothing: do not spend what cannot be enough. */
	if (flight_cannot_pay(flight, n))
		flight_fail_with(flight, -EAGAIN, "iam", "bucket",
		    "our own limit of requests does not last for everybody in scope");
	else
		pump(flight);
}
