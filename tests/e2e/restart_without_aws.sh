#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# restart_without_aws.sh - the daemon starts, and people log in, while AWS and IMDS are dark
#
# The last good directory and the keys are on disk: a restart is in force at once, and so is
# a start with nothing published. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

config_for_aws 10m | configure
daemon_start
holds "alice logs in while AWS is there" ssh_as alice alice
uid=$(id -u alice)
aws_black_hole

daemon_stop
holds "alice logs in with the daemon stopped" ssh_as alice alice
daemon_start
holds "alice logs in after a restart" ssh_as alice alice

daemon_stop
rm -rf /run/iamlogin
fails "with nothing published there is no alice" account_exists alice
daemon_start
holds "alice logs in from what was on disk" ssh_as alice alice
equals "with the id she had" "$uid" "$(id -u alice)"
fails "bob, who was refused, is refused" ssh_as bob bob

daemon_kill
rm -rf /run/iamlogin
rm -f /var/lib/iamlogin/state.json
daemon_launch
sleep 2
fails "a directory that nobody vouches for lets nobody in" ssh_as alice alice
holds "a local account logs in beside it" ssh_as local local
daemon_kill

head -c 20 /var/lib/iamlogin/ledger.json >/var/lib/iamlogin/cut
cat /var/lib/iamlogin/cut >/var/lib/iamlogin/ledger.json
rm /var/lib/iamlogin/cut
daemon_launch
rc=0
daemon_wait || rc=$?
holds "with a damaged ledger the daemon does not start" test "$rc" -ne 0
matches "and says which file it is" 'ledger.json' "$(cat /logs/daemon.log)"
equals "nor does it touch the file" 20 "$(stat -c %s /var/lib/iamlogin/ledger.json)"

aws_return
finish
