#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# bad_config_denies_people_only.sh - a daemon that cannot start says why; locals never notice
#
# Each mistake: the daemon ends with 78 and names file, line and key; people from IAM are
# refused, local accounts and root log in. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

file=/etc/iamlogin/iamlogin.conf

# refuses SENTENCE LINE WORD - with the configuration of stdin, naming FILE:LINE and WORD
refuses()
{
	local rc=0

	configure
	: >/logs/daemon.log
	: >/logs/journal
	daemon_launch
	if ! until_holds 30 daemon_ended; then
		claim_broken "$1: the daemon does not start" "it runs"
		daemon_kill
		return
	fi
	daemon_wait || rc=$?
	equals "$1: the daemon ends with 78" 78 $rc
	matches "$1: it names file, line and word" "$file:$2:.*$3" \
	    "$(cat /logs/daemon.log /logs/journal /logs/syslog)"
}

daemon_ended()
{
	! daemon_runs
}

config_for_aws | sed 's/^fresh = .*/frehs = 10m/' | refuses "an unknown key" 13 frehs
config_for_aws | sed 's/^\[login\]/[logn]/' | refuses "an unknown section" 7 logn
config_for_aws | sed 's/^fresh = .*/fresh = soon/' | refuses "a value that is no time" 13 fresh
config_for_aws | sed 's/^allow = match:platform$/allow = matches:platform/' |
	refuses "an unknown kind of term" 8 matches
config_for_aws | sed 's/^allow = match:platform$/ allow = match:platform/' |
	refuses "an indented line" 8 ""
config_for_aws | sed 's/^kind = iam/kind = ima/' | refuses "an unknown source" 2 ima

fails "alice is refused" ssh_as alice alice
holds "a local account logs in" ssh_as local local
holds "root logs in" ssh_as local root
equals "its sudo is as before: refused by sudo itself, not by us" 1 \
    "$(ssh_as local local sudo -n true >/dev/null 2>&1; echo $?)"
exits "status says that nothing is there" 2 iamlogin status

config_for_aws | configure
daemon_start
holds "alice logs in once the configuration is right" ssh_as alice alice
finish
