#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# revocation_ends_sessions.sh - who lost access for certain is out, and nobody else
#
# Runs inside (instance.sh); the path unit is a loop here, tests/e2e-boot has the real one.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

acme='[{"Key":"platform","Value":"acme"}]'
other='[{"Key":"platform","Value":"other"}]'

warden_loop()
{
	while sleep 0.05; do
		[ -e /run/iamlogin/warden ] || continue
		/usr/libexec/iamlogin-warden
		echo >>/tmp/warden-runs
	done >>/logs/warden.log 2>&1
}

flag_is_taken()
{
	[ ! -e /run/iamlogin/warden ]
}

has_run_more_than()
{
	[ "$(wc -l </tmp/warden-runs)" -gt "$1" ]
}

# warden_has_run - it has looked at everything as it is now, and is done with it
warden_has_run()
{
	local n

	# whoever takes the first flag is counted when it ends: by then, or with the second
	touch /run/iamlogin/warden
	until_holds 30 flag_is_taken || return 1
	n=$(wc -l </tmp/warden-runs)
	touch /run/iamlogin/warden
	until_holds 60 has_run_more_than "$n"
}

# config_with ON_REVOKE [RULE [FRESH]]
config_with()
{
	config_for_aws "${3:-10m}" | sed "s/^allow = match:platform\$/&\n${2:-}/"
	printf '[session]\non_revoke = %s\n' "$1"
}

# has_processes UID, has_none UID
has_processes()
{
	pgrep -U "$1"
}

has_none()
{
	! has_processes "$1"
}

# busy NAME - a login, and what is meant to outlive it
busy()
{
	ssh_as "$1" "$1" 'nohup sleep 901 >/dev/null 2>&1 &
		setsid sh -c "trap \"\" TERM HUP; while :; do sleep 1; done" >/dev/null 2>&1 &
		sleep 0.2'
	ssh -i "/e2e/keys/$1" -F none -o BatchMode=yes -o IdentitiesOnly=yes \
	    -o IdentityAgent=none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	    -o LogLevel=ERROR -M -S "/tmp/master-$1" -N "$1@127.0.0.1" </dev/null >/dev/null 2>&1 &
	until_holds 30 test -S "/tmp/master-$1"
}

ended()
{
	has_record ".event == \"close\" and .reason == \"withdrawn\" and .account == \"$1\""
}

config_with terminate | configure
daemon_start
: >/tmp/warden-runs
warden_loop &
person_tags bob "$acme"
iamlogin refresh >/dev/null
alice=$(id -u alice) bob=$(id -u bob)
busy alice
busy bob

aws_faults '[{"service":"iam","action":"*","kind":"status","status":500}]'
iamlogin refresh >/dev/null 2>&1
aws_faults '[{"service":"iam","action":"*","kind":"status","status":403,"code":"AccessDenied"}]'
iamlogin refresh >/dev/null 2>&1
holds "(the warden looks)" warden_has_run
holds "an error of AWS ends nothing" has_processes "$alice"
aws_healthy

from=$SECONDS
person_remove alice
iamlogin refresh >/dev/null
holds "all that alice ran is ended: nohup, setsid, a ControlMaster" until_holds 30 has_none "$alice"
at_most "within seconds" 20 $((SECONDS - from))
holds "bob's is not" has_processes "$bob"
recorded "one record says so" \
    '.event == "close" and .verdict == "deny" and .reason == "withdrawn" and
     .account == "alice" and .person.id == "AIDAIAMLOGINTESTALICE" and .writer == "warden" and
     (.message | test("ended [0-9]+ processes"))'
equals "and only one" 1 "$(records '.reason == "withdrawn" and .writer == "warden"' | wc -l)"
fails "the ControlMaster is gone" ssh -S /tmp/master-alice -O check -F none alice@127.0.0.1
fails "and alice does not come back in" ssh_as alice alice

# A denial that was made of old data is no authority.
daemon_stop
config_with terminate 'deny = user:bob' 1s | configure
aws_black_hole
daemon_start
holds "the data are stale" until_holds 30 state_is STALE
fails "bob does not resolve any more" account_exists bob
holds "(the warden looks)" warden_has_run
holds "but nothing of his is ended while they are stale" has_processes "$bob"
daemon_stop
aws_return
config_with terminate 'deny = user:bob' | configure
daemon_start
iamlogin refresh >/dev/null 2>&1
holds "once they are fresh it is" until_holds 30 has_none "$bob"
holds "and recorded" until_holds 30 ended bob

# A session of one person on an account that others, or files, own.
ssh_as local local 'setsid sh -c "trap \"\" TERM HUP; while :; do sleep 1; done" >/dev/null 2>&1 &
	cat /proc/self/sessionid; sleep 60' >/tmp/session &
ssh_as local local 'sleep 902' &
until_holds 30 test -s /tmp/session
until_holds 30 pgrep -U local -f 'sleep 902'
session=$(cat /tmp/session)
sshd=$(pgrep -f 'sshd: local \[priv' | while read -r pid; do
	[ "$(cat "/proc/$pid/sessionid")" != "$session" ] || echo "$pid"
done)
install -d -m 2750 -o root -g iamlogin /run/iamlogin-pam/session
cat >"/run/iamlogin-pam/session/$session" <<END
iamlogin-session 1
account=local
uid=$(id -u local)
kind=iam-user
id=AIDAIAMLOGINTESTALICE
service=sshd
boot=$(cat /proc/sys/kernel/random/boot_id)
session=$session
pid=$sshd
pid_start=$(sed 's/.*) //' "/proc/$sshd/stat" | cut -d ' ' -f 20)
opened_wall_ms=$(date +%s)000
END
touch /run/iamlogin/warden
in_session()
{
	grep -qx "$session" /proc/[0-9]*/sessionid 2>/dev/null
}
out_of_session()
{
	! in_session
}
holds "one session on a local account is ended, with what it left" until_holds 30 out_of_session
holds "another on the same account is not" pgrep -U local -f 'sleep 902'
recorded "and recorded" \
    '.event == "close" and .reason == "withdrawn" and .account == "local" and
     .person.id == "AIDAIAMLOGINTESTALICE"'

# notify and keep
config_with notify | configure
daemon_stop
daemon_start
carol=$(id -u deploy)
# Her process is there before her terminal: sshd looks her name up again for utmp, and ends
# the session by itself when it does not resolve any more.
script -qefc "ssh -tt -i /e2e/keys/carol -F none -o BatchMode=yes -o IdentitiesOnly=yes \
    -o IdentityAgent=none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
    -o LogLevel=ERROR deploy@127.0.0.1 'echo she is in; sleep 600'" /tmp/typescript >/dev/null 2>&1 </dev/null &
holds "carol is logged in with a terminal" until_holds 30 grep -q 'she is in' /tmp/typescript
person_tags carol "$other"
iamlogin refresh >/dev/null
holds "notify writes to her terminal" until_holds 30 grep -q 'was withdrawn' /tmp/typescript
recorded "and the audit has a violation" \
    '.event == "violation" and .reason == "withdrawn" and .account == "deploy" and
     .writer == "warden"'
holds "(the warden looks again)" warden_has_run
equals "once" 1 "$(grep -c 'was withdrawn' /tmp/typescript)"
holds "and ends nothing" has_processes "$carol"
config_with keep | configure
daemon_stop
daemon_start
holds "(the warden looks)" warden_has_run
holds "keep ends nothing" has_processes "$carol"
config_with terminate | configure
daemon_stop
daemon_start
holds "terminate then ends it" until_holds 30 has_none "$carol"
holds "the audit's chain is whole" iamlogin audit verify
finish
