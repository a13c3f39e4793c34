#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# keys_are_fetched_ahead.sh - keys are there before their owners come, and outlive an outage
#
# 5,000 people in scope, 300 of whom may log in here: the first listing pays for some keys, the
# timer for the others as the bucket refills. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

asked()
{
	aws_requests ".by_action[\"iam:$1\"] // 0"
}

has_asked_more_than()
{
	[ "$(asked ListSSHPublicKeys)" -gt "$1" ]
}

login_tokens()
{
	iamlogin status --json | jq '.counters.aws_login_tokens | floor'
}

login_has_asked()
{
	[ "$(login_tokens)" -lt 20 ]
}

# alice_has KEY - that is her only key in IAM
alice_has()
{
	aws_control PATCH users/alice "$(jq -n --rawfile key "/e2e/keys/$1.pub" \
	    '{SSHPublicKeys: [{SSHPublicKeyBody: ($key | rtrimstr("\n"))}]}')" >/dev/null
}

aws_control GET directory | jq '
	.UserDetailList += [range(4997) | "person\(.)" as $name | {
		Path: "/people/", UserName: $name,
		UserId: ("AIDASYNTHETIC" + ("0000000\(.)" | .[-8:])),
		Arn: "arn:aws:iam::123456789012:user/people/\($name)",
		CreateDate: "2024-05-01T09:00:00Z", GroupList: [], AttachedManagedPolicies: [],
		Tags: [{Key: "platform", Value: (if . < 298 then "acme" else "other" end)}]
	}]' >/tmp/full.json
aws_control GET directory >/tmp/few.json
curl -sS -m 60 -X PUT --data-binary @/tmp/full.json "$control/directory" >/dev/null
config_for_aws 60s | sed 's/^kind = iam/&\ndirectory = details/' | configure

aws_control DELETE requests >/dev/null
daemon_start
holds "the listing is followed by keys" until_holds 30 has_asked_more_than 90
sleep 2
first=$(asked ListSSHPublicKeys)
pages=$(asked GetAccountAuthorizationDetails)
at_most "as many as the bucket pays for" 225 "$first"
holds "between two listings the timer asks for those who were left over" until_holds 120 \
    has_asked_more_than $((first + 5))
equals "without another listing" "$pages" "$(asked GetAccountAuthorizationDetails)"
holds "half of the bucket stays for the next listing" sh -c \
    'iamlogin status --json | jq -e ".counters.aws_background_tokens >= 100"'
daemon_stop

# ---------------------------------------------------------------------------------------
# A few people: alice has never been here, and IAM goes dark before she comes

curl -sS -m 60 -X PUT --data-binary @/tmp/few.json "$control/directory" >/dev/null
rm -rf /run/iamlogin /var/lib/iamlogin
config_for_aws 6s 40s | configure
daemon_start
holds "her keys are asked for without a login" until_holds 30 grep -q APKAIAMLOGINTESTALICE /var/lib/iamlogin/keys.json
aws_black_hole
holds "so she logs in for the first time with IAM dark" ssh_as alice alice
daemon_kill
rm -rf /run/iamlogin
daemon_start
holds "and after a restart in the dark" ssh_as alice alice
holds "until grace is over" until_holds 90 state_is EXPIRED
fails "then she does not" ssh_as alice alice
aws_return
holds "IAM is back: so is she" until_holds 60 ssh_as alice alice

# ---------------------------------------------------------------------------------------
# Re-asked at a login when older than fresh; younger, her login asks nothing

daemon_stop
config_for_aws 1h 24h | configure
daemon_start
iamlogin refresh >/dev/null
before=$(asked ListSSHPublicKeys)
holds "with keys younger than fresh she logs in" ssh_as alice alice
equals "and IAM is not asked" "$before" "$(asked ListSSHPublicKeys)"
daemon_stop
config_for_aws 6s 24h | configure
daemon_start
aws_faults '[{"service":"iam","action":"ListSSHPublicKeys","kind":"status","status":500}]'
sleep 8
equals "the login bucket is full" 20 "$(login_tokens)"
holds "older than fresh, and IAM does not answer: the old ones are good" ssh_as alice alice
holds "but it was asked, for the login" until_holds 30 login_has_asked
alice_has dave
aws_healthy
holds "her new key is found" until_holds 60 ssh_as dave alice
fails "and her old one is none any more" ssh_as alice alice
holds "it is the same daemon" daemon_runs
finish
