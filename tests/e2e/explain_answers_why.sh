#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# explain_answers_why.sh - "why can't I log in?", for each reason there is
#
# Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# why QUERY FILTER - of the explanation
why()
{
	iamlogin explain --json "$1" | jq -r "$2"
}

# answers SENTENCE EXIT REASON QUERY
answers()
{
	exits "$1" "$2" iamlogin explain "$4"
	equals "$1: $3" "$3" "$(why "$4" .reason)"
}

config_for_aws 2s 12s | sed '/^\[login\]/a deny = tag:suspended
	/^\[sudo\]/i [login:cron]\ndeny = tag:no-cron
	/^\[login\]/i [accounts]\nshared = web' | configure
aws_control PATCH users/mallory '{"Path": "/"}' >/dev/null
aws_control PATCH users/Jo.Doe '{"Path": "/people/"}' >/dev/null
person_create erin ed25519
person_create frank ecdsa
person_tags erin '[{"Key":"platform","Value":"acme"},{"Key":"SSMSessionRunAs","Value":"web"},{"Key":"no-cron","Value":""}]'
person_tags frank '[{"Key":"platform","Value":"other"},{"Key":"SSMSessionRunAs","Value":"web"}]'
daemon_start

answers "alice is allowed" 0 rule-allows alice
equals "by name, ARN and id alike" "$(why alice .people[0].id)" \
    "$(why "$(why alice .people[0].arn)" '.people[0].id')"
answers "bob's platform is another" 1 no-rule bob
matches "with both values" 'person.s tag is "other", the instance.s is "acme"' \
    "$(why bob '.people[0].services.sshd.rules[] | select(.line == "[login] allow #1") | .terms[0].why')"
exits "mallory, out of scope, is not even listed" 3 iamlogin explain mallory
matches "which is said" 'nobody among \[principals\].*directory = scoped lists nobody else' \
    "$(why mallory '.hints[]')"
answers "an IAM name that is no account's" 1 bad-name Jo.Doe
matches "with the tag that would give one" 'SSMSessionRunAs=NAME on arn:' "$(why Jo.Doe '.hints[]')"
exits "nobody of that name" 3 iamlogin explain nobody-at-all
exits "root is none of ours" 3 iamlogin explain root

person_tags alice '[{"Key":"platform","Value":"acme"},{"Key":"suspended","Value":""}]'
iamlogin refresh >/dev/null
answers "a deny line" 1 rule-denies alice
equals "its term is true" true \
    "$(why alice '.people[0].services.sshd.rules[] | select(.line == "[login] deny #1") | .value')"
person_tags alice '[{"Key":"platform","Value":"acme"}]'
iamlogin refresh >/dev/null

# several people on one account: root sees them, they see rules and counts
answers "a shared account is open while one of its people may" 0 rule-allows web
equals "root sees both" "erin frank" "$(why web '[.people[].name] | sort | join(" ")')"
equals "each with an own verdict" "allow deny" \
    "$(why web '[.people | sort_by(.name)[].services.sshd.verdict] | join(" ")')"
equals "[login:cron] is shown beside it" deny \
    "$(why web '.people[] | select(.name == "erin") | .services.cron.verdict')"
seen=$(ssh_as ed25519 web iamlogin explain --json web)
equals "its people see how many" 2 "$(jq .counts.people <<<"$seen")"
equals "and of whom one may" 1 "$(jq .counts.allowed <<<"$seen")"
matches "and the rules" 'allow #1: match:platform' "$(jq -r '.rules[]' <<<"$seen")"
equals "but nobody" 0 "$(jq '.people | length' <<<"$seen")"
fails "no name of a person is in it" grep -Eq 'erin|frank|AIDA|arn:' <<<"$seen"
fails "not even by asking for one" ssh_as ed25519 web iamlogin explain frank
equals "alone on an account one sees oneself" alice \
    "$(ssh_as alice alice iamlogin explain --json alice | jq -r '.people[0].name')"
fails "and nobody else" ssh_as alice alice iamlogin explain bob

# what is not knowable, and what is old
aws_control PATCH instance '{"tags":{}}' >/dev/null
iamlogin refresh >/dev/null
matches "an instance without tags: the answer is no, or that nobody can know" '^(deny|unknown)$' "$(why alice .verdict)"
aws_control PATCH instance '{"tags":{"platform":"acme"}}' >/dev/null
iamlogin refresh >/dev/null
aws_black_hole
until_holds 30 state_is EXPIRED
answers "data beyond its grace" 2 data-expired alice
matches "with its age" '^[1-9][0-9]*$' "$(why alice .age_s)"
daemon_stop
exits "the daemon is silent: the files answer" 2 iamlogin explain alice
matches "and say so" 'files' "$(iamlogin explain --json alice 2>/dev/null | jq -r '.hints[]')"

# where everybody is listed, out of scope is a reason of its own
aws_return
directory_with mallory dave </e2e/directory.json |
	jq '(.UserDetailList[] | select(.UserName == "mallory") | .Path) = "/"' >/etc/iamlogin/directory.json
config_for_file | configure
daemon_start
answers "mallory is out of scope" 1 out-of-scope mallory
matches "which is said" 'not among \[principals\] users' "$(why mallory '.hints[]')"
finish
