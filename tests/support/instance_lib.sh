# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# instance_lib.sh - what a test inside an instance says; sourced by it as /e2e/instance_lib.sh
#
# Sections: configuration, the daemon, logins, the cloud, records; claims are in claims.sh.
# shellcheck source=/dev/null
. /e2e/claims.sh

audit_file=/var/log/iamlogin/audit.jsonl
unit_file=/usr/lib/systemd/system/iamlogind.service
[ -f "$unit_file" ] || unit_file=/lib/systemd/system/iamlogind.service
daemon_pid=

# ---------------------------------------------------------------------------------------
# Configuration

# config_for_aws [FRESH [GRACE [SUDO-GRACE]]] - the rules of design.md section 10, printed
config_for_aws()
{
	cat <<-END
	[source]
	kind = iam
	[aws]
	ca_file = /etc/iamlogin/test-ca.pem
	[principals]
	users = path:/people/*
	[login]
	allow = match:platform
	[sudo]
	allow = group:HostAdmins & match:platform
	grace = ${3:-4h}
	[cache]
	fresh = ${1:-10m}
	grace = ${2:-24h}
	END
}

# config_for_file [GRACE] - the same rules over /etc/iamlogin/directory.json, no AWS at all
config_for_file()
{
	cat <<-END
	[source]
	kind = file
	path = /etc/iamlogin/directory.json
	[instance]
	tag = platform=acme
	[principals]
	users = path:/people/*
	[login]
	allow = match:platform
	[sudo]
	allow = group:HostAdmins & match:platform
	[cache]
	grace = ${1:-24h}
	END
}

# configure - the configuration is what comes on stdin
configure()
{
	install -d -m 0755 /etc/iamlogin
	cat >/etc/iamlogin/iamlogin.conf.new
	chmod 0644 /etc/iamlogin/iamlogin.conf.new
	mv /etc/iamlogin/iamlogin.conf.new /etc/iamlogin/iamlogin.conf
}

# ---------------------------------------------------------------------------------------
# The daemon, started as its unit says

unit_value()
{
	sed -n "s/^$1=//p" "$unit_file" | tail -n 1
}

# daemon_launch - start it and do not wait; with socket_passed set, on what descriptor 3 listens at
socket_passed=
daemon_launch()
{
	local program user groups name memlock

	program=$(unit_value ExecStart)
	user=$(unit_value User)
	install -d -m "$(unit_value RuntimeDirectoryMode)" -o "$user" -g "$user" \
	    "/run/$(unit_value RuntimeDirectory)"
	install -d -m "$(unit_value StateDirectoryMode)" -o "$user" -g "$user" \
	    "/var/lib/$(unit_value StateDirectory)"
	install -d -m "$(unit_value LogsDirectoryMode)" -o "$user" -g "$user" \
	    "/var/log/$(unit_value LogsDirectory)"
	groups=$(id -G "$user" | tr ' ' ,)
	for name in $(unit_value SupplementaryGroups); do
		groups=$groups,$(getent group "$name" | cut -d: -f3)
	done
	memlock=$(unit_value LimitMEMLOCK)
	[ "$memlock" != infinity ] || memlock=unlimited
	# a sandboxed root may not raise it; the daemon then runs without locked memory
	prlimit --memlock="$memlock" true 2>/dev/null || memlock=
	# shellcheck disable=SC2086,SC2016  # a command with its arguments; the inner shell expands
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 ${socket_passed:+LISTEN_FDS=1} \
	    /bin/sh -c 'LISTEN_PID=$$ exec "$@"' listen \
	    prlimit ${memlock:+--memlock="$memlock"} --nofile=4096 \
	    setpriv --reuid "$user" --regid "$user" --groups "$groups" --no-new-privs \
	    --inh-caps=-all --ambient-caps=-all --bounding-set=-all \
	    $program >>/logs/daemon.log 2>&1 &
	daemon_pid=$!
	# Another script inside (the demo's steps, a login) may have to find it.
	echo "$daemon_pid" >/run/iamlogind.pid
}

daemon_answers()
{
	iamlogin status --json | jq -e '.state != "EMPTY" and .from != "files"'
}

# daemon_start - start it and wait for its first directory, at most 60 s
daemon_start()
{
	daemon_launch
	if ! until_holds 60 daemon_answers; then
		claim_broken "the daemon starts and has a directory" \
		    "$(tail -n 5 /logs/daemon.log)" "$(tail -n 5 /logs/journal)"
		return 1
	fi
}

daemon_runs()
{
	kill -0 "$daemon_pid" 2>/dev/null
}

# daemon_wait - until it has ended; its exit code
daemon_wait()
{
	wait "$daemon_pid"
}

# daemon_stop, daemon_kill - and wait until it is gone
daemon_stop()
{
	kill -CONT "$daemon_pid"
	kill -TERM "$daemon_pid"
	wait "$daemon_pid"
}

daemon_kill()
{
	kill -KILL "$daemon_pid"
	wait "$daemon_pid" 2>/dev/null || true
}

# daemon_freeze - it keeps its socket and does nothing: the wedged daemon
daemon_freeze()
{
	kill -STOP "$daemon_pid"
}

daemon_thaw()
{
	kill -CONT "$daemon_pid"
}

# state - FRESH, STALE, EXPIRED or EMPTY
state()
{
	iamlogin status --json | jq -r .state
}

state_is()
{
	[ "$(state)" = "$1" ]
}

# ---------------------------------------------------------------------------------------
# Logins

ssh_port=22

# ssh_as KEY ACCOUNT [COMMAND...] - one login with that key of /e2e/keys and no other
ssh_as()
{
	local key=$1 account=$2

	shift 2
	ssh -i "/e2e/keys/$key" -F none -o BatchMode=yes -o IdentitiesOnly=yes \
	    -o IdentityAgent=none -o StrictHostKeyChecking=no -o LogLevel=ERROR \
	    -o UserKnownHostsFile=/dev/null -o ConnectTimeout=10 \
	    -p $ssh_port "$account@127.0.0.1" "${@:-true}" </dev/null
}

# as_local COMMAND... - as the local account: its lookups ring no doorbell
as_local()
{
	setpriv --reuid local --regid local --init-groups "$@"
}

# account_exists NAME
account_exists()
{
	as_local getent passwd "$1"
}

# microseconds COMMAND..., milliseconds COMMAND... - how long it took, whatever it said
microseconds()
{
	local from to

	from=${EPOCHREALTIME/./}
	"$@" >/dev/null 2>&1
	to=${EPOCHREALTIME/./}
	echo $((to - from))
}

milliseconds()
{
	echo $(($(microseconds "$@") / 1000))
}

# ---------------------------------------------------------------------------------------
# The cloud

control=http://10.0.0.1:8099/_emulator

in_cloud()
{
	nsenter -t "$CLOUD" -n "$@"
}

# the answer of a request that failed tells why; curl 7.74 (Debian 11) keeps it to itself
curl_fails=--fail-with-body
curl --fail-with-body --version >/dev/null 2>&1 || curl_fails=--fail

# aws_control METHOD PATH [JSON]
aws_control()
{
	if [ $# -eq 3 ]; then
		curl -sS $curl_fails -m 10 -X "$1" -H 'Content-Type: application/json' \
		    --data-binary "$3" "$control/$2"
	else
		curl -sS $curl_fails -m 10 -X "$1" "$control/$2"
	fi
}

# aws_requests [FILTER] - how many requests AWS has counted
aws_requests()
{
	aws_control GET requests | jq "${1:-.total}"
}

# aws_faults JSON-ARRAY, aws_healthy
aws_faults()
{
	aws_control PUT faults "$1" >/dev/null
}

aws_healthy()
{
	aws_faults '[]'
}

# aws_black_hole, aws_return - AWS and DNS (not IMDS) answer nothing, not even a SYN
aws_black_hole()
{
	in_cloud ip route add blackhole 10.0.9.5/32
}

aws_return()
{
	in_cloud ip route del blackhole 10.0.9.5/32
}

# imds_black_hole, imds_return - the control API is on the same wire: use it before or after
imds_black_hole()
{
	in_cloud ip route add blackhole 10.0.0.5/32
}

imds_return()
{
	in_cloud ip route del blackhole 10.0.0.5/32
}

# person_tags NAME TAGS-JSON, person_groups NAME GROUPS-JSON, person_remove NAME
person_tags()
{
	aws_control PATCH "users/$1" "{\"Tags\":$2}" >/dev/null
}

person_groups()
{
	aws_control PATCH "users/$1" "{\"Groups\":$2}" >/dev/null
}

person_remove()
{
	aws_control DELETE "users/$1" >/dev/null
}

# directory_with NAME KEY - that directory on stdin plus one person of platform acme, printed
directory_with()
{
	jq --arg name "$1" --arg key "$(cat "/e2e/keys/$2.pub")" '
		($name | ascii_upcase | . + "ZZZZZZZZZZZZZZZZZ")[0:17] as $id |
		.UserDetailList += [{
			Path: "/people/", UserName: $name, UserId: ("AIDA" + $id),
			Arn: ("arn:aws:iam::123456789012:user/people/" + $name),
			CreateDate: "2026-01-01T00:00:00Z", GroupList: [],
			AttachedManagedPolicies: [],
			Tags: [{Key: "platform", Value: "acme"}],
			SSHPublicKeys: [{UserName: $name, SSHPublicKeyId: ("APKA" + $id),
				Status: "Active", SSHPublicKeyBody: $key,
				UploadDate: "2026-01-01T00:00:00Z"}]
		}]'
}

# person_create NAME KEY - in IAM, from now on
person_create()
{
	jq -n --rawfile key "/e2e/keys/$2.pub" '{
		Path: "/people/", Tags: [{Key: "platform", Value: "acme"}],
		SSHPublicKeys: [{SSHPublicKeyBody: ($key | rtrimstr("\n"))}]
	}' | aws_control PATCH "users/$1" "$(cat)" >/dev/null
}

# aws_cli ARGUMENT... - the real `aws` of this machine, in this network, as $aws_key:$aws_secret
#
# Names of AWS are what the instance's own name server says; files are this machine's, so what
# is read or written goes through standard input and output, or /logs.
aws_cli()
{
	local service

	[ -s /logs/aws-hosts.log ] || {
		echo 127.0.0.1 localhost
		for service in iam sts ec2-instance-connect.eu-central-1; do
			echo "10.0.9.9 $service.amazonaws.com"
		done
	} >/logs/aws-hosts.log
	cp /etc/iamlogin/test-ca.pem /logs/aws-ca.log
	# the outside is what pid 1 of these namespaces has as its root
	# shellcheck disable=SC2016 # the inner shell expands
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/nonexistent LANG=C.UTF-8 \
	    AWS_ACCESS_KEY_ID="$aws_key" AWS_SECRET_ACCESS_KEY="$aws_secret" \
	    AWS_SESSION_TOKEN="${aws_token:-}" AWS_DEFAULT_REGION=eu-central-1 AWS_PAGER= \
	    AWS_MAX_ATTEMPTS=1 AWS_EC2_METADATA_DISABLED=true \
	    nsenter -t 1 -m -r -w unshare -m --propagation private /bin/sh -c '
		mount --bind "$0/aws-hosts.log" /etc/hosts
		export AWS_CA_BUNDLE="$0/aws-ca.log"
		exec /usr/bin/aws "$@"' "$OUTSIDE" "$@"
}

# aws_as ARN-OF-USER-NAME - from now on that IAM user; without a name the administrator
aws_as()
{
	local pair

	aws_key=AKIAEMULATORADMIN0001 aws_secret=emulator/Admin+Secret0000000000000000001
	aws_token=
	[ $# -gt 0 ] || return 0
	pair=$(aws_cli iam create-access-key --user-name "$1" --output text \
	    --query 'AccessKey.[AccessKeyId,SecretAccessKey]')
	read -r aws_key aws_secret <<<"$pair"
}

# aws_send_key ACCOUNT KEY - EC2 Instance Connect: that key of /e2e/keys opens ACCOUNT
aws_send_key()
{
	cp "/e2e/keys/$2.pub" /logs/sent-key.log
	aws_cli ec2-instance-connect send-ssh-public-key --instance-id i-0123456789abcdef0 \
	    --instance-os-user "$1" --ssh-public-key "file://$OUTSIDE/sent-key.log" \
	    --query RequestId --output text
}

# eic_put ACCOUNT RECORDS - what IMDS shows for ACCOUNT; a record is JSON (tests/aws/README.md)
eic_put()
{
	aws_control PUT "eic/$1" "{\"records\":[$2]}" >/dev/null
}

# eic_record KEY CALLER REQUEST - a good one
eic_record()
{
	printf '{"key":"%s","caller":"%s","request":"%s"}' \
	    "$(cut -d' ' -f1,2 "/e2e/keys/$1.pub")" "$2" "$3"
}

# ---------------------------------------------------------------------------------------
# Records

# records [FILTER] - audit records for which the jq filter is true, one a line
records()
{
	[ ! -f "$audit_file" ] || jq -c "select(${1:-true})" "$audit_file"
}

# recorded SENTENCE FILTER - such a record is there, or comes within 30 s
recorded()
{
	if until_holds 30 has_record "$2"; then
		claim_holds "$1"
	else
		claim_broken "$1" "no record with: $2" "$(tail -n 3 "$audit_file" 2>&1)"
	fi
}

has_record()
{
	[ -n "$(records "$1")" ]
}

# records_readable - the audit as a person reads it
records_readable()
{
	jq -r '[.seq, (.time | .[11:19]), .event, .verdict, (.account // "-"),
		(.person.name // "-"), (.service // "-"), .reason,
		(if .age_s then "\(.age_s)s old" else "" end), (.rule // "")] | @tsv' \
	    "$audit_file" |
	    awk -F'\t' '{ printf "%3s %s  %-8s%-8s%-8s%-7s%-6s%-16s%-9s%s\n",
		$1, $2, $3, $4, $5, $6, $7, $8, $9, $10 }'
}

# system_files - one digest of everything that must never be written to
system_files()
{
	{
		cat /etc/passwd /etc/group /etc/shadow /etc/gshadow /etc/subuid /etc/subgid
		find /etc/sudoers /etc/sudoers.d -type f -exec sha256sum {} +
		find /home /root -name 'authorized_keys*' -exec sha256sum {} + | sort
	} 2>/dev/null | sha256sum
}
