#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# without_aws.sh - AWS and DNS vanish: fresh, stale, sudo's grace over, expired, and back
#
# What was last known good goes on until its grace ends, each login with the age in its
# record; a withdrawal counts as soon as AWS is back. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

sudo_is_refused()
{
	! ssh_as alice alice sudo -n id
}

config_for_aws 4s 70s 25s | configure
daemon_start
holds "alice logs in while AWS is there" ssh_as alice alice
aws_black_hole

holds "alice logs in while FRESH" ssh_as alice alice
holds "the data become STALE" until_holds 30 state_is STALE
holds "alice logs in while STALE" ssh_as alice alice
recorded "the age is in the record" \
    '.event == "session" and .verdict == "allow" and .state == "STALE" and .age_s > 0'
matches "her sudo works within its grace" '^uid=0' "$(ssh_as alice alice sudo -n id 2>&1)"

holds "her sudo is refused when its grace is over" until_holds 40 sudo_is_refused
recorded "and that is recorded" '.event == "sudo" and .verdict != "allow" and .account == "alice"'
holds "she still logs in" ssh_as alice alice

holds "the data become EXPIRED" until_holds 100 state_is EXPIRED
fails "nobody logs in on expired data" ssh_as alice alice
holds "a local account does" ssh_as local local
holds "and root" ssh_as local root

person_tags alice '[{"Key":"platform","Value":"other"}]'
aws_return
holds "refresh returns once AWS is back" until_holds 30 iamlogin refresh
fails "alice, withdrawn meanwhile, is refused" ssh_as alice alice
holds "carol is let in again" ssh_as carol deploy
recorded "the withdrawal is recorded" \
    '.event == "verdict" and .verdict == "deny" and .person.name == "alice"'
matches "alice's files still have a name" alice "$(stat -c %U /home/alice)"
holds "the audit's chain is whole" iamlogin audit verify
finish
