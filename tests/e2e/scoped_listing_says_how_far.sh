#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# scoped_listing_says_how_far.sh - more people in scope than the bucket has requests
#
# The first listing goes on at the bucket's pace; status says how far it is and when it will
# be done; nobody is published before everybody is known. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

jq -cn '{UserDetailList: [range(200) | "person\(.)" as $name | {
	Path: "/people/", UserName: $name,
	UserId: ("AIDASYNTHETIC" + ("0000000\(.)" | .[-8:])),
	Arn: "arn:aws:iam::123456789012:user/people/\($name)",
	CreateDate: "2024-05-01T09:00:00Z", GroupList: [],
	Tags: [{Key: "platform", Value: "acme"}], AttachedManagedPolicies: [],
	UserPolicyList: []}],
	GroupDetailList: [], RoleDetailList: [], Policies: []}' >/tmp/directory.json
curl -sS -m 60 -X PUT --data-binary @/tmp/directory.json "$control/directory" >/dev/null
config_for_aws 10m | configure

# listing FILTER - is that true of the listing in status?
listing()
{
	iamlogin status --json | jq -e ".listing | $1"
}

daemon_launch
holds "status says that 200 people are being listed, and how many are" \
    until_holds 30 listing '.people == 200 and .done >= 100 and .done < 200'
holds "and for how long: (401 - 240) / 236 of an hour, less what has passed" \
    until_holds 30 listing '.left_s > 2100 and .left_s <= 2460'
matches "a person can read it" '^listing +1[0-9][0-9] of 200 people, done in about [0-9]+' \
    "$(iamlogin status)"
equals "nobody is published before everybody is known" EMPTY "$(state)"
fails "nobody at all" as_local getent passwd person0
at_most "requests so far" 245 "$(aws_requests '[.by_action | to_entries[] |
	select(.key | startswith("iam:")) | .value] | add')"
finish
