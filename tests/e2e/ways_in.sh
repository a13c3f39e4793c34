#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# ways_in.sh - rules about how somebody comes in (via:, caller:), and sections of services
#
# alice may come in by EC2 Instance Connect, and only with a key that she sent herself; carol by
# her key in IAM, and by no other way. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

alice_arn=arn:aws:iam::123456789012:user/people/alice
carol_arn=arn:aws:iam::123456789012:user/people/carol
acme='{"Key":"platform","Value":"acme"}'

# rules [LINE...] - the scope and the source of the others, with rules of its own
rules()
{
	config_for_aws 10m | sed '/^\[login\]/,/^\[cache\]/ { /^\[cache\]/!d }'
	printf '%s\n' "$@"
}

# by_iam KEY ACCOUNT - is it let in with a key that IAM has
by_iam()
{
	ssh_as "$1" "$2"
}

# by_eic ACCOUNT CALLER REQUEST - with a key that this caller has sent for the account
by_eic()
{
	local rc=0

	eic_put "$1" "$(eic_record ecdsa "$2" "$3")"
	ssh_as ecdsa "$1" || rc=$?
	eic_put "$1" ""
	return $rc
}

# verdicts SERVICE NAME - the verdicts of a person for a service, in the order of their change
verdicts()
{
	records ".event == \"verdict\" and .service == \"$1\" and .person.name == \"$2\"" |
		jq -r .verdict | paste -sd' '
}

last_verdict_is()
{
	[[ "$(verdicts "$1" "$2")" == *"$3" ]]
}

verdicts_are()
{
	[ "$(verdicts "$1" "$2")" = "$3" ]
}

rules '[login]' "allow = match:platform & via:eic & caller:$alice_arn" \
    'allow = user:carol & via:iam-key' '[sudo]' 'allow = user:carol' | configure
daemon_start

# 1. Over a real sshd.
fails "alice's key in IAM is no way in" by_iam alice alice
holds "a key that she has sent by Instance Connect is" by_eic alice $alice_arn r-alice
recorded "and the record names the rule and the way" \
    '.event == "session" and .verdict == "allow" and .account == "alice" and .via == "eic" and
     .key.request == "r-alice"'
holds "carol's key in IAM is her way in" by_iam carol deploy
recorded "with its way" \
    '.event == "session" and .verdict == "allow" and .account == "deploy" and .via == "iam-key"'
fails "a key that she has sent is none" by_eic deploy $carol_arn r-carol
recorded "which is recorded with its caller's request" \
    '.verdict == "deny" and .account == "deploy" and .key.request == "r-carol"'
fails "bob has no way in at all" by_iam bob bob
fails "nor by a key that he has sent" by_eic bob arn:aws:iam::123456789012:user/people/bob r-bob
matches "explain says what it hangs on" 'via:eic' "$(iamlogin explain alice 2>&1)"
matches "carol's sudo asks for no way" '^uid=0' "$(ssh_as carol deploy sudo -n id 2>&1)"

# 2. Without the daemon, from the files.
daemon_freeze
holds "wedged: carol comes in by her key in IAM" by_iam carol deploy
fails "wedged: alice does not by hers" by_iam alice alice
daemon_thaw
daemon_stop
holds "stopped: carol comes in by her key in IAM" by_iam carol deploy
fails "stopped: alice does not by hers" by_iam alice alice

# 3. A deny of a way, and a caller that is anybody of a path.
rules '[login]' 'allow = match:platform' 'deny = user:alice & via:iam-key' \
    'deny = user:carol & caller:arn:aws:iam::123456789012:user/people/*' | configure
daemon_start
fails "a way that is denied to alice" by_iam alice alice
holds "leaves her the other" by_eic alice $alice_arn r-other
holds "carol's key in IAM has no caller" by_iam carol deploy
fails "what anybody of the path has sent for her is denied" by_eic deploy $carol_arn r-path
daemon_stop

# 4. A section of a service: what it says beyond [login] is recorded when it changes.
rules '[login]' 'allow = match:platform' '[login:cron]' 'deny = tag:no-cron' | configure
daemon_start
holds "(alice is recorded)" until_holds 30 last_verdict_is login alice allow
equals "nothing is said of cron while it is as [login]" "" "$(verdicts cron alice)"
person_tags alice "[$acme,{\"Key\":\"no-cron\",\"Value\":\"x\"}]"
iamlogin refresh >/dev/null
holds "what [login:cron] denies is recorded" until_holds 30 verdicts_are cron alice deny
recorded "with its rule" \
    '.event == "verdict" and .service == "cron" and .verdict == "deny" and
     .person.name == "alice" and .rule == "[login:cron] deny #1: tag:no-cron"'
holds "alice logs in all the same" by_iam alice alice
daemon_stop
daemon_start
iamlogin refresh >/dev/null
equals "a restart repeats nothing" deny "$(verdicts cron alice)"
person_tags alice "[$acme]"
iamlogin refresh >/dev/null
holds "and when it allows again" until_holds 30 verdicts_are cron alice "deny allow"
person_tags alice "[{\"Key\":\"platform\",\"Value\":\"other\"}]"
iamlogin refresh >/dev/null
holds "what [login] denies" until_holds 30 has_record \
    '.event == "verdict" and .service == "login" and .verdict == "deny" and .person.name == "alice"'
equals "is not said once more of cron" "deny allow" "$(verdicts cron alice)"
person_tags alice "[$acme,{\"Key\":\"no-cron\",\"Value\":\"x\"}]"
iamlogin refresh >/dev/null
holds "(cron is denied again)" until_holds 30 verdicts_are cron alice "deny allow deny"
holds "(su takes alice as [login] does)" su alice -c true
daemon_stop
rules '[login]' 'allow = match:platform' '[login:su]' 'deny = user:alice' '[login:sshd]' \
    'allow = user:alice' | configure
daemon_start
fails "[login:su] keeps alice out of su" su alice -c true
recorded "with its rule" '.event == "su" and .account == "alice" and .verdict == "deny" and
    .rule == "[login:su] deny #1: user:alice"'
holds "and not out of sshd" by_iam alice alice
holds "su takes carol" su deploy -c true
fails "whom [login:sshd] does not allow" by_iam carol deploy
daemon_stop
fails "stopped: su does not take alice" su alice -c true
fails "stopped: nor sshd carol" by_iam carol deploy
holds "stopped: sshd takes alice" by_iam alice alice
rules '[login]' 'allow = match:platform' | configure
daemon_start
holds "a section that is gone is as [login] is" until_holds 30 \
    verdicts_are cron alice "deny allow deny allow"
holds "the audit's chain is whole" iamlogin audit verify
finish
