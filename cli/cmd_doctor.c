/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_doctor.c - iamlogin doctor [--bypass]: the frame, and the table of checks
 *
 * Room: cli. For root. Exit: 0 ok, 1 warnings, 2 failed.
 */
#include <stdarg.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/doctor.h"
#include "cli/files.h"
#include "cli/output.h"
#include "cli/request.h"
#include "cli/rewrite.h"
#include "common/paths.h"
#include "common/wire.h"

struct doctor {
	bool is_json, is_up;
	enum doctor_level worst;
	struct json_object *lines; /* with is_json */
	struct json_object *status, *users;
	char *config;
};

static void (*const checks[])(struct doctor *) = { doctor_daemon, doctor_units,
	doctor_imds, doctor_nsswitch, doctor_names, doctor_pam, doctor_sshd,
	doctor_stray_keys, doctor_sudo, doctor_selinux, doctor_session_manager };
static void (*const bypass_checks[])(struct doctor *) = { doctor_bypass_sshd,
	doctor_bypass_accounts, doctor_bypass_services };

static const char *const level_names[] = { "ok", "warning", "failed" };

void
doctor_say(struct doctor *doctor, enum doctor_level level, const char *check,
    const char *remedy, const char *format, ...)
{
	struct json_object *line;
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (level > doctor->worst)
		doctor->worst = level;
	if (!doctor->is_json) {
		(void)printf("%-8s %-14s ", level_names[level], check);
		output_text(text);
		(void)putchar('\n');
		if (remedy != NULL)
			(void)printf("%-24s-> %s\n", "", remedy);
		return;
	}
	line = json_object_new_object();
	json_object_object_add(line, "check", json_object_new_string(check));
	json_object_object_add(line, "level", json_object_new_string(level_names[level]));
	json_object_object_add(line, "text", json_object_new_string(text));
	json_object_object_add(
	    line, "remedy", remedy != NULL ? json_object_new_string(remedy) : NULL);
	json_object_array_add(doctor->lines, line);
}

struct json_object *
doctor_status(const struct doctor *doctor)
{
	return doctor->status;
}

bool
doctor_is_up(const struct doctor *doctor)
{
	return doctor->is_up;
}

struct json_object *
doctor_users(const struct doctor *doctor)
{
	return doctor->users;
}

const char *
doctor_config(const struct doctor *doctor)
{
	return doctor->config != NULL ? doctor->config : "";
}

static void
gather(struct doctor *doctor)
{
	const struct request request = { .op = WIRE_STATUS, .wait_ms = REQUEST_MS };
	_cleanup_reply_ struct request_reply reply = { .json = NULL };

	doctor->is_up = request_json(&request, &reply) == 0 && reply.json != NULL;
	doctor->status = doctor->is_up ? json_object_get(reply.json) : files_status();
	if (access(paths_snapshot, R_OK) == 0)
		doctor->users = files_users();
	(void)rewrite_read(paths_config, &doctor->config);
	if (doctor->is_json)
		doctor->lines = json_object_new_array();
}

static void
print_json(struct doctor *doctor)
{
	_cleanup_json_ struct json_object *all = json_object_new_object();

	json_object_object_add(all, "v", json_object_new_int(1));
	json_object_object_add(all, "exit", json_object_new_int((int)doctor->worst));
	json_object_object_add(all, "checks", json_object_get(doctor->lines));
	output_json(all);
}

int
cmd_doctor(const struct cli *cli)
{
	struct doctor doctor = { .worst = DOCTOR_OK };
	bool is_bypass = false;
	size_t i;
	int n;

	for (n = 0; n < cli->n_args; n++) {
		if (strcmp(cli->args[n], "--bypass") == 0) {
			is_bypass = true;
		} else if (strcmp(cli->args[n], "--json") == 0) {
			doctor.is_json = true;
		} else {
			output_error("usage: iamlogin doctor [--bypass] [--json]");
			return CLI_USAGE;
		}
	}
	if (geteuid() != 0)
		return request_denied();
	gather(&doctor);
	for (i = 0; !is_bypass && i < BASE_N(checks); i++)
		checks[i](&doctor);
	for (i = 0; is_bypass && i < BASE_N(bypass_checks); i++)
		bypass_checks[i](&doctor);
	if (doctor.is_json)
		print_json(&doctor);
	json_object_put(doctor.lines);
	json_object_put(doctor.status);
	json_object_put(doctor.users);
	free(doctor.config);
	return (int)doctor.worst;
}
