/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_daemon.c - the daemon's state, its role and permissions, the clock */
#include <stdlib.h>
#include <string.h>

#include "cli/doctor.h"
#include "cli/enable_conf.h"
#include "cli/output.h"

#define SKEW_WARN_S 60
#define SKEW_FAIL_S 240 /* AWS refuses signatures from 5 min on */

static void
check_scope(struct doctor *doctor)
{
	static const char *const wanted[][2] = { { "principals", "users" },
		{ "accounts", "break_glass" } };
	size_t i;

	for (i = 0; i < BASE_N(wanted); i++) {
		_cleanup_free_ char *value =
		    enable_conf_get(doctor_config(doctor), wanted[i][0], wanted[i][1]);

		if (value != NULL && value[0] != '\0')
			doctor_say(doctor, DOCTOR_OK, "scope", NULL, "[%s] %s = %s",
			    wanted[i][0], wanted[i][1], value);
		else
			doctor_say(doctor, DOCTOR_WARNING, "scope", "iamlogin enable",
			    "[%s] %s is empty", wanted[i][0], wanted[i][1]);
	}
}

static void
check_permissions(struct doctor *doctor)
{
	struct json_object *status = doctor_status(doctor);
	struct json_object *missing = output_array(status, "missing_permissions");
	struct json_object *credentials = output_field(status, "credentials");
	const char *source = output_string(status, "source");
	size_t i;

	if (source == NULL || strcmp(source, "file") == 0)
		return;
	if (credentials == NULL || output_string(credentials, "role") == NULL)
		doctor_say(doctor, DOCTOR_FAILED, "role",
		    "aws ec2 associate-iam-instance-profile --instance-id ID "
		    "--iam-instance-profile Name=NAME",
		    "this instance has no role, or its credentials cannot be read");
	else
		doctor_say(doctor, DOCTOR_OK, "role", NULL, "%s",
		    output_string(credentials, "role"));
	for (i = 0; i < output_length(missing); i++)
		doctor_say(doctor, DOCTOR_FAILED, "permission",
		    "iamlogin status --policy prints what the role needs",
		    "%s is missing",
		    json_object_get_string(json_object_array_get_idx(missing, i)));
	if (output_length(missing) == 0)
		doctor_say(doctor, DOCTOR_OK, "permission", NULL, "none was refused");
}

static void
check_clock(struct doctor *doctor)
{
	struct json_object *status = doctor_status(doctor);
	int64_t skew = output_number(status, "clock_skew_s", 0);
	enum doctor_level level = llabs(skew) >= SKEW_FAIL_S   ? DOCTOR_FAILED
				  : llabs(skew) >= SKEW_WARN_S ? DOCTOR_WARNING
							       : DOCTOR_OK;

	doctor_say(doctor, level, "clock",
	    level == DOCTOR_OK ? NULL
			       : "systemctl enable --now chronyd (169.254.169.123)",
	    "%lld s off AWS's", (long long)skew);
}

void
doctor_daemon(struct doctor *doctor)
{
	struct json_object *status = doctor_status(doctor);
	struct json_object *error = output_field(status, "last_error");
	const char *state = output_string(status, "state");

	check_scope(doctor);
	if (!doctor_is_up(doctor)) {
		doctor_say(doctor, DOCTOR_FAILED, "daemon",
		    "systemctl enable --now iamlogind; journalctl -u iamlogind",
		    "iamlogind does not answer; the files are %s",
		    state != NULL ? state : "EMPTY");
		return;
	}
	if (state != NULL && strcmp(state, "FRESH") == 0)
		doctor_say(doctor, DOCTOR_OK, "daemon", NULL, "answers, and is FRESH");
	else
		doctor_say(doctor,
		    state != NULL && strcmp(state, "STALE") == 0 ? DOCTOR_WARNING
								 : DOCTOR_FAILED,
		    "daemon", "iamlogin status tells what failed last",
		    "answers, and is %s", state != NULL ? state : "EMPTY");
	if (error != NULL && output_string(error, "what") != NULL)
		doctor_say(doctor, DOCTOR_WARNING, "daemon", "iamlogin refresh",
		    "the last error was: %s", output_string(error, "what"));
	check_permissions(doctor);
	check_clock(doctor);
}
