#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# no_secret_anywhere.sh - the role's credentials stay inside the daemon
#
# At the highest debug level, through errors and renewals: no secret key, session token, IMDS
# token or signature in a log, a file or a reply; no core, no other process may look into it.
# Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

sed -i 's/^ExecStart=.*/& --debug/' "$unit_file"
config_for_aws 4s | configure

# secrets - what IMDS hands out now, one a line
secrets()
{
	local token base=http://169.254.169.254/latest role

	token=$(curl -sS -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $base/api/token)
	role=$(curl -sS -m 5 -H "X-aws-ec2-metadata-token: $token" \
	    $base/meta-data/iam/security-credentials/)
	curl -sS -m 5 -H "X-aws-ec2-metadata-token: $token" \
	    "$base/meta-data/iam/security-credentials/$role" |
	    jq -r '.SecretAccessKey, .Token'
}

daemon_start
secrets >/root/secrets
holds "there are secrets to look for" test "$(wc -l </root/secrets)" -ge 2
ssh_as alice alice
ssh_as bob bob
aws_faults '[{"service":"iam","kind":"status","status":403,"code":"AccessDenied"}]'
timeout 20 iamlogin refresh >/dev/null 2>&1
aws_faults '[{"service":"iam","kind":"body"},{"service":"imds","kind":"body"}]'
timeout 20 iamlogin refresh >/dev/null 2>&1
aws_healthy
aws_control PATCH credentials '{"expires_in":0}' >/dev/null
aws_control PATCH credentials '{"expires_in":null}' >/dev/null
until_holds 60 iamlogin refresh
secrets >>/root/secrets
for command in status users 'explain alice' 'explain nobody' 'keys alice' 'status --policy' \
	'audit show'; do
	# shellcheck disable=SC2086  # a command and its argument
	iamlogin $command >>/root/replies 2>&1
	# shellcheck disable=SC2086
	iamlogin $command --json >>/root/replies 2>&1
done

# what else could be one: a token of IMDS (emulated ones begin so), a signature
printf '%s\n' AQAEA AWS4-HMAC-SHA256 Signature= X-Amz-Security-Token >>/root/secrets
sed -i '/^$/d' /root/secrets
matches "the log is at its highest level" 'keys for alice' \
    "$(cat /logs/daemon.log /logs/journal 2>/dev/null)"
for place in /logs/daemon.log /logs/journal /logs/syslog /logs/sshd.log /var/log /run/iamlogin \
	/run/iamlogin-pam /var/lib/iamlogin /root/replies /tmp; do
	[ -e $place ] || continue
	equals "none in $place" "" "$(grep -rlFf /root/secrets $place 2>/dev/null)"
done
equals "nor in what the daemon was started with" "" \
    "$(tr '\0' '\n' <"/proc/$daemon_pid/cmdline" | grep -Ff /root/secrets)"

equals "the daemon belongs to root as far as /proc goes: not dumpable" 0 \
    "$(stat -c %u "/proc/$daemon_pid/mem")"
matches "it may leave no core" 'Max core file size +0 +0 ' "$(cat "/proc/$daemon_pid/limits")"
fails "its own user cannot look into it" setpriv --reuid iamlogin --regid iamlogin \
    --clear-groups head -c 1 "/proc/$daemon_pid/environ"
kill -SEGV "$daemon_pid"
daemon_wait
equals "a crash leaves no file behind" "" \
    "$(find / -xdev -newer /root/replies -name 'core*' -type f 2>/dev/null)"
finish
