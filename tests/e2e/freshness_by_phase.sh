#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# freshness_by_phase.sh - how old the data may be, in each phase and with each kind of daemon
#
# One row of the table: the age, the daemon, and what alice gets in sshd (account and session)
# and in sudo (its own grace). Whatever the row, bob stays out and nobody of the machine notices.
# Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# age       what the configuration makes of data that are some seconds old
# daemon    up: AWS answers errors; slow: AWS answers nothing; wedged; dead
table='
fresh         up      in   root
fresh         slow    in   root
fresh         wedged  in   root
fresh         dead    in   root
stale         up      in   root
stale         slow    in   root
stale         wedged  in   root
stale         dead    in   root
sudo-expired  up      in   refused
sudo-expired  slow    in   refused
sudo-expired  wedged  in   refused
sudo-expired  dead    in   refused
expired       up      out  refused
expired       slow    out  refused
expired       wedged  out  refused
expired       dead    out  refused
empty         up      out  refused
empty         slow    out  refused
empty         wedged  out  refused
empty         dead    out  refused
'
broken='[{"service":"iam","action":"*","kind":"status","status":500}]'

# age NAME - data of that age, and a daemon that gets no others
age()
{
	aws_healthy
	case $1 in
	fresh) config_for_aws 10m 24h 4h ;;
	stale) config_for_aws 1s 24h 4h ;;
	sudo-expired) config_for_aws 1s 24h 2s ;;
	expired) config_for_aws 1s 2s 2s ;;
	empty) config_for_aws 10m ;;
	esac | configure
	if [ "$1" = empty ]; then
		rm -rf /run/iamlogin /var/lib/iamlogin
		aws_faults "$broken"
		daemon_launch
		until_holds 30 listens
		return
	fi
	daemon_start
	aws_faults "$broken"
	case $1 in
	fresh) state_is FRESH ;;
	expired) until_holds 30 state_is EXPIRED ;;
	sudo-expired) until_holds 30 old_enough 3 ;;
	*) until_holds 30 state_is STALE ;;
	esac
}

# It has nothing, and says so itself.
listens()
{
	iamlogin status --json | jq -e '.state == "EMPTY" and .from != "files"'
}

old_enough()
{
	iamlogin status --json | jq -e ".state == \"STALE\" and .age_s >= $1"
}

# daemon KIND, recover KIND
daemon()
{
	case $1 in
	up) ;;
	slow) aws_black_hole ;;
	wedged) daemon_freeze ;;
	dead) daemon_stop ;;
	esac
}

recover()
{
	case $1 in
	up) ;;
	slow) aws_return ;;
	wedged) daemon_thaw ;;
	dead) ;;
	esac
}

sudo_of()
{
	setpriv --reuid "$alice" --regid "$alice" --groups "$alice,$sudoers" sudo -n true </dev/null
}

config_for_aws 10m | configure
daemon_start
alice=$(id -u alice)
sudoers=$(getent group iamlogin-sudo | cut -d: -f3)
daemon_stop
now=
while read -r age daemon login sudo; do
	[ -n "$age" ] || continue
	if [ "$now" != "$age" ]; then
		age "$age"
		now=$age
	fi
	daemon "$daemon"
	row="$age, $daemon"
	if [ "$login" = in ]; then
		holds "$row: alice logs in" ssh_as alice alice
	else
		fails "$row: alice does not log in" ssh_as alice alice
	fi
	if [ "$sudo" = root ]; then
		holds "$row: alice's sudo works" sudo_of
	else
		fails "$row: alice's sudo is refused" sudo_of
	fi
	fails "$row: bob does not log in" ssh_as bob bob
	holds "$row: root logs in" ssh_as local root
	holds "$row: a local account logs in" ssh_as local local
	recover "$daemon"
done <<<"$table"

# With the last daemon dead nobody has taken PAM's records yet.
aws_healthy
config_for_aws 10m | configure
daemon_start
recorded "a refusal of sudo for age is recorded as such" \
    '.event == "sudo" and .account == "alice" and .verdict == "unknown" and
     .reason == "sudo-expired"'
recorded "and a login with old data with their age" \
    '.event == "login" and .account == "alice" and .verdict == "allow" and .state == "STALE"'
holds "the audit's chain is whole" iamlogin audit verify
finish
