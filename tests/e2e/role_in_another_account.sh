#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# role_in_another_account.sh - the people are in another account: role_arn
#
# Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

role=arn:aws:iam::123456789012:role/readers/DirectoryReader
aws_control GET directory | jq --arg arn $role '.RoleDetailList += [{RoleName: "DirectoryReader",
	Path: "/readers/", RoleId: "AROASYNTHETICREADER01", Arn: $arn}]' >/tmp/directory.json
curl -sS -m 10 -X PUT --data-binary @/tmp/directory.json "$control/directory" >/dev/null
aws_control PATCH instance '{"account":"999999999999"}' >/dev/null

config_for_aws 10m | configure
daemon_launch
fails "without role_arn alice of another account is refused" ssh_as alice alice
daemon_stop
config_for_aws 10m | sed "s,^\[aws\],&\nrole_arn = $role," | configure
daemon_start
holds "with it she logs in" ssh_as alice alice
equals "status names the role" DirectoryReader \
    "$(iamlogin status --json | jq -r .credentials.assumed_role)"
matches "IAM is asked as that role, in the name of the instance" \
    'assumed-role/DirectoryReader/i-0123456789abcdef0' \
    "$(aws_control GET requests | jq -r '[.log[] | select(.service == "iam") | .signed_by] | last')"
matches "by the regional STS" '^sts:AssumeRole$' \
    "$(aws_control GET requests | jq -r '.by_action | keys[] | select(startswith("sts:"))')"
matches "the policy for the instance is AssumeRole alone" '"sts:AssumeRole"' \
    "$(iamlogin status --policy | jq -c '.instance.Statement[].Action')"
aws_control PATCH credentials '{"deny":["sts:AssumeRole"],"expires_in":0}' >/dev/null
aws_control PATCH credentials '{"expires_in":null}' >/dev/null
timeout 30 iamlogin refresh >/dev/null 2>&1
equals "a role that may not be assumed any more is named" sts:AssumeRole \
    "$(iamlogin status --json | jq -r '.missing_permissions[0]')"
holds "alice logs in with the last good list" ssh_as alice alice
aws_control PATCH credentials '{"deny":[]}' >/dev/null
is_fresh()
{
	iamlogin status --json | jq -e '.last_error == null'
}
holds "fresh within 60 s of the repair" until_holds 60 is_fresh
finish
