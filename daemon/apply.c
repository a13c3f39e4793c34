/* SPDX-License-Identifier: Apache-2.0 */
/* apply.c - guards, world, publication; contract in apply.h */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "common/paths.h"
#include "daemon/apply.h"
#include "daemon/fleet.h"
#include "daemon/log.h"
#include "daemon/publisher.h"
#include "daemon/state.h"
#include "daemon/verdicts.h"

/* What another instance or account knew is not believed here, nor left for readers. */
static void
apply_drop(struct daemon *d, const char *why, const char *was, const char *is)
{
	struct record record;
	char message[160];
	int r;

	(void)snprintf(
	    message, sizeof(message), "%s: was %s, is %s: cache dropped", why, was, is);
	log_line(LOG_WARNING, "%s", message);
	state_drop(d);
	r = publish_file_revoke(d->snapshot);
	if (r == 0)
		r = publish_file_revoke(d->keyfile);
	if (r != 0)
		log_error(r, "the published files could not be revoked");
	record_init(&record, RECORD_ADMIN);
	record.reason = REASON_NO_DATA;
	record.message = message;
	audit_write(d->audit, &record);
}

static int
apply_check_instance(struct daemon *d, const struct instance *instance)
{
	static bool has_refused; /* said once, not with each listing */
	const char *pin = d->config->aws.account;

	if (instance == NULL)
		return 0;
	if (pin != NULL && strcmp(pin, instance->account) != 0) {
		if (!has_refused)
			log_line(LOG_ERR,
			    "[aws] account = %s, but this instance is in account %s: "
			    "refused",
			    pin, instance->account);
		has_refused = true;
		if (d->instance != NULL)
			apply_drop(d, "refused account", pin, instance->account);
		return APPLY_E_ACCOUNT;
	}
	has_refused = false;
	if (d->instance == NULL)
		return 0;
	if (d->instance->id[0] != '\0' && strcmp(d->instance->id, instance->id) != 0)
		apply_drop(d, "another instance", d->instance->id, instance->id);
	else if (d->instance->account[0] != '\0' &&
		 strcmp(d->instance->account, instance->account) != 0)
		apply_drop(d, "another account", d->instance->account, instance->account);
	return 0;
}

static size_t
apply_count(const struct daemon *d, const struct directory *directory)
{
	size_t n = 0;

	for (size_t i = 0; i < directory->n_principals; i++)
		n += mapping_in_scope(d->config, &directory->principals[i]) ? 1 : 0;
	return n;
}

/* aws-ec2-ssh #154: an outage was taken for an empty account, and a fleet lost its users. */
static bool
apply_must_hold(const struct daemon *d, const struct directory *directory, bool accept,
    struct apply_held *held)
{
	struct clock_now now;
	size_t old = d->world != NULL ? d->world->n_people : 0;
	size_t new = apply_count(d, directory);

	if (new * 2 >= old || accept || held->is_held) {
		held->is_held = false;
		return false;
	}
	clock_read(&now);
	*held = (struct apply_held){
		.is_held = true,
		.old_people = old,
		.new_people = new,
		.since_wall_ms = now.wall_ms,
	};
	log_line(LOG_WARNING,
	    "the listing shrank from %zu people to %zu: held until a second one confirms it, "
	    "or 'iamlogin refresh --accept'",
	    old, new);
	return true;
}

/*
 * Ids that a publisher has given go into the ledger first. Who has one here keeps it: files
 * belong to it. A number that is somebody else's here is nobody's, and world.h refuses.
 */
static int
apply_assigned(struct daemon *d, const struct directory *directory, int64_t now_ms)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < directory->n_principals; i++) {
		const struct directory_principal *who = &directory->principals[i];

		if (who->assigned.uid != 0)
			r = idmap_adopt(d->ids, directory_kind_name(who->kind), who->id,
			    who->assigned.uid, now_ms);
		if (r == IDMAP_E_COLLISION)
			log_line(LOG_WARNING,
			    "uid %u of %s, as published, belongs to somebody else here",
			    who->assigned.uid, who->id);
	}
	for (size_t i = 0; r >= 0 && i < directory->n_groups; i++)
		if (directory->groups[i].gid != 0 && directory->groups[i].id != NULL)
			r = idmap_adopt(d->ids, "group", directory->groups[i].id,
			    directory->groups[i].gid, now_ms);
	return r < 0 ? r : 0;
}

/* Builds the world of @directory and @instance; on failure nothing has changed. */
static int
apply_world(struct daemon *d, struct directory *directory,
    const struct instance *instance, struct world **ret_world)
{
	struct clock_now now;
	int r;

	clock_read(&now);
	r = apply_assigned(d, directory, now.wall_ms);
	if (r != 0)
		return r;
	return world_build(
	    d->config, directory, instance, d->local, d->ids, now.wall_ms, ret_world);
}

static void
apply_take_world(struct daemon *d, struct world *world)
{
	verdicts_record_changes(d, world);
	world_unref(d->world);
	d->world = world;
}

int
apply_directory(struct daemon *d, struct directory *directory_given,
    struct instance *instance_given, bool accept, struct apply_held *held)
{
	_cleanup_directory_ struct directory *directory = directory_given;
	_cleanup_instance_ struct instance *instance = instance_given;
	_cleanup_world_ struct world *world = NULL;
	bool changed;
	int r;

	r = apply_check_instance(d, instance);
	if (r != 0)
		return r;
	if (instance == NULL && d->instance == NULL)
		return -ENODATA; /* nothing to bind it to: no decision can rest on it */
	if (apply_must_hold(d, directory, accept, held))
		return APPLY_E_HELD;
	r = apply_world(d, directory, instance != NULL ? instance : d->instance, &world);
	if (r != 0)
		return r;
	changed = d->directory == NULL || !directory_same(d->directory, directory) ||
		  (instance != NULL && d->instance != NULL &&
		      !instance_same(d->instance, instance));
	if (instance != NULL) {
		instance_free(d->instance);
		d->instance = base_take_ptr(&instance);
		audit_set_instance(d->audit, d->instance);
	}
	directory_unref(d->directory);
	d->directory = base_take_ptr(&directory);
	apply_take_world(d, base_take_ptr(&world));
	/* the ledger must be on disk before anybody can own a file under a new id */
	state_save(d, changed);
	return apply_publish(d);
}

int
apply_confirm(struct daemon *d, const struct instance *instance)
{
	int r = apply_check_instance(d, instance);

	if (r == 0 && d->fleet != NULL && d->directory == NULL)
		(void)fleet_load(d, instance); /* a publisher's, not another instance's */
	if (r == 0 && d->fleet != NULL && d->instance == NULL && d->directory != NULL)
		(void)instance_copy(instance, &d->instance);
	if (r == 0 && d->world == NULL)
		(void)apply_rebuild(d);
	return r;
}

bool
apply_lost_tags(const struct daemon *d, const struct net_result *result)
{
	return result->tags_error.code[0] != '\0' && !result->tags_error.denied &&
	       d->instance != NULL && d->instance->tags_state == INSTANCE_TAGS_KNOWN &&
	       strcmp(d->instance->id, result->instance->id) == 0;
}

int
apply_rebuild(struct daemon *d)
{
	_cleanup_world_ struct world *world = NULL;
	int r;

	if (d->directory == NULL || d->instance == NULL)
		return 0;
	r = apply_world(d, d->directory, d->instance, &world);
	if (r != 0)
		return log_error(r, "decisions could not be made again");
	apply_take_world(d, base_take_ptr(&world));
	state_save(d, false);
	return apply_publish(d);
}

void
apply_verified(struct daemon *d, int64_t wall_ms, int64_t boot_ms)
{
	/* the stamps alone may change in a directory that is in force */
	d->directory->verified_wall_ms = wall_ms;
	d->directory->verified_boot_ms = boot_ms;
	state_save(d, false);
	(void)apply_publish(d);
}

static void
apply_facts(const struct daemon *d, struct publish_facts *ret_facts)
{
	*ret_facts = (struct publish_facts){
		.fresh_s = d->effective_fresh_s,
		.grace_s = d->config->grace_s,
		.sudo_grace_s = d->config->sudo_grace_s,
		.enumerate = d->config->accounts.enumerate,
		.on_revoke = d->config->on_revoke,
		.session_manager = d->config->session_manager,
		.local = d->config->accounts.local,
		.break_glass = &d->config->accounts.break_glass,
		.shared = &d->config->accounts.shared,
		.verified_wall_ms = d->directory->verified_wall_ms,
		.verified_boot_ms = d->directory->verified_boot_ms,
	};
	memcpy(ret_facts->boot_id, d->boot_id, sizeof(ret_facts->boot_id));
}

static int
apply_put(struct publish_file *file, struct publish_bytes *bytes,
    const struct publish_facts *facts, uint64_t *ret_generation, bool *any_changed)
{
	bool changed = false;
	int r;

	r = publish_file_put(file, bytes, facts, ret_generation, &changed);
	*any_changed = *any_changed || changed;
	free(bytes->bytes);
	bytes->bytes = NULL;
	return r;
}

/*
 * The warden has something to do when the content is new, and when it was not fresh: then
 * it may have left a revocation for later. The flag says nothing but that; it is removed by
 * the warden, and one that stands already is one run.
 */
static void
apply_wake_warden(struct daemon *d, const struct publish_facts *facts, bool changed)
{
	_cleanup_close_ int fd = -1;
	struct clock_now now;
	int64_t age_ms;

	clock_read(&now);
	age_ms = freshness_age_ms(d->published_wall_ms, d->published_boot_ms, &now);
	d->published_wall_ms = facts->verified_wall_ms;
	d->published_boot_ms = facts->verified_boot_ms;
	if (!changed &&
	    freshness_state(age_ms, facts->fresh_s, facts->grace_s) == FRESHNESS_FRESH)
		return;
	fd = open(paths_warden_flag,
	    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	if (fd < 0)
		log_line(LOG_ERR, "%s: %m: the warden is not woken", paths_warden_flag);
}

int
apply_publish(struct daemon *d)
{
	struct publish_bytes bytes = { 0 };
	struct publish_facts facts;
	uint64_t keys_generation;
	bool changed = false;
	int r;

	if (d->world == NULL)
		return 0;
	apply_facts(d, &facts);
	r = publish_encode_keys(
	    d->world, d->keys, d->config, &facts, d->hash_seed, &bytes);
	if (r == 0)
		r = apply_put(d->keyfile, &bytes, &facts, &keys_generation, &changed);
	if (r == 0)
		r = publish_encode_snapshot(d->world, &facts, d->hash_seed, &bytes);
	if (r == 0)
		r = apply_put(d->snapshot, &bytes, &facts, &d->generation, &changed);
	if (r == 0)
		r = publish_doors(paths_doors, &facts);
	if (r != 0 && !d->cannot_publish)
		log_line(LOG_ERR,
		    "cannot publish (%s): what stands published stays in force",
		    r == PUBLISH_E_NO_ROOM ? "less than 4 x the size is free under /run"
		    : r == PUBLISH_E_TOO_LARGE ? "too large"
					       : strerror(-r));
	if (r == 0 && d->cannot_publish)
		log_line(LOG_NOTICE, "published again");
	d->cannot_publish = r != 0;
	publisher_changed(d);
	if (r == 0)
		apply_wake_warden(d, &facts, changed);
	return r > 0 ? -ENOSPC : r;
}

void
apply_fresh(struct daemon *d, uint32_t effective_fresh_s)
{
	if (effective_fresh_s == d->effective_fresh_s)
		return;
	d->effective_fresh_s = effective_fresh_s;
	(void)apply_publish(d);
}
