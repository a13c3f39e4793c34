#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# demo_inside.sh - the steps of demo.sh, inside the instance: each shown, each checked
#
# Every command line printed after "$" is what was run, with its real output below it.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

out=
rc=0
n_wrong=0

# step TITLE [LINE...] - what comes next and why
step()
{
	printf '\n== %s\n' "$1"
	shift
	[ $# -eq 0 ] || printf '   %s\n' "$@"
}

# show WORDS COMMAND... - run the command, print WORDS as its command line, and its output
show()
{
	local words=$1

	shift
	printf '\n   $ %s\n' "$words"
	rc=0
	out=$("$@" 2>&1) || rc=$?
	[ -z "$out" ] || printf '%s\n' "$out" | cut -c1-150 | sed 's/^/   /'
	[ $rc -eq 0 ] || echo "   (exit $rc)"
}

# login KEY ACCOUNT [COMMAND...] - shown as what a person would type
login()
{
	local key=$1 account=$2

	shift 2
	show "ssh -i $key $account@instance${*:+ $*}" ssh_as "$key" "$account" "$@"
}

# check SENTENCE COMMAND... - what this step had to show
check()
{
	local sentence=$1

	shift
	if "$@" >/dev/null 2>&1; then
		echo "   -> $sentence"
	else
		echo "   -> WRONG: expected that $sentence"
		n_wrong=$((n_wrong + 1))
	fi
}

said()
{
	grep -Eq -- "$1" <<<"$out"
}

went_well()
{
	[ "$rc" -eq 0 ]
}

refused()
{
	[ "$rc" -ne 0 ]
}

# sudo_grace_is_over - by the age of the data, not by asking sudo again and again
sudo_grace_is_over()
{
	iamlogin status --json | jq -e '.age_s > 41'
}

until_refreshed()
{
	until_holds 30 iamlogin refresh && iamlogin refresh
}

before=$(system_files)

step "1. An instance that has never heard of alice" \
    "A real sshd, PAM and nsswitch.conf in private namespaces; an emulated AWS with the" \
    "metadata service at its true address. Its rules: whoever lives below /people/ in IAM" \
    "and has the same tag 'platform' as this instance may log in; HostAdmins may use sudo."
show "grep -c alice /etc/passwd" grep -c alice /etc/passwd
check "/etc/passwd knows no alice" said '^0$'
show "grep -E '^(passwd|group):' /etc/nsswitch.conf" grep -E '^(passwd|group):' /etc/nsswitch.conf
config_for_aws 15s 3m 40s | configure
show "cat /etc/iamlogin/iamlogin.conf" cat /etc/iamlogin/iamlogin.conf
daemon_start
show "iamlogin status" iamlogin status
check "the directory is FRESH" state_is FRESH

step "2. alice logs in with the RSA key that she has in IAM" \
    "She is in the IAM group HostAdmins, her tag is platform=acme, like the instance's."
login alice alice id
check "she has a uid, her own group, and her IAM group" said 'alice.*HostAdmins'
login alice alice 'pwd; ls -ld ~'
check "her home was made" said '^/home/alice'
login alice alice sudo -n id
check "sudo made her root" said '^uid=0'

step "3. bob is refused" \
    "He is in IAM too, but his tag is platform=other. To sshd he does not exist."
login bob bob id
check "bob was refused" refused
show "tail -n 2 sshd.log" grep -F 'bob' /logs/sshd.log
check "sshd calls him an invalid user" said 'Invalid user bob '
show "iamlogin explain bob" iamlogin explain bob
check "explain names the rule that keeps him out" said 'match:platform'

step "4. carol is deploy" \
    "Her tag SSMSessionRunAs=deploy maps her, as Session Manager would: one tag for both."
login carol deploy id
check "carol is deploy" said 'uid=[0-9]+\(deploy\)'
login carol carol id
check "there is no carol" refused

step "5. AWS and DNS answer nothing any more: every packet to them is lost" \
    "Known people keep logging in from the last known good, each record with its age;" \
    "sudo has a shorter grace (here 40 s, normally 4 h)."
aws_black_hole
show "curl -m 2 https://iam.amazonaws.com/" curl -sS -m 2 https://iam.amazonaws.com/
check "AWS is out of reach" refused
login alice alice id -un
check "alice is in, on FRESH data" said '^alice$'
until_holds 60 state_is STALE
show "iamlogin status" iamlogin status
check "the data are STALE now" state_is STALE
login alice alice id -un
check "alice is in, on STALE data" said '^alice$'
until_holds 60 sudo_grace_is_over
login alice alice sudo -n id
check "her sudo is refused: its grace is over" refused
login alice alice id -un
check "but she still logs in" said '^alice$'

step "   alice's access is withdrawn in IAM; then AWS comes back" \
    "Her tag becomes platform=other."
person_tags alice '[{"Key":"platform","Value":"other"}]'
aws_return
show "iamlogin refresh" until_refreshed
check "the refresh returned" went_well
login alice alice id
check "alice is refused" refused

step "6. dave is created in IAM a moment ago" \
    "His first attempt finds no account, but rings the doorbell; his second gets in."
person_create dave dave
login dave dave id
check "the first attempt was too early" refused
until_holds 30 account_exists dave
login dave dave id
check "dave is in" said 'uid=[0-9]+\(dave\)'

step "What the audit has of all this" \
    "One JSON line each, chained by hash; here as a table."
sleep 1
show "jq -r [...] /var/log/iamlogin/audit.jsonl" records_readable
check "alice's login is there" has_record '.event == "session" and .account == "alice"'
check "the verdict on bob is there" has_record '.event == "verdict" and .person.name == "bob"'
check "a login on STALE data has its age" has_record '.state == "STALE" and .age_s > 0'
show "tail -n 1 /var/log/iamlogin/audit.jsonl" tail -n 1 /var/log/iamlogin/audit.jsonl
show "iamlogin audit verify" iamlogin audit verify
check "the chain is whole" went_well
check "no user, key or group was written to any system file" [ "$(system_files)" = "$before" ]

daemon_stop
printf '\n'
if [ $n_wrong -ne 0 ]; then
	echo "demo: $n_wrong steps did not show what they should"
	exit 1
fi
echo "demo: every step showed what it should"
