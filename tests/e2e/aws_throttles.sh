#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_throttles.sh - AWS refuses 90 % of the requests for a minute
#
# The daemon becomes slower, says so, keeps what it knows, and is back soon after.
# Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

is_fresh()
{
	iamlogin status --json | jq -e '.state == "FRESH" and .last_error == null'
}

config_for_aws 4s | configure
daemon_start
aws_control DELETE requests >/dev/null
aws_faults '[{"service":"iam","kind":"status","status":400,"code":"Throttling","rate":0.9}]'
sleep 30
first=$(aws_requests)
sleep 30
second=$(aws_requests '[.by_action | to_entries[] | select(.key | startswith("iam:")) | .value] | add')
at_most "requests in the first half minute" 60 "$first"
imds=$(aws_requests '[.by_action | to_entries[] | select(.key | startswith("imds:")) | .value] | add')
at_most "to IAM in the whole minute" 50 "$second"
at_most "to IMDS" 200 "$imds"
holds "alice logs in" ssh_as alice alice
fails "bob does not" ssh_as bob bob
holds "status tells the throttling" sh -c \
    'iamlogin status --json | jq -e ".counters.aws_throttled > 0 and .counters.aws_errors_by_code.Throttling > 0"'
aws_healthy
from=$SECONDS
holds "fresh again" until_holds 60 is_fresh
at_most "within seconds" 60 $((SECONDS - from))
holds "the audit's chain is whole" iamlogin audit verify
finish
