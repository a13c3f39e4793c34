/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_who.c - iamlogin who: the open sessions, and the person behind each
 *
 * Room: cli. From the files that PAM wrote (common/sessionfile.h); a file whose process has
 * ended is left out. Exit: 0; 1 when the files cannot be read.
 */
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "common/clock.h"
#include "common/paths.h"
#include "common/sessionfile.h"

#define FILES_MAX 65536

struct walk {
	struct json_object *sessions;
	bool failed; /* no memory */
};

static void
add_text(struct json_object *object, const char *key, const char *text)
{
	(void)json_object_object_add(
	    object, key, text[0] != '\0' ? json_object_new_string(text) : NULL);
}

static struct json_object *
session_json(const struct sessionfile *file)
{
	struct json_object *json = json_object_new_object();
	struct json_object *person = json_object_new_object();
	struct json_object *key = json_object_new_object();
	time_t since = (time_t)(file->opened_wall_ms / 1000);
	char time_text[32] = "";
	struct clock_now now;
	struct tm tm;

	clock_read(&now);
	if (gmtime_r(&since, &tm) != NULL)
		(void)strftime(time_text, sizeof(time_text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	add_text(json, "account", file->account);
	(void)json_object_object_add(json, "uid", json_object_new_int64(file->uid));
	add_text(person, "kind", file->kind);
	add_text(person, "id", file->id);
	add_text(person, "arn", file->arn);
	add_text(person, "name", file->name);
	(void)json_object_object_add(
	    json, "person", file->id[0] != '\0' ? json_object_get(person) : NULL);
	json_object_put(person);
	add_text(key, "type", file->key_type);
	add_text(key, "fingerprint", file->fingerprint);
	(void)json_object_object_add(
	    json, "key", file->fingerprint[0] != '\0' ? json_object_get(key) : NULL);
	json_object_put(key);
	add_text(json, "via", file->via);
	add_text(json, "since", time_text);
	(void)json_object_object_add(json, "age_s",
	    json_object_new_int64((now.wall_ms - file->opened_wall_ms) / 1000));
	add_text(json, "rhost", file->rhost);
	add_text(json, "tty", file->tty);
	add_text(json, "tunnel", file->tunnel);
	add_text(json, "service", file->service);
	(void)json_object_object_add(json, "session",
	    file->session >= 0 ? json_object_new_int64(file->session) : NULL);
	(void)json_object_object_add(json, "pid", json_object_new_int64(file->pid));
	if (file->violation != 0)
		(void)json_object_object_add(
		    json, "violation", json_object_new_boolean(true));
	return json;
}

static bool
take(const char *name, const struct sessionfile *file, void *data)
{
	struct walk *walk = data;
	struct json_object *json;

	(void)name;
	/* what cannot be known is shown: hiding a session would be worse */
	if (sessionfile_check(file) == SESSIONFILE_E_GONE)
		return true;
	json = session_json(file);
	walk->failed = json == NULL || json_object_array_add(walk->sessions, json) != 0;
	return !walk->failed;
}

static int
by_time(const void *a, const void *b)
{
	struct json_object *const *left = a, *const *right = b;
	int64_t older = output_number(*left, "age_s", 0);
	int64_t younger = output_number(*right, "age_s", 0);

	return older > younger ? -1 : older < younger;
}

static void
print_session(struct json_object *session)
{
	struct json_object *person = output_field(session, "person");
	struct json_object *key = output_field(session, "key");
	const char *name = output_string(person, "name");

	output_cell(output_string(session, "account"), 12);
	output_cell(name != NULL ? name : output_string(person, "id"), 16);
	output_cell(output_string(session, "since"), 20);
	output_cell(output_string(session, "rhost"), 15);
	output_cell(output_string(session, "tty"), 6);
	output_cell(output_string(session, "service"), 7);
	output_cell(output_string(session, "via"), 8);
	output_text(output_string(key, "fingerprint"));
	(void)putchar('\n');
}

int
cmd_who(const struct cli *cli)
{
	_cleanup_json_ struct json_object *sessions = json_object_new_array();
	struct walk walk = { .sessions = sessions };
	size_t i;
	int r;

	r = sessionfile_each(paths_sessions, FILES_MAX, take, &walk);
	if (r == -EACCES) {
		output_error("who: only root may read %s", paths_sessions);
		return CLI_NOT_ROOT;
	}
	if (r != 0 || walk.failed) {
		output_error("%s: %s", paths_sessions,
		    walk.failed ? strerror(ENOMEM)
		    : r < 0     ? strerror(-r)
				: "others than root may write to it");
		return WHO_FAILED;
	}
	json_object_array_sort(sessions, by_time);
	if (cli->json) {
		output_json(sessions);
		return CLI_OK;
	}
	output_cell("ACCOUNT", 12);
	output_cell("PERSON", 16);
	output_cell("SINCE", 20);
	output_cell("FROM", 15);
	output_cell("TTY", 6);
	output_cell("SERVICE", 7);
	output_cell("VIA", 8);
	output_text("KEY");
	(void)putchar('\n');
	for (i = 0; i < output_length(sessions); i++)
		print_session(json_object_array_get_idx(sessions, i));
	return CLI_OK;
}
