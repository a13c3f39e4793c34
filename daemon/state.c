/* SPDX-License-Identifier: Apache-2.0 */
/* state.c - the files under /var/lib/iamlogin; contract in state.h */
#include <string.h>

#include <json-c/json.h>

#include "common/paths.h"
#include "daemon/directory_json.h"
#include "daemon/fleet.h"
#include "daemon/log.h"
#include "daemon/state.h"
#include "daemon/statefile.h"

#define STATE_PATH_SIZE 512 /* the directory is compiled in, the names are ours */

struct state_path {
	char text[STATE_PATH_SIZE];
};

static struct state_path
state_path(const char *name)
{
	struct state_path path;

	(void)snprintf(path.text, sizeof(path.text), "%s/%s", paths_state_dir, name);
	return path;
}

/* Replaces a file by what @write puts into the stream. */
static int
state_replace(
    const char *name, int (*write)(const struct daemon *, FILE *), const struct daemon *d)
{
	struct state_path path = state_path(name);
	FILE *stream = NULL;
	int r = statefile_begin(path.text, &stream);

	if (r != 0)
		return r;
	r = write(d, stream);
	if (r == 0)
		return statefile_commit(path.text, stream);
	(void)fclose(stream); /* the next begin removes what lies there */
	return r;
}

static int
state_write_directory(const struct daemon *d, FILE *stream)
{
	return directory_json_write(d->directory, stream);
}

static void
state_hex(const uint8_t *bytes, size_t n, char *ret)
{
	for (size_t i = 0; i < n; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
}

static struct json_object *
state_tags(const struct instance *instance)
{
	struct json_object *tags = json_object_new_array();

	for (size_t i = 0; i < instance->n_tags; i++) {
		struct json_object *tag = json_object_new_object();

		json_object_object_add(
		    tag, "Key", json_object_new_string(instance->tags[i].key));
		json_object_object_add(
		    tag, "Value", json_object_new_string(instance->tags[i].value));
		json_object_array_add(tags, tag);
	}
	return tags;
}

static int
state_write_facts(const struct daemon *d, FILE *stream)
{
	struct json_object *o = json_object_new_object();
	char boot[33];
	int r;

	state_hex(d->boot_id, sizeof(d->boot_id), boot);
	json_object_object_add(o, "v", json_object_new_int(1));
	json_object_object_add(o, "instance", json_object_new_string(d->instance->id));
	json_object_object_add(
	    o, "account", json_object_new_string(d->instance->account));
	json_object_object_add(o, "region", json_object_new_string(d->instance->region));
	json_object_object_add(
	    o, "partition", json_object_new_string(d->instance->partition));
	json_object_object_add(o, "tags_known",
	    json_object_new_boolean(d->instance->tags_state == INSTANCE_TAGS_KNOWN));
	json_object_object_add(o, "tags", state_tags(d->instance));
	json_object_object_add(o, "boot", json_object_new_string(boot));
	json_object_object_add(
	    o, "verified_wall_ms", json_object_new_int64(d->directory->verified_wall_ms));
	json_object_object_add(
	    o, "verified_boot_ms", json_object_new_int64(d->directory->verified_boot_ms));
	r = fprintf(
	    stream, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY));
	json_object_put(o);
	return r < 0 ? -EIO : 0;
}

static const char *
state_text(struct json_object *o, const char *name)
{
	const char *text = statefile_text(o, name);

	return text != NULL ? text : "";
}

static int64_t
state_number(struct json_object *o, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(o, name, &value) ? json_object_get_int64(value)
							  : 0;
}

static int
state_parse_instance(struct json_object *o, struct instance **ret_instance)
{
	_cleanup_instance_ struct instance *instance = NULL;
	struct json_object *tags = NULL;
	int r = instance_new(&instance);

	if (r != 0)
		return r;
	(void)snprintf(
	    instance->id, sizeof(instance->id), "%s", state_text(o, "instance"));
	(void)snprintf(
	    instance->account, sizeof(instance->account), "%s", state_text(o, "account"));
	(void)snprintf(
	    instance->region, sizeof(instance->region), "%s", state_text(o, "region"));
	(void)snprintf(instance->partition, sizeof(instance->partition), "%s",
	    state_text(o, "partition"));
	instance->tags_state = state_number(o, "tags_known") != 0 ? INSTANCE_TAGS_KNOWN
								  : INSTANCE_TAGS_UNKNOWN;
	instance->tags_hint = "the instance's tags were not known when last asked";
	if (!json_object_object_get_ex(o, "tags", &tags) ||
	    !json_object_is_type(tags, json_type_array))
		return -EINVAL;
	for (size_t i = 0; r == 0 && i < json_object_array_length(tags); i++) {
		struct json_object *tag = json_object_array_get_idx(tags, i);

		r = instance_add_tag(
		    instance, state_text(tag, "Key"), state_text(tag, "Value"));
	}
	if (r == 0)
		*ret_instance = base_take_ptr(&instance);
	return r;
}

/*
 * The boot clock of another boot says nothing now: such a directory is as old as the wall
 * clock says, expressed on the present boot clock, so that a step back makes it no younger.
 */
static void
state_stamp(struct directory *directory, struct json_object *o, bool same_boot)
{
	struct clock_now now;

	clock_read(&now);
	directory->verified_wall_ms = state_number(o, "verified_wall_ms");
	directory->verified_boot_ms = state_number(o, "verified_boot_ms");
	if (!same_boot) {
		int64_t age = now.wall_ms - directory->verified_wall_ms;

		directory->verified_boot_ms = now.boot_ms - (age > 0 ? age : 0);
	}
}

static int
state_load_directory(struct daemon *d, bool *ret_same_boot)
{
	_cleanup_statefile_ struct json_object *o = NULL;
	_cleanup_free_ char *bytes = NULL;
	_cleanup_directory_ struct directory *directory = NULL;
	_cleanup_instance_ struct instance *instance = NULL;
	char why[256] = "", boot[33];
	size_t len = 0;
	int r;

	r = statefile_read(state_path("state.json").text, &o);
	if (r == 0)
		r = statefile_bytes(
		    state_path("directory.json").text, DIRECTORY_JSON_MAX, &bytes, &len);
	if (r == 0)
		r = directory_json_parse(bytes, len, &directory, why);
	if (r == 0)
		r = state_parse_instance(o, &instance);
	if (r != 0)
		return r > 0 ? -EINVAL : r;
	state_hex(d->boot_id, sizeof(d->boot_id), boot);
	*ret_same_boot = strcmp(boot, state_text(o, "boot")) == 0;
	state_stamp(directory, o, *ret_same_boot);
	(void)snprintf(
	    directory->account, sizeof(directory->account), "%s", instance->account);
	d->directory = base_take_ptr(&directory);
	d->instance = base_take_ptr(&instance);
	return 0;
}

/* kind = s3: people come from the manifest and its blob, the instance from here. */
static int
state_load_instance(struct daemon *d, bool *ret_same_boot)
{
	_cleanup_statefile_ struct json_object *o = NULL;
	char boot[33];
	int r = statefile_read(state_path("state.json").text, &o);

	if (r == 0)
		r = state_parse_instance(o, &d->instance);
	if (r == 0) {
		state_hex(d->boot_id, sizeof(d->boot_id), boot);
		*ret_same_boot = strcmp(boot, state_text(o, "boot")) == 0;
	}
	(void)fleet_load(d, d->instance);
	return r;
}

int
state_load(struct daemon *d, bool *ret_same_boot)
{
	struct state_path ledger = state_path("ledger.json");
	int r;

	*ret_same_boot = false;
	r = idmap_load(d->ids, ledger.text);
	if (r != 0) {
		log_line(LOG_CRIT,
		    "%s: damaged: ids could change, so nothing starts; restore it from a backup, "
		    "or remove it if no file on this instance belongs to anybody from IAM",
		    ledger.text);
		return -EUCLEAN;
	}
	if (d->config->source == CONFIG_SOURCE_FILE)
		return 0;
	r = keystore_load(d->keys, state_path("keys.json").text);
	if (r != 0)
		log_line(LOG_WARNING, "%s: cannot be read, keys are asked for again",
		    state_path("keys.json").text);
	r = d->fleet != NULL ? state_load_instance(d, ret_same_boot)
			     : state_load_directory(d, ret_same_boot);
	if (r == -ENOMEM)
		return r;
	if (r != 0 && r != -ENOENT)
		log_error(
		    r, "the last good directory in %s is not usable", paths_state_dir);
	return 0;
}

void
state_save(struct daemon *d, bool directory_changed)
{
	int r = 0;

	if (idmap_is_dirty(d->ids))
		r = idmap_save(d->ids, state_path("ledger.json").text);
	if (r != 0)
		log_error(r, "%s", state_path("ledger.json").text);
	if (d->config->source == CONFIG_SOURCE_FILE || d->directory == NULL ||
	    d->instance == NULL)
		return;
	if (directory_changed && d->fleet == NULL) {
		r = state_replace("directory.json", state_write_directory, d);
		if (r != 0) {
			log_error(r, "%s", state_path("directory.json").text);
			return; /* fresh stamps must not stand beside an old directory */
		}
	}
	r = state_replace("state.json", state_write_facts, d);
	if (r != 0)
		log_error(r, "%s", state_path("state.json").text);
}

void
state_save_keys(struct daemon *d)
{
	int r = keystore_save(d->keys, state_path("keys.json").text);

	if (r != 0)
		log_error(r, "%s", state_path("keys.json").text);
}

void
state_drop(struct daemon *d)
{
	struct keystore *empty = NULL;

	/* state.json first: without it the other two are never believed */
	(void)unlink(state_path("state.json").text);
	(void)unlink(state_path("directory.json").text);
	(void)unlink(state_path("keys.json").text);
	(void)unlink(state_path("verdicts.json").text);
	if (keystore_new(&empty) == 0) {
		keystore_free(d->keys);
		d->keys = empty;
	}
	world_unref(d->world);
	d->world = NULL;
	directory_unref(d->directory);
	d->directory = NULL;
	instance_free(d->instance);
	d->instance = NULL;
}
