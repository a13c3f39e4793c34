#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# revocation_while_logging_in.sh - nobody slips in between a decision and a publication
#
# A login is held up where it takes its time on a real system, and the person is withdrawn
# meanwhile. Runs inside (instance.sh); the path unit is a loop here.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

acme='[{"Key":"SSMSessionRunAs","Value":"deploy"},{"Key":"platform","Value":"acme"}]'
other='[{"Key":"SSMSessionRunAs","Value":"deploy"},{"Key":"platform","Value":"other"}]'

warden_loop()
{
	while sleep 0.05; do
		[ ! -e /run/iamlogin/warden ] || /usr/libexec/iamlogin-warden
	done >>/logs/warden.log 2>&1
}

config_with()
{
	config_for_aws 10m
	printf '[accounts]\nshared = ops\n[session]\non_revoke = %s\n' "$1"
}

# carol_is TAGS - in IAM, and published
carol_is()
{
	person_tags carol "$1"
	iamlogin refresh >/dev/null
	until_holds 30 no_flag
}

no_flag()
{
	[ ! -e /run/iamlogin/warden ]
}

# deploy_has_none - nothing runs as deploy, and nobody is about to
deploy_has_none()
{
	! pgrep -U "$deploy" && ! pgrep -f 'sshd: deploy'
}

violations()
{
	records '.event == "violation" and .reason == "withdrawn" and .account == "deploy"' | wc -l
}

config_with terminate | configure
daemon_start
warden_loop &
loop=$!
deploy=$(id -u deploy)

# 1. PAM has let her in, and what stands behind it in the stack is slow.
cat >/e2e/slow.sh <<'END'
#!/bin/bash
[ "$PAM_TYPE" = open_session ] && [ -e /tmp/hold ] || exit 0
echo here >/tmp/held
while [ -e /tmp/hold ]; do sleep 0.1; done
END
chmod +x /e2e/slow.sh
cp /etc/pam.d/sshd /tmp/stack
echo 'session optional pam_exec.so quiet /e2e/slow.sh' >>/etc/pam.d/sshd
touch /tmp/hold
ssh_as carol deploy 'echo she is in; sleep 900' >/tmp/said 2>&1 &
holds "carol is let in, and nothing of hers runs yet" until_holds 30 test -e /tmp/held
fails "(nothing)" pgrep -U "$deploy"
carol_is "$other"
recorded "she is withdrawn: who was about to come in is ended" \
    '.event == "close" and .reason == "withdrawn" and .account == "deploy" and
     .person.id == "AIDAIAMLOGINTESTCAROL" and .writer == "warden"'
rm -f /tmp/hold
holds "nothing of it is left" until_holds 30 deploy_has_none
wait $!
fails "and she has never been in" grep -q 'she is in' /tmp/said

# 2. With notify she comes in, and is told: on the terminal that she did not have then.
rm -f /tmp/held
carol_is "$acme"
config_with notify | configure
daemon_stop
daemon_start
touch /tmp/hold
ssh_as carol deploy 'echo she is in; sleep 900' >/tmp/said 2>&1 &
login=$!
holds "carol is let in again" until_holds 30 test -e /tmp/held
carol_is "$other"
rm -f /tmp/hold
recorded "with notify it is a violation" \
    '.event == "violation" and .reason == "withdrawn" and .account == "deploy"'
holds "and she is in" until_holds 30 grep -q 'she is in' /tmp/said
equals "once" 1 "$(violations)"
config_with terminate | configure
daemon_stop
daemon_start
holds "until terminate ends it" until_holds 30 deploy_has_none
wait $login
cp /tmp/stack /etc/pam.d/sshd

# 3. The decision has been made, the session file is not written yet: nobody could see her.
for account in deploy ops; do
	carol_is "${acme/deploy/$account}"
	rm -f /tmp/said
	strace -f -qq -e trace=renameat -e signal=none -o /logs/strace.$account \
	    -e inject=renameat:delay_enter=8s -p "$(pgrep -o -x sshd)" &
	tracer=$!
	until_holds 30 grep -q "^TracerPid:	$tracer$" "/proc/$(pgrep -o -x sshd)/status"
	decided=$(records '.event == "session" and .verdict == "allow"' | wc -l)
	ssh_as carol $account 'echo she is in; sleep 900' >/tmp/said 2>&1 &
	login=$!
	has_decided()
	{
		[ "$(records '.event == "session" and .verdict == "allow"' | wc -l)" -gt "$decided" ]
	}
	holds "$account: carol is allowed" until_holds 30 has_decided
	carol_is "${other/deploy/$account}"
	recorded "$account: what was decided a moment ago holds no more" \
	    ".event == \"session\" and .verdict == \"deny\" and .reason == \"withdrawn\" and
	     .account == \"$account\" and .writer == \"pam\""
	wait $login
	kill $tracer
	wait $tracer 2>/dev/null
	fails "$account: she has never been in" grep -q 'she is in' /tmp/said
	equals "$account: no session file is left" "" "$(ls /run/iamlogin-pam/session)"
done

# 4. A guest of Instance Connect on a listed account has no claim, and is not lost for that.
carol_is "${acme/deploy/ops}"
eic_put ops "$(eic_record ecdsa arn:aws:iam::123456789012:user/people/alice r-guest)"
ssh_as ecdsa ops 'echo alice is in; sleep 900' >/tmp/said 2>&1 &
login=$!
holds "alice is a guest of ops" until_holds 30 grep -q 'alice is in' /tmp/said
recorded "and recorded as herself" '.event == "session" and .account == "ops" and
    .verdict == "allow" and .via == "eic" and .person.name == "alice"'
person_tags bob '[{"Key":"platform","Value":"acme"}]'
iamlogin refresh >/dev/null
until_holds 30 no_flag
touch /run/iamlogin/warden
until_holds 30 no_flag
holds "she stays when something else is published" kill -0 $login
person_tags alice '[{"Key":"platform","Value":"other"}]'
iamlogin refresh >/dev/null
recorded "and is ended when [login] denies her" \
    '.event == "close" and .reason == "withdrawn" and .account == "ops" and
     .person.id == "AIDAIAMLOGINTESTALICE" and .writer == "warden"'
wait $login

# 5. /proc that shows others' processes to a group only
fails_to_see()
{
	/usr/libexec/iamlogin-warden 2>&1 | grep -q 'does not show all processes'
}
person_tags bob '[{"Key":"platform","Value":"acme"}]'
iamlogin refresh >/dev/null
ssh_as bob bob 'echo bob is in; sleep 900' >/tmp/said 2>&1 &
login=$!
holds "bob is in" until_holds 30 grep -q 'bob is in' /tmp/said
bob=$(id -u bob)
kill $loop
wait $loop 2>/dev/null
mount -o remount,hidepid=2,gid=5 /proc
person_tags bob '[{"Key":"platform","Value":"other"}]'
iamlogin refresh >/dev/null
holds "with hidepid= and gid= the warden says that it sees nobody" fails_to_see
holds "(bob is in)" pgrep -U "$bob"
setpriv --groups 5 /usr/libexec/iamlogin-warden
fails "with that group it ends what was withdrawn" pgrep -U "$bob"
wait $login
holds "the audit's chain is whole" iamlogin audit verify
finish
