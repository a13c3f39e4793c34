#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_cost_inside.sh - what a refresh costs, inside (instance.sh); JSON to /logs/cost.json
#
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# directory N - that many people, half of them of platform acme, each with a key and a policy
directory()
{
	# an ed25519 key is any 32 bytes behind its name
	jq -cn --argjson n "$1" --argjson len "$(($1 > 5000 ? 0 : 600))" '
	def key: "ssh-ed25519 " + ("\u0000\u0000\u0000\u000bssh-ed25519\u0000\u0000\u0000 " +
		"synthetic key of person \("0000000\(.)" | .[-8:])" | @base64);
	(if $len > 0 then "x" * $len else "" end) as $text |
	{UserDetailList: [range($n) | "person\(.)" as $name | {
		Path: "/people/", UserName: $name,
		UserId: ("AIDASYNTHETIC" + ("0000000\(.)" | .[-8:])),
		Arn: "arn:aws:iam::123456789012:user/people/\($name)",
		CreateDate: "2024-05-01T09:00:00Z", GroupList: ["group\(. % 50)"],
		Tags: [{Key: "platform", Value: (if . % 2 == 0 then "acme" else "other" end)}],
		AttachedManagedPolicies: [],
		UserPolicyList: [{PolicyName: "inline", PolicyDocument: {Statement: [{Sid: $text}]}}],
		SSHPublicKeys: [{SSHPublicKeyId: ("APKASYNTHETIC" + ("0000000\(.)" | .[-8:])),
			Status: "Active", SSHPublicKeyBody: key}]
	}], GroupDetailList: [], RoleDetailList: [], Policies: []}'
}

# cpu_ms - what the daemon has used so far
cpu_ms()
{
	awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' \
	    "/proc/$daemon_pid/stat"
}

iam_requests()
{
	aws_requests '[.by_action | to_entries[] | select(.key | startswith("iam:")) | .value] | add // 0'
}

has_listed()
{
	iamlogin status --json | jq -e --argjson n "$1" '.people == $n and .from != "files"'
}

# measure MODE N - start, be ready, refresh once; one JSON row
measure()
{
	local launched ready cpu before peak first listing

	# a file that is older than a moment is not read again while it is the same
	sleep 3
	rm -rf /run/iamlogin /var/lib/iamlogin
	aws_control DELETE requests >/dev/null
	launched=${EPOCHREALTIME/./}
	daemon_launch
	until_holds 60 has_listed "$2" || echo "no listing of $2 people: $1" >&2
	ready=$(((${EPOCHREALTIME/./} - launched) / 1000))
	sleep 1
	before=$(iam_requests)
	first=$(awk '/^VmHWM/ { print $2 }' "/proc/$daemon_pid/status")
	listing=$(aws_requests '[.by_action["iam:GetAccountAuthorizationDetails",
		"iam:ListUsers", "iam:GetUser", "iam:ListGroupsForUser"] // 0] | add')
	cpu=$(cpu_ms)
	timeout 120 iamlogin refresh >/dev/null 2>&1 || true
	cpu=$(($(cpu_ms) - cpu))
	peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$daemon_pid/status")
	jq -cn --arg mode "$1" --argjson people "$2" --argjson ready "$ready" \
	    --argjson cpu "$cpu" --argjson peak "$peak" \
	    --argjson first "$first" --argjson listing "$listing" \
	    --argjson all "$(($(iam_requests) - before))" \
	    '{source: $mode, people: $people, ready_ms: $ready, refresh_cpu_ms: $cpu,
		peak_kib: $peak, first_peak_kib: $first,
		directory_requests: $listing, requests_of_second: $all}' |
	    tee -a /logs/cost.json >&2
	daemon_stop
}

: >/logs/cost.json
for n in 100 1000 5000 50000; do
	directory $n >/etc/iamlogin/directory.json
	config_for_file | configure
	measure file $n
done
for n in 100 1000 5000; do
	directory $n >/tmp/directory.json
	curl -sS -m 60 -X PUT --data-binary @/tmp/directory.json "$control/directory" >/dev/null
	config_for_aws 10m | sed 's/^kind = iam/&\ndirectory = details/' | configure
	measure details $n
done
directory 100 >/tmp/directory.json
curl -sS -m 60 -X PUT --data-binary @/tmp/directory.json "$control/directory" >/dev/null
config_for_aws 10m | configure
measure scoped 100

# a login of somebody whose keys are not known yet: fetching ahead fails here
directory 4 >/tmp/directory.json
curl -sS -m 60 -X PUT --data-binary @/tmp/directory.json "$control/directory" >/dev/null
for name in alice bob carol dave; do
	person_create $name $name
done
aws_faults '[{"service":"iam","action":"ListSSHPublicKeys","kind":"status","status":400,"code":"InvalidInput"}]'
rm -rf /run/iamlogin /var/lib/iamlogin
daemon_start
sleep 1
aws_healthy
before=$(aws_control GET requests | jq -c .by_action)
for name in alice bob carol dave; do
	ssh_as $name $name || echo "$name does not get in" >&2
done
aws_control GET requests | jq -c --argjson before "$before" \
    '{logins: 4, requests: (.by_action | with_entries(.value -= ($before[.key] // 0) |
	select(.value > 0)))}' | tee -a /logs/cost.json >&2
claim_holds "everything was measured"
finish
