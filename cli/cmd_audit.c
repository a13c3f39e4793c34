/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit.c - iamlogin audit verify|show [FILE]
 *
 * Room: cli. Exit: 0; 1 when the chain is broken or a file cannot be read.
 */
#include <string.h>

#include "cli/audit_chain.h"
#include "cli/cli.h"
#include "cli/output.h"

static const char default_file[] = IAMLOGIN_LOGDIR "/audit.jsonl";

static int
verify(const struct cli *cli, const char *path, FILE *stream)
{
	struct json_object *json;
	struct audit_chain chain;
	int r;

	r = audit_chain_check(stream, &chain);
	if (r != 0) {
		output_error("%s: %s", path, strerror(-r));
		return AUDIT_BROKEN;
	}
	r = chain.wrong[0] == '\0' ? CLI_OK : AUDIT_BROKEN;
	if (cli->json) {
		json = json_object_new_object();
		(void)json_object_object_add(
		    json, "ok", json_object_new_boolean(r == CLI_OK));
		(void)json_object_object_add(
		    json, "records", json_object_new_int64((int64_t)chain.lines));
		(void)json_object_object_add(
		    json, "first_seq", json_object_new_int64(chain.first_seq));
		(void)json_object_object_add(
		    json, "last_seq", json_object_new_int64(chain.last_seq));
		(void)json_object_object_add(
		    json, "continues", json_object_new_boolean(chain.continues));
		(void)json_object_object_add(
		    json, "torn", json_object_new_int64((int64_t)chain.torn));
		(void)json_object_object_add(json, "wrong",
		    r == CLI_OK ? NULL : json_object_new_string(chain.wrong));
		output_json(json);
		json_object_put(json);
		return r;
	}
	if (r != CLI_OK) {
		output_error("%s: line %llu %s", path,
		    (unsigned long long)(chain.lines + chain.torn) + 1, chain.wrong);
		return r;
	}
	(void)printf("ok: %llu records", (unsigned long long)chain.lines);
	if (chain.lines > 0)
		(void)printf(", %lld..%lld", (long long)chain.first_seq,
		    (long long)chain.last_seq);
	if (chain.torn > 0)
		(void)printf(
		    ", %llu torn lines accounted for", (unsigned long long)chain.torn);
	(void)printf("%s\n", chain.continues ? " (goes on from an older file)" : "");
	return CLI_OK;
}

static void
show_record(struct json_object *record)
{
	struct json_object *person = output_field(record, "person");
	struct json_object *key = output_field(record, "key");
	const char *rule = output_string(record, "rule");
	int64_t age_s = output_number(record, "age_s", -1);
	const char *name = output_string(person, "name");

	output_cell(output_string(record, "time"), 24);
	output_cell(output_string(record, "event"), 9);
	output_cell(output_string(record, "verdict"), 8);
	output_cell(output_string(record, "account"), 12);
	output_cell(name != NULL ? name : output_string(person, "id"), 12);
	output_text(output_string(record, "reason"));
	if (rule != NULL) {
		(void)fputs("  ", stdout);
		output_text(rule);
	}
	if (output_string(key, "fingerprint") != NULL) {
		(void)fputs("  ", stdout);
		output_text(output_string(key, "fingerprint"));
	}
	if (age_s >= 0) {
		(void)fputs("  age ", stdout);
		output_age(age_s);
	}
	(void)putchar('\n');
}

static int
show(const struct cli *cli, const char *path, FILE *stream)
{
	_cleanup_free_ char *line = NULL;
	struct json_object *record;
	unsigned long long number = 0;
	size_t size = 0;
	int code = CLI_OK;

	while (getline(&line, &size, stream) > 0) {
		number++;
		record = json_tokener_parse(line);
		if (!json_object_is_type(record, json_type_object)) {
			output_error("%s: line %llu is no record", path, number);
			code = AUDIT_BROKEN;
		} else if (cli->json) {
			(void)puts(json_object_to_json_string_ext(record,
			    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		} else {
			show_record(record);
		}
		json_object_put(record);
	}
	return ferror(stream) ? AUDIT_BROKEN : code;
}

int
cmd_audit(const struct cli *cli)
{
	const char *path = cli->n_args > 1 ? cli->args[1] : default_file;
	_cleanup_fclose_ FILE *stream = NULL;
	bool is_verify = strcmp(cli->args[0], "verify") == 0;

	if (!is_verify && strcmp(cli->args[0], "show") != 0) {
		output_error("usage: iamlogin audit verify|show [FILE]");
		return CLI_USAGE;
	}
	stream = fopen(path, "re");
	if (stream == NULL) {
		output_error("%s: %s", path, strerror(errno));
		return AUDIT_BROKEN;
	}
	return is_verify ? verify(cli, path, stream) : show(cli, path, stream);
}
