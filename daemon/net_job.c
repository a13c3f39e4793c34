/* SPDX-License-Identifier: Apache-2.0 */
/* net_job.c - jobs and results as plain data; contract in net.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net.h"

struct net_job *
net_job_new(
    enum net_what what, enum net_bucket bucket, uint64_t cookie, int64_t deadline_mono_ms)
{
	struct net_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->what = what;
	job->bucket = bucket;
	job->cookie = cookie;
	job->deadline_mono_ms = deadline_mono_ms;
	return job;
}

int
net_job_add_person(struct net_job *job, const char *unique_id, const char *name)
{
	struct net_person *people, *person;

	people = realloc(job->people, (job->n_people + 1) * sizeof(*people));
	if (people == NULL)
		return -ENOMEM;
	job->people = people;
	person = &people[job->n_people];
	*person =
	    (struct net_person){ .unique_id = strdup(unique_id), .name = strdup(name) };
	if (person->unique_id == NULL || person->name == NULL) {
		free(person->unique_id);
		free(person->name);
		return -ENOMEM;
	}
	job->n_people++;
	return 0;
}

int
net_job_add_known(struct net_job *job, const char *key_id)
{
	struct net_person *person;
	char **ids;

	if (job->n_people == 0)
		return -EINVAL;
	person = &job->people[job->n_people - 1];
	ids = realloc(person->known_ids, (person->n_known_ids + 1) * sizeof(*ids));
	if (ids == NULL)
		return -ENOMEM;
	person->known_ids = ids;
	ids[person->n_known_ids] = strdup(key_id);
	if (ids[person->n_known_ids] == NULL)
		return -ENOMEM;
	person->n_known_ids++;
	return 0;
}

void
net_job_free(struct net_job *job)
{
	if (job == NULL)
		return;
	for (size_t i = 0; i < job->n_people; i++) {
		struct net_person *person = &job->people[i];

		for (size_t j = 0; j < person->n_known_ids; j++)
			free(person->known_ids[j]);
		free(person->known_ids);
		free(person->unique_id);
		free(person->name);
	}
	free(job->people);
	free(job->fleet);
	if (job->publish != NULL) {
		free(job->publish->manifest.revoked);
		free(job->publish->blob);
		free(job->publish);
	}
	free(job);
}

void
net_fleet_free(struct net_fleet *fleet)
{
	if (fleet == NULL)
		return;
	manifest_free(fleet->manifest);
	free(fleet->bytes);
	free(fleet->blob);
	free(fleet);
}

void
net_result_free(struct net_result *result)
{
	if (result == NULL)
		return;
	for (size_t i = 0; i < result->n_keys; i++) {
		struct net_keys *keys = &result->keys[i];

		for (size_t j = 0; j < keys->n_keys; j++) {
			free(keys->keys[j].key_id);
			free(keys->keys[j].type);
			free(keys->keys[j].blob);
		}
		free(keys->keys);
		free(keys->unique_id);
	}
	free(result->keys);
	eic_answer_free(result->eic);
	net_fleet_free(result->fleet);
	free(result->published);
	directory_unref(result->directory);
	instance_free(result->instance);
	free(result);
}
