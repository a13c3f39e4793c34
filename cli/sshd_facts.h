/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sshd_facts.h - what sshd will really do, and who owns AuthorizedKeysCommand
 *
 * Room: cli. From `sshd -T -C user=…` (without -C a Match is not shown), from the unit's
 * overrides, where ec2-instance-connect puts its -o, and from /etc/default/ssh and
 * /etc/sysconfig/sshd.
 */
#ifndef CLI_SSHD_FACTS_H
#define CLI_SSHD_FACTS_H

#include <stdbool.h>

#define SSHD_FACTS_VALUE 512

enum sshd_command {
	SSHD_COMMAND_NONE = 0,
	SSHD_COMMAND_OURS,
	SSHD_COMMAND_EIC, /* ec2-instance-connect: [keys] instance_connect takes over */
	SSHD_COMMAND_USERDB, /* systemd 256 and later: userdbctl ssh-authorized-keys */
	SSHD_COMMAND_OTHER,
};

/** sshd_facts_classify() - whose command this is; pure */
enum sshd_command sshd_facts_classify(const char *command);

/**
 * sshd_facts_option() - the value of -o "@key value" in a line of a unit or a defaults file
 *
 * Any quoting that systemd or a shell takes; "%%" becomes "%". Pure.
 */
bool sshd_facts_option(const char *line, const char *key, char ret[SSHD_FACTS_VALUE]);

/**
 * sshd_facts_started_with() - the option as the unit's files give it on the command line
 * @ret_from: the file
 */
bool sshd_facts_started_with(
    const char *key, char ret[SSHD_FACTS_VALUE], char ret_from[SSHD_FACTS_VALUE]);

/**
 * sshd_facts_dump() - `sshd -T` for a connection of @user, malloc'd
 *
 * Return: 0; 1 when sshd says that its configuration is wrong, with what it says; -ENOENT
 * when there is no sshd here; or -errno.
 */
int sshd_facts_dump(const char *user, char **ret_text);

/** sshd_facts_value() - of a key (lower case) in such a dump; the first of several */
bool sshd_facts_value(const char *dump, const char *key, char ret[SSHD_FACTS_VALUE]);

/**
 * sshd_facts_reload() - have a running sshd read its files again
 *
 * Return: 0; 1 when none runs here (an image being built); or -errno.
 */
int sshd_facts_reload(void);

#endif
