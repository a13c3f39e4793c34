#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# revocation.sh - what revocation has to reach: tmux, nohup, a ControlMaster, cron, shared logins
#
# alice has an account of her own; carol and dave share ops, and it is carol who loses access.
# Runs inside (instance.sh), in a tree of distro_root.sh; the path unit is a loop here. Lingering
# user managers need a systemd that is PID 1: tests/boot/warden_units.sh.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

acme='{"Key":"platform","Value":"acme"}'
runas='{"Key":"SSMSessionRunAs","Value":"ops"}'
suspended='{"Key":"suspended","Value":"x"}'

warden_loop()
{
	while sleep 0.05; do
		[ -e /run/iamlogin/warden ] || continue
		/usr/libexec/iamlogin-warden
	done >>/logs/warden.log 2>&1
}

has_processes()
{
	pgrep -U "$1"
}

has_none()
{
	! has_processes "$1"
}

# runs_as UID PATTERN - as a command of that uid
runs_as()
{
	pgrep -U "$1" -f "$2"
}

runs_no_more()
{
	! runs_as "$@"
}

# master KEY ACCOUNT - a ControlMaster that stays
master()
{
	ssh -i "/e2e/keys/$1" -F none -o BatchMode=yes -o IdentitiesOnly=yes \
	    -o IdentityAgent=none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	    -o LogLevel=ERROR -M -S "/tmp/master-$1" -N "$2@127.0.0.1" </dev/null >/dev/null 2>&1 &
	until_holds 60 test -S "/tmp/master-$1"
}

# over_master KEY ACCOUNT COMMAND... - one more session of that connection
over_master()
{
	ssh -F none -S "/tmp/master-$1" "$2@127.0.0.1" "${@:3}" </dev/null
}

# leave_behind KEY ACCOUNT MARK WAY - all that outlives a login, by ssh_as or over_master; MARK
# is a number of seconds
leave_behind()
{
	"$4" "$1" "$2" "nohup sleep 1$3 >/dev/null 2>&1 &
		setsid -f sh -c 'trap \"\" TERM HUP; while :; do sleep 2$3; done' >/dev/null 2>&1
		tmux -L $1 new-session -d 'sleep 3$3'
		tmux -L $1 new-window 'sleep 4$3'"
	over_master "$1" "$2" "sleep 5$3" >/dev/null 2>&1 &
	for n in 1 2 3 4 5; do
		until_holds 60 runs_as "$(id -u "$2")" "sleep $n$3" || return 1
	done
}

{
	config_for_aws 10m | sed 's/^allow = match:platform$/&\ndeny = tag:suspended/'
	printf '[accounts]\nshared = ops\n[session]\non_revoke = terminate\n'
} | configure
person_create dave dave
person_tags carol "[$runas,$acme]"
person_tags dave "[$runas,$acme]"
daemon_start
holds "(everybody is listed)" iamlogin refresh
warden_loop &
alice=$(id -u alice) ops=$(id -u ops)

# 1. An account of one person: by uid, whatever it is.
holds "alice has a connection that stays" master alice alice
holds "and leaves nohup, setsid, tmux with two windows and a session behind" \
    leave_behind alice alice 111 ssh_as
person_tags alice "[$acme,$suspended]"
holds "alice is suspended" iamlogin refresh
holds "nothing of hers runs any more" until_holds 60 has_none "$alice"
fails "her connection is gone" over_master alice alice true
fails "her tmux is gone" pgrep -f 'tmux -L alice'
fails "she does not come back" ssh_as alice alice
recorded "it is recorded, by the warden" \
    '.event == "close" and .reason == "withdrawn" and .account == "alice" and .writer == "warden"'

# 2. A shared account, of which one person loses access: the uid is the other's as well, so what
# she has is ended by her session's audit id. Attribution ends with a session: what outlived it
# is nobody's, and stays until nobody may use the account.
holds "dave has a connection to ops that stays" master dave ops
holds "and something in it" leave_behind dave ops 222 over_master
holds "carol has one, too" master carol ops
holds "and something in it, as well" leave_behind carol ops 333 over_master
person_tags carol "[$runas,$acme,$suspended]"
holds "carol is suspended" iamlogin refresh
for n in 1 2 3 4 5; do
	holds "her sleep $n is ended" until_holds 60 runs_no_more "$ops" "sleep ${n}333"
done
fails "her connection is gone" over_master carol ops true
fails "she does not come back" ssh_as carol ops
for n in 1 2 3 4 5; do
	holds "dave's sleep $n goes on" runs_as "$ops" "sleep ${n}222"
done
holds "so does his connection" over_master dave ops true
holds "and he comes in" ssh_as dave ops
recorded "her end is recorded with who she is" \
    '.event == "close" and .reason == "withdrawn" and .account == "ops" and
     .person.id == "AIDAIAMLOGINTESTCAROL" and .writer == "warden"'
equals "there is no other" 1 \
    "$(records '.event == "close" and .reason == "withdrawn" and .account == "ops"' | wc -l)"

# 3. The last one.
person_tags dave "[$runas,$acme,$suspended]"
holds "dave is suspended" iamlogin refresh
holds "nothing of ops runs any more" until_holds 60 has_none "$ops"
holds "the audit's chain is whole" iamlogin audit verify
finish
