#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# details_lists_five_thousand.sh - directory = details in an account as full as IAM allows
#
# 5,000 users with inline policies: few requests, little memory, and people can log in
# seconds after the start. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

aws_control GET directory | jq '
	("x" * 1800) as $text |
	.UserDetailList += [range(4997) | "person\(.)" as $name | {
		Path: "/people/", UserName: $name,
		UserId: ("AIDASYNTHETIC" + ("0000000\(.)" | .[-8:])),
		Arn: "arn:aws:iam::123456789012:user/people/\($name)",
		CreateDate: "2024-05-01T09:00:00Z",
		GroupList: ["group\(. % 50)"],
		Tags: [{Key: "platform", Value: (if . % 2 == 0 then "acme" else "other" end)},
			{Key: "team", Value: "team\(. % 100)"}],
		AttachedManagedPolicies: [{PolicyName: "p", PolicyArn: "arn:aws:iam::aws:policy/p"}],
		UserPolicyList: [{PolicyName: "inline", PolicyDocument: {Statement: [{Sid: $text}]}}]
	}]' >/tmp/full.json
curl -sS -m 60 -X PUT --data-binary @/tmp/full.json "$control/directory" >/dev/null
config_for_aws 30s | sed 's/^kind = iam/&\ndirectory = details/' | configure

aws_control DELETE requests >/dev/null
launched=${EPOCHREALTIME/./}
daemon_launch
until [ -e /run/iamlogin/snapshot ] && getent -s iamlogin passwd alice >/dev/null; do
	[ $((${EPOCHREALTIME/./} - launched)) -lt 30000000 ] || break
	sleep 0.05
done
echo "# the first useful snapshot was there after $(((${EPOCHREALTIME/./} - launched) / 1000)) ms"
holds "alice logs in" until_holds 30 ssh_as alice alice
equals "all are listed" 5000 "$(iamlogin status --json | jq .people)"
at_most "requests for the directory" 10 \
    "$(aws_requests '.by_action["iam:GetAccountAuthorizationDetails"]')"
equals "and none per person" null \
    "$(aws_requests '.by_action["iam:ListGroupsForUser"]')"

before=$(aws_requests '.by_action["iam:GetAccountAuthorizationDetails"]')
holds "a refresh succeeds" timeout 60 iamlogin refresh
at_most "requests a refresh" 10 \
    $(($(aws_requests '.by_action["iam:GetAccountAuthorizationDetails"]') - before))
matches "person2 is there" '^person2:' "$(as_local getent passwd person2)"
fails "person3, of another platform, is not" as_local getent passwd person3
aws_faults '[{"service":"iam","kind":"status","status":500,"page":3}]'
fails "a refresh whose third page fails fails" timeout 60 iamlogin refresh
equals "and removes nobody" 5000 "$(iamlogin status --json | jq .people)"
aws_healthy
holds "a refresh succeeds again" until_holds 60 timeout 60 iamlogin refresh
at_most "the daemon's peak memory in KiB" 65536 \
    "$(awk '/^VmHWM/ { print $2 }' "/proc/$daemon_pid/status")"
finish
