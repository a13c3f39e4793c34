/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor.h - the lines of `iamlogin doctor`, and the checks that say them
 *
 * Room: cli. A check looks at one thing, says at least one line about it, changes nothing, and
 * takes at most some seconds. A line that is not ok has the exact remedy: a command, or a line
 * and the file where it goes.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stdbool.h>

#include "common/base.h"

enum doctor_level {
	DOCTOR_OK = 0,
	DOCTOR_WARNING,
	DOCTOR_FAILED,
};

struct doctor;

/**
 * doctor_say() - one line
 * @check: the thing, one word ("nsswitch")
 * @remedy: NULL when ok; else what closes it
 */
void doctor_say(struct doctor *doctor, enum doctor_level level, const char *check,
    const char *remedy, const char *format, ...) BASE_PRINTF(5, 6);

/** doctor_status() - the daemon's STATUS, or what the files say; never NULL; borrowed */
struct json_object *doctor_status(const struct doctor *doctor);

/** doctor_is_up() - did the daemon itself answer? */
bool doctor_is_up(const struct doctor *doctor);

/** doctor_users() - as `iamlogin users --json`: an array, or NULL; borrowed */
struct json_object *doctor_users(const struct doctor *doctor);

/** doctor_config() - the text of iamlogin.conf, "" when it cannot be read; borrowed */
const char *doctor_config(const struct doctor *doctor);

/* Prerequisites. */
void doctor_daemon(struct doctor *doctor); /* state, credentials, permissions, clock */
void doctor_units(struct doctor *doctor);  /* enabled, and alive */
void doctor_imds(struct doctor *doctor);   /* version, hop limit, instance tags */
void doctor_nsswitch(struct doctor *doctor);
void doctor_names(struct doctor *doctor); /* id range, first.last, nscd, lastlog */
void doctor_pam(struct doctor *doctor);
void doctor_sshd(struct doctor *doctor);
void doctor_stray_keys(struct doctor *doctor);
void doctor_sudo(struct doctor *doctor);
void doctor_selinux(struct doctor *doctor);
void doctor_session_manager(struct doctor *doctor);

/* Ways onto this host that iamlogin does not govern. */
void doctor_bypass_sshd(struct doctor *doctor);
void doctor_bypass_accounts(struct doctor *doctor);
void doctor_bypass_services(struct doctor *doctor);

#endif
