/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files_explain.c - see files.h: explain and keys
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/files.h"
#include "cli/files_json.h"
#include "cli/output.h"
#include "common/keysfile.h"
#include "common/paths.h"
#include "common/record.h"
#include "common/sshkey.h"
#include "common/verdict.h"

static const char *
name_of(const struct snapshot_user *user)
{
	return user->strings + user->offset[SNAPSHOT_NAME];
}

static bool
person_is(const struct keysfile_person *person, const char *query)
{
	return strcmp(person->name, query) == 0 || strcmp(person->arn, query) == 0 ||
	       strcmp(person->unique_id, query) == 0;
}

/* Does one of the people behind the account answer to this name? */
static bool
is_claimed_by(const struct published *keys, const char *account, const char *query)
{
	struct keysfile_person person;
	struct keysfile_claim claim;
	uint32_t n;

	for (n = 0; keysfile_claim_by_account(keys, account, n, &claim) == 0; n++)
		if (keysfile_person_at(keys, claim.person, &person) == 0 &&
		    person_is(&person, query))
			return true;
	return false;
}

/* In the order of formats.md 5: OS account first, then IAM name, ARN or unique id. */
static bool
find_user(const struct published *file, const struct published *keys, const char *query,
    struct snapshot_user *ret_user)
{
	struct snapshot_user user;
	uint32_t n;
	int r;

	if (snapshot_user_by_name(file, query, ret_user) == 0)
		return true;
	for (n = 0; (r = snapshot_user_at(file, n, &user)) != PUBLISHED_E_NOTFOUND; n++) {
		if (r != 0)
			continue;
		/* the snapshot itself has the unique id, in gecos */
		if (strcmp(user.strings + user.offset[SNAPSHOT_GECOS], query) == 0 ||
		    (keys != NULL && is_claimed_by(keys, name_of(&user), query))) {
			*ret_user = user;
			return true;
		}
	}
	return false;
}

static struct json_object *
key_json(const struct keysfile_key *key, const struct clock_now *now)
{
	struct json_object *object = json_object_new_object();
	bool is_over = key->expires_wall_ms != 0 && key->expires_wall_ms <= now->wall_ms;
	char fingerprint[51];

	record_fingerprint(key->sha256, fingerprint);
	files_add_text(object, "type", key->type);
	files_add_text(object, "fingerprint", fingerprint);
	files_add_text(object, "source", keysfile_source_name(key->source));
	files_add_text(object, "status", is_over ? "Expired" : "Active");
	files_add_age(object, "checked_age_s",
	    freshness_age_ms(key->checked_wall_ms, key->checked_boot_ms, now));
	return object;
}

static struct json_object *
person_json(const struct published *keys, const struct keysfile_claim *claim)
{
	struct json_object *object, *list = json_object_new_array();
	struct keysfile_person person;
	struct keysfile_key key;
	struct clock_now now;
	uint32_t n;

	if (keysfile_person_at(keys, claim->person, &person) != 0) {
		json_object_put(list);
		return NULL;
	}
	clock_read(&now);
	for (n = 0; keysfile_key_of(keys, &person, n, &key) == 0; n++)
		(void)json_object_array_add(list, key_json(&key, &now));
	object = json_object_new_object();
	files_add_text(object, "arn", person.arn);
	files_add_text(object, "id", person.unique_id);
	files_add_text(object, "kind", keysfile_kind_name(person.kind));
	files_add_text(object, "name", person.name);
	files_add(object, "mapping", NULL);
	files_add(object, "claim", NULL);
	files_add(object, "keys", list);
	files_add(object, "services", json_object_new_object());
	return object;
}

static struct json_object *
people_json(const struct published *keys, const char *account)
{
	struct json_object *people = json_object_new_array(), *person;
	struct keysfile_claim claim;
	uint32_t n;

	for (n = 0;
	     keys != NULL && keysfile_claim_by_account(keys, account, n, &claim) == 0;
	     n++) {
		person = person_json(keys, &claim);
		if (person != NULL)
			(void)json_object_array_add(people, person);
	}
	return people;
}

static void
add_verdict(
    struct json_object *object, const struct snapshot_user *user, enum freshness state)
{
	const uint32_t bit = 1u << SNAPSHOT_SERVICE_LOGIN;
	enum verdict verdict = VERDICT_ALLOW;
	enum verdict_reason reason = REASON_RULE_ALLOWS;
	int code = CLI_OK;

	if ((user->flags & USER_RETIRED) != 0) {
		verdict = VERDICT_DENY;
		reason = REASON_WITHDRAWN;
	} else if (state != FRESHNESS_FRESH && state != FRESHNESS_STALE) {
		verdict = VERDICT_UNKNOWN;
		reason = REASON_DATA_EXPIRED;
	} else if ((user->known_mask & bit) == 0) {
		verdict = VERDICT_UNKNOWN;
		reason = REASON_NOT_KNOWABLE;
	} else if ((user->allow_mask & bit) == 0) {
		verdict = VERDICT_DENY;
		reason = REASON_NO_RULE;
	}
	if (verdict != VERDICT_ALLOW)
		code = verdict == VERDICT_DENY ? EXPLAIN_DENIED : EXPLAIN_UNKNOWN;
	files_add_text(object, "verdict", verdict_name(verdict));
	files_add_text(object, "reason", verdict_reason_name(reason));
	files_add_number(object, "exit", code);
}

int
files_explain(const char *query, struct json_object **ret_json)
{
	_cleanup_published_ struct published *file = NULL;
	_cleanup_published_ struct published *keys = NULL;
	struct json_object *object, *hints;
	struct snapshot_user user;
	struct clock_now now;
	enum freshness state;
	int64_t age_ms;
	int r;

	r = files_open_snapshot(&file);
	if (r != 0)
		return r;
	keys = files_open_keys();
	if (!find_user(file, keys, query, &user))
		return PUBLISHED_E_NOTFOUND;
	clock_read(&now);
	age_ms = snapshot_age_ms(&user, &now);
	state = freshness_state(age_ms, file->fresh_s, file->grace_s);

	object = json_object_new_object();
	files_add_number(object, "v", 1);
	files_add_text(object, "query", query);
	add_verdict(object, &user, state);
	files_add(object, "account", files_account(file, &user));
	files_add(object, "people", people_json(keys, name_of(&user)));
	files_add_text(object, "state", freshness_name(state));
	files_add_age(object, "age_s", age_ms);
	hints = json_object_new_array();
	(void)json_object_array_add(
	    hints, json_object_new_string(
		       "the daemon is silent: rules and refused people are not in "
		       "the files"));
	files_add(object, "hints", hints);
	*ret_json = object;
	return 0;
}

static void
add_keys(struct json_object *list, const struct published *keys, uint32_t record)
{
	struct keysfile_person person;
	struct keysfile_key key;
	struct json_object *object;
	char line[SSHKEY_LINE_SIZE];
	struct clock_now now;
	uint32_t n;

	clock_read(&now);
	if (keysfile_person_at(keys, record, &person) != 0)
		return;
	for (n = 0; keysfile_key_of(keys, &person, n, &key) == 0; n++) {
		if (sshkey_format(key.type, key.blob, key.blob_len, line, sizeof(line)) <
		    0)
			continue;
		object = key_json(&key, &now);
		json_object_object_del(object, "checked_age_s");
		files_add_text(object, "line", line);
		files_add_text(object, "person", person.arn);
		(void)json_object_array_add(list, object);
	}
}

struct json_object *
files_keys(const char *account)
{
	_cleanup_published_ struct published *keys = files_open_keys();
	struct json_object *list;
	struct keysfile_claim claim;
	uint32_t n;

	if (keys == NULL) {
		output_error("%s: no key file can be read", paths_keys);
		return NULL;
	}
	list = json_object_new_array();
	for (n = 0; keysfile_claim_by_account(keys, account, n, &claim) == 0; n++)
		add_keys(list, keys, claim.person);
	return list;
}
