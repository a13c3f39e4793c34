/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_units.c - our systemd units: enabled for the next boot, and alive in this one */
#include <stdlib.h>
#include <string.h>

#include "cli/doctor.h"
#include "cli/run.h"

/* the last ones' loss leaves revoked sessions open, but nobody out and nobody in */
static const struct {
	const char *name;
	enum doctor_level worst;
	const char *mend;
} units[] = {
	/* the daemon wants its socket, which does not start below a running daemon */
	{ "iamlogind.socket", DOCTOR_FAILED,
	    "systemctl stop iamlogind.service; systemctl start iamlogind.service" },
	{ "iamlogind.service", DOCTOR_FAILED,
	    "journalctl -u iamlogind tells why; systemctl restart iamlogind.service" },
	{ "iamlogin-warden.path", DOCTOR_WARNING,
	    "systemctl restart iamlogin-warden.path" },
	{ "iamlogin-warden-sessions.service", DOCTOR_WARNING,
	    "systemctl restart iamlogin-warden-sessions.service" },
};

/* is_state() - has this unit the property "NAME=VALUE\n" in what `systemctl show` said? */
static bool
is_state(const char *shown, const char *property)
{
	return strstr(shown, property) != NULL;
}

/* Return: false when something was found */
static bool
check_boot(struct doctor *doctor, size_t i, const char *shown)
{
	bool is_masked = is_state(shown, "=masked\n");
	char mend[160];

	if (is_state(shown, "UnitFileState=enabled"))
		return true;
	if (is_state(shown, "LoadState=not-found")) {
		doctor_say(doctor, DOCTOR_WARNING, "units",
		    "systemctl daemon-reload, or install the package again",
		    "systemd knows no %s", units[i].name);
		return false;
	}
	(void)snprintf(mend, sizeof(mend), "%s%s%ssystemctl enable --now %s",
	    is_masked ? "systemctl unmask " : "", is_masked ? units[i].name : "",
	    is_masked ? "; " : "", units[i].name);
	doctor_say(doctor, units[i].worst, "units", mend, "%s is %s: no boot starts it",
	    units[i].name, is_masked ? "masked" : "not enabled");
	return false;
}

static bool
check_now(struct doctor *doctor, size_t i, const char *shown)
{
	const char *seen = is_state(shown, "ActiveState=failed")       ? "has failed"
			   : is_state(shown, "ActiveState=activating") ? "does not start"
								       : "is not running";

	if (is_state(shown, "ActiveState=active"))
		return true;
	doctor_say(
	    doctor, units[i].worst, "units", units[i].mend, "%s %s", units[i].name, seen);
	return false;
}

/* An image that is being built: links can be asked about, nothing else. */
static void
check_image(struct doctor *doctor)
{
	bool is_all = true;
	size_t i;

	for (i = 0; i < BASE_N(units); i++) {
		const char *const asks[] = { "systemctl", "is-enabled", "--quiet",
			units[i].name, NULL };

		if (run(asks, NULL) == 0)
			continue;
		is_all = false;
		doctor_say(doctor, DOCTOR_WARNING, "units", "iamlogin enable",
		    "%s is not enabled: no boot starts it", units[i].name);
	}
	if (is_all)
		doctor_say(doctor, DOCTOR_OK, "units", NULL,
		    "enabled: the daemon, its socket, and the warden's");
}

void
doctor_units(struct doctor *doctor)
{
	bool is_all = true;
	size_t i;

	if (!run_exists("systemctl")) {
		doctor_say(doctor, DOCTOR_OK, "units", NULL,
		    "no systemd here: iamlogind(8) says what else starts it");
		return;
	}
	if (!run_has_systemd()) {
		check_image(doctor);
		return;
	}
	for (i = 0; i < BASE_N(units); i++) {
		const char *const asks[] = { "systemctl", "show", "--property",
			"LoadState,UnitFileState,ActiveState", units[i].name, NULL };
		_cleanup_free_ char *shown = NULL;

		if (run(asks, &shown) != 0 || shown == NULL) {
			doctor_say(doctor, DOCTOR_WARNING, "units", "systemctl status",
			    "systemd does not answer about %s", units[i].name);
			is_all = false;
		} else {
			is_all = check_boot(doctor, i, shown) && is_all;
			is_all = check_now(doctor, i, shown) && is_all;
		}
	}
	if (is_all)
		doctor_say(doctor, DOCTOR_OK, "units", NULL,
		    "enabled and alive: the daemon, its socket, and the warden's");
}
