#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_errors_remove_nobody.sh - an error is not an absence
#
# Whatever AWS answers instead of a list, the people of the last good list stay; somebody who
# is truly gone goes. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

people()
{
	iamlogin users --json | jq -r '[.[].name] | sort | join(" ")'
}

config_for_aws 10m | configure
daemon_start
everybody=$(people)
matches "alice and deploy are there" 'alice.*deploy' "$everybody"

# with_fault SENTENCE FAULT-JSON
with_fault()
{
	aws_faults "[$2]"
	timeout 60 iamlogin refresh >/dev/null 2>&1
	equals "$1 removes nobody" "$everybody" "$(people)"
	aws_healthy
}

with_fault "throttling" \
    '{"service":"iam","action":"*","kind":"status","status":400,"code":"Throttling"}'
with_fault "AccessDenied" \
    '{"service":"iam","action":"*","kind":"status","status":403,"code":"AccessDenied"}'
with_fault "AccessDenied on GetUser alone" \
    '{"service":"iam","action":"GetUser","kind":"status","status":403,"code":"AccessDenied"}'
with_fault "AccessDenied on ListGroupsForUser alone" \
    '{"service":"iam","action":"ListGroupsForUser","kind":"status","status":403,"code":"AccessDenied"}'
with_fault "ServiceFailure" \
    '{"service":"iam","action":"*","kind":"status","status":500,"code":"ServiceFailure"}'
with_fault "ServiceUnavailable" \
    '{"service":"iam","action":"*","kind":"status","status":503,"code":"ServiceUnavailable"}'
with_fault "an expired token" \
    '{"service":"iam","action":"*","kind":"status","status":403,"code":"ExpiredToken"}'
with_fault "a garbage body" '{"service":"iam","action":"*","kind":"body"}'
with_fault "a body cut short" '{"service":"iam","action":"*","kind":"truncate"}'
with_fault "a reset connection" '{"service":"iam","action":"*","kind":"reset"}'
with_fault "a silent server" '{"service":"iam","action":"*","kind":"blackhole"}'
with_fault "a body that never ends" '{"service":"iam","action":"*","kind":"stall_body"}'
with_fault "IMDS with errors" '{"service":"imds","action":"*","kind":"status","status":500}'

holds "alice logs in after all of this" ssh_as alice alice
aws_black_hole
timeout 60 iamlogin refresh >/dev/null 2>&1
equals "a black hole removes nobody" "$everybody" "$(people)"
holds "alice logs in beside the black hole" ssh_as alice alice
aws_return

person_remove carol
holds "a refresh succeeds again" until_holds 60 iamlogin refresh
fails "carol, gone from the list, is gone" ssh_as carol deploy
holds "alice is not" ssh_as alice alice
holds "the audit's chain is whole" iamlogin audit verify
finish
