#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_slow_or_lying.sh - AWS answers, but slowly, too much, or not the truth
#
# Under each fault the last good list stays, a known person logs in without waiting, nobody
# is let in by mistake, memory and log stay small; after the repair everything is fresh again
# within 60 s without a restart. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

people()
{
	iamlogin users --json | jq -r '[.[].name] | sort | join(" ")'
}

# peak - the daemon's largest resident size so far in KiB
peak()
{
	awk '/^VmHWM/ { print $2 }' "/proc/$daemon_pid/status"
}

# log_lines - how many lines the daemon has written, to whichever log
log_lines()
{
	cat /logs/daemon.log /logs/journal 2>/dev/null | grep -c . || true
}

failures()
{
	iamlogin status --json | jq .counters.refresh_failures
}

is_fresh()
{
	iamlogin status --json | jq -e '.state == "FRESH" and .last_error == null'
}

has_failed_since()
{
	[ "$(failures)" -gt "$1" ]
}

# under SENTENCE FAULT-JSON [SERVICE-OF-THE-FAULT]
under()
{
	local before lines

	before=$(failures)
	lines=$(log_lines)
	aws_faults "[$2]"
	(timeout 45 iamlogin refresh >/dev/null 2>&1 || true) &
	at_most "$1: alice's login in ms" 1500 "$(milliseconds ssh_as alice alice)"
	holds "$1: alice logs in" ssh_as alice alice
	fails "$1: bob does not" ssh_as bob bob
	holds "$1: it is noticed" until_holds 45 has_failed_since "$before"
	equals "$1: nobody is removed" "$everybody" "$(people)"
	at_most "$1: lines of log" 12 $(($(log_lines) - lines))
	aws_healthy
	holds "$1: fresh again within 60 s" until_holds 60 is_fresh
	wait_for_refresh
}

wait_for_refresh()
{
	timeout 60 iamlogin refresh >/dev/null 2>&1 || true
}

iam()
{
	printf '{"service":"iam","action":"*","kind":"%s"}' "$1"
}

config_for_aws 10m | configure
daemon_start
everybody=$(people)
matches "alice and deploy are there" 'alice.*deploy' "$everybody"

under "HTML with status 200" "$(iam body)"
under "an empty body" '{"service":"iam","action":"*","kind":"body","body":""}'
under "a body of 100 MB" "$(iam huge)"
under "XML a million deep" "$(iam deep)"
under "an entity bomb" "$(iam bomb)"
under "gzip that nobody asked for" "$(iam gzip)"
under "two content lengths" "$(iam two_lengths)"
under "half the content length" "$(iam short_length)"
under "more content length than content" "$(iam long_length)"
under "a byte every ten seconds" "$(iam drip)"
# connections that are open already would not meet it
under "TLS that never begins" '{"service":"*","kind":"stall_tls"},{"service":"iam","kind":"reset"}'
at_most "the daemon's peak memory in KiB" 65536 "$(peak)"
holds "the audit's chain is whole" iamlogin audit verify
finish
