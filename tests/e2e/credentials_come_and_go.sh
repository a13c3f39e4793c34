#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# credentials_come_and_go.sh - the instance's role is detached, renamed, swapped, expires
#
# Nobody loses access meanwhile, status says what is missing, and within 60 s of the repair
# all is fresh again, without a restart. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# a refresh that failed is tried again by itself: nobody asks after the repair
is_fresh()
{
	iamlogin status --json | jq -e '.last_error == null'
}

# notice CODE - ask once, and see that failure
notice()
{
	timeout 30 iamlogin refresh >/dev/null 2>&1
	until_holds 60 has_error "$1"
}

has_error()
{
	[ "$(iamlogin status --json | jq -r '.last_error.code')" = "$1" ]
}

role()
{
	iamlogin status --json | jq -r .credentials.role
}

role_is()
{
	[ "$(role)" = "$1" ]
}

credentials()
{
	aws_control PATCH credentials "$1" >/dev/null
}

config_for_aws 10m | configure
daemon_start
equals "the role is known" iamlogin-host "$(role)"

credentials '{"role":null,"expires_in":0}'
holds "a detached role is noticed" notice no-role
holds "alice logs in meanwhile" ssh_as alice alice
fails "bob does not" ssh_as bob bob
credentials '{"role":"iamlogin-renamed","expires_in":null}'
holds "attached under another name: fresh within 60 s" until_holds 60 is_fresh
holds "under that name" role_is iamlogin-renamed

credentials '{"expires_in":0}'
credentials '{"expires_in":null}'
holds "credentials that expired at once are renewed" timeout 30 iamlogin refresh

# the profile is swapped, and the old role loses its permissions: nothing has expired
credentials '{"deny":["iamlogin-renamed/iam:*"]}'
holds "a missing permission is noticed" notice AccessDenied
matches "and named" iam: "$(iamlogin status --json | jq -r '.missing_permissions[]')"
matches "with the policy to paste" '"iam:ListUsers"' "$(iamlogin status)"
matches "as narrow as the scope" 'arn:aws:iam::123456789012:user/people/\*' \
    "$(iamlogin status --policy | sed 's,\\/,/,g')"
holds "explain names the way" sh -c 'iamlogin explain alice | grep -q "status --policy"'
holds "alice logs in with the last good list" ssh_as alice alice
credentials '{"role":"iamlogin-swapped"}'
holds "another role with the permission: fresh within 60 s" until_holds 60 is_fresh
holds "under its name" until_holds 30 role_is iamlogin-swapped

holds "the role's keys change many times" sh -c 'for i in 1 2 3; do
	curl -sS -m 5 -X PATCH --data-binary "{\"expires_in\":0}" '"$control"'/credentials
	curl -sS -m 5 -X PATCH --data-binary "{\"expires_in\":null}" '"$control"'/credentials
	sleep 2; done'
holds "a refresh succeeds all the same" timeout 60 iamlogin refresh

imds_black_hole
holds "silence of IMDS is noticed" notice timeout
holds "alice logs in while IMDS is dark" ssh_as alice alice
imds_return
holds "fresh within 60 s of its return" until_holds 60 is_fresh
holds "it is the same daemon" daemon_runs
holds "the audit's chain is whole" iamlogin audit verify
finish
