#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# daemon_dead_or_wedged.sh - logins go on from the published files
#
# Stopped, killed, or stopped in its tracks with its socket open: people who are known log in,
# root and local accounts do not notice. The limits here only catch a hang; bench measures.
# Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# logins SENTENCE - everybody logs in, each within a second and a half
logins()
{
	holds "$1: alice logs in" ssh_as alice alice
	holds "$1: a local account logs in" ssh_as local local
	holds "$1: root logs in" ssh_as local root
	fails "$1: bob does not" ssh_as bob bob
	fails "$1: an unknown name does not" ssh_as bob nobodyknows
	at_most "$1: alice's login in ms" 1500 "$(milliseconds ssh_as alice alice)"
	at_most "$1: a local login in ms" 1000 "$(milliseconds ssh_as local local)"
	at_most "$1: a root login in ms" 1000 "$(milliseconds ssh_as local root)"
	matches "$1: alice's sudo works" '^uid=0' "$(ssh_as alice alice sudo -n id 2>&1)"
}

config_for_aws 10m | configure
daemon_start
logins "running"

daemon_freeze
logins "wedged"
daemon_thaw
holds "it answers again" until_holds 30 iamlogin status

daemon_stop
logins "stopped"
matches "explain answers from the files" alice "$(iamlogin explain alice 2>&1)"

daemon_start
daemon_kill
logins "killed"
daemon_start
holds "it starts over the socket it left behind" iamlogin status
recorded "the records that PAM wrote meanwhile are picked up" \
    '.writer == "pam" and .account == "alice" and .verdict == "allow"'
holds "the audit's chain is whole" iamlogin audit verify

daemon_stop
rm -rf /run/iamlogin
fails "without any published file alice is refused" ssh_as alice alice
holds "without any published file a local account logs in" ssh_as local local
holds "without any published file root logs in" ssh_as local root
finish
