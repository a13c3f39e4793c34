#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# metrics_for_prometheus.sh - every counter, in status and in /run/iamlogin/metrics.prom
#
# Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

file=/run/iamlogin/metrics.prom

# metric NAME - its value
metric()
{
	sed -n "s/^iamlogin_$1 //p" $file
}

counter()
{
	iamlogin status --json | jq ".counters.$1"
}

has_listed()
{
	grep -q '^iamlogin_aws_requests_by_action_total{action="iam:GetUser"} [1-9]' $file
}

config_for_aws 10m | configure
daemon_start
holds "the file appears, with requests by action" until_holds 30 has_listed
equals "for everybody to read" 644 "$(stat -c %a $file)"
inode=$(stat -c %i $file)
fails "and each line is a comment or NAME{LABEL} NUMBER" grep -Evq \
    '^(# TYPE iamlogin_[a-z_]+ (counter|gauge)|iamlogin_[a-z_]+(\{[a-z]+="[A-Za-z0-9:._-]+"\})? -?[0-9.e+]+)$' $file
equals "no name has two types" "" "$(sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' $file | sort | uniq -d)"
equals "status has the same" "$(aws_requests '.by_action["iam:GetUser"]')" \
    "$(counter 'aws_requests_by_action["iam:GetUser"]')"
at_most "tokens of the background bucket" 240 "$(counter aws_background_tokens)"
at_most "of the login bucket" 20 "$(counter aws_login_tokens)"
fails "nothing about people is in it" grep -Eiq 'alice|carol|deploy|AIDA|arn:' $file

aws_faults '[{"service":"iam","kind":"status","status":403,"code":"AccessDenied"}]'
timeout 60 iamlogin refresh >/dev/null 2>&1
aws_healthy
at_most "a failure is counted by its code" "$(counter 'aws_errors_by_code.AccessDenied')" 1
errors_are_written()
{
	[ "$(metric 'aws_errors_by_code_total{code="AccessDenied"}')" -ge 1 ]
}
holds "in the file as well" until_holds 30 errors_are_written
fails "which was replaced, not rewritten" test "$inode" = "$(stat -c %i $file)"
written=$(stat -c %Y $file)
sleep 5
at_most "not more often than every 15 s" 1 \
    "$(($(stat -c %Y $file) == written ? 0 : ($(stat -c %Y $file) - written < 14) + 1))"
matches "a refresh has taken its time" '^[0-9]+$' "$(metric refresh_last_milliseconds)"
finish
