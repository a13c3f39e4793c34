#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# clone_drops_the_cache.sh - a disk that has become another machine, or another account's
#
# What the original knew lets nobody in, not even while IAM is dark; ids stay. Another account
# than [aws] account is refused. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

uid_of_alice()
{
	as_local getent passwd alice | cut -d: -f3
}

is_empty()
{
	iamlogin status --json | jq -e '.state == "EMPTY" and .from != "files"'
}

config_for_aws 10m | configure
daemon_start
holds "alice logs in on the original" ssh_as alice alice
uid=$(uid_of_alice)
holds "her keys are kept on disk" grep -q ssh-rsa /var/lib/iamlogin/keys.json
daemon_stop

aws_control PATCH instance '{"instance_id":"i-0fedcba9876543210"}' >/dev/null
aws_black_hole
daemon_launch
holds "the clone believes nothing of what the original knew" until_holds 30 is_empty
fails "alice is refused on it while IAM is dark" ssh_as alice alice
holds "a local account is not" ssh_as local local
sleep 6
holds "nor later, when patience with IMDS would be over" is_empty
fails "the original's keys are gone from the disk" grep -q ssh-rsa /var/lib/iamlogin/keys.json
aws_return
holds "alice logs in on the clone once IAM has spoken" until_holds 60 ssh_as alice alice
equals "under the id she had" "$uid" "$(uid_of_alice)"
equals "and status names the clone" i-0fedcba9876543210 \
    "$(iamlogin status --json | jq -r .instance)"
recorded "it is recorded" '.event == "admin" and (.message // "" | test("another instance"))'
daemon_stop

aws_control PATCH instance '{"account":"999999999999"}' >/dev/null
daemon_launch
holds "in another account nothing is believed either" until_holds 30 is_empty
fails "alice of the old account is refused" ssh_as alice alice
daemon_stop
aws_control PATCH instance '{"account":"123456789012"}' >/dev/null
daemon_start
holds "back in hers she logs in" until_holds 30 ssh_as alice alice
daemon_stop

aws_control PATCH instance '{"account":"999999999999"}' >/dev/null
config_for_aws 10m | sed 's/^\[aws\]/&\naccount = 123456789012/' | configure
daemon_launch
sleep 7
fails "another account than the pin: she is refused" ssh_as alice alice
holds "the daemon says why" until_holds 30 sh -c \
    'cat /logs/daemon.log /logs/journal | grep -q "but this instance is in account 999999999999"'
holds "the audit's chain is whole" iamlogin audit verify
finish
