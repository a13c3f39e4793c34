#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fleet_two_publishers.sh - two publishers write to one bucket: the serial only grows
#
# Who finds another manifest than it has read does not write over it (If-Match, 412), says so,
# and comes again above it. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh
# shellcheck source=/dev/null
. /e2e/fleet_lib.sh

serial_there()
{
	get_object default/manifest | sed -n 's/^serial //p'
}

is_being_read()
{
	[ "$(aws_requests '[.log[] | select(.action == "GetObject" and .fault == "drip")] | length')" -gt 0 ]
}

# statuses - of PUTs of the manifest
statuses()
{
	aws_control GET requests | jq -r '[.log[] | select(.action == "PutObject" and
		(.key | endswith("/manifest"))).status] | unique | join(" ")'
}

was_refused()
{
	[[ " $(statuses) " == *" 412 "* ]]
}

# written_by DIRECTORY - the serial of the last manifest that this publisher has written
written_by()
{
	local publisher_dir=$1

	in_publisher iamlogin status --json | jq '.publish.views[0].serial'
}

# has_written DIRECTORY SERIAL - it has written one above
has_written()
{
	[ "$(written_by "$1")" -gt "$2" ]
}

config()
{
	config_for_publisher
	echo "key_file = /etc/iamlogin/fleet.key"
	echo "heartbeat = 10s"
}

fleet_begin
aws_control PATCH credentials '{"role":"iamlogin-publisher"}' >/dev/null
config | publisher_launch
holds "a publisher puts a manifest into the bucket" until_holds 60 published 1
config_for_s3 | configure
daemon_start
holds "alice logs in by it" until_holds 30 ssh_as alice alice

# ---------------------------------------------------------------------------------------
# Between its reading and its writing somebody else writes: reading is made slow

aws_control DELETE requests >/dev/null
daemon_stop
aws_faults '[{"service":"s3","action":"GetObject","kind":"drip","interval":0.015,"count":1}]'
in_publisher iamlogin publish --revoke bob >/dev/null 2>&1
holds "the publisher reads what is there, slowly" until_holds 60 is_being_read
other=$(($(serial_there) + 40))
publish_now $other
holds "what it then writes is refused by If-Match" until_holds 60 was_refused
aws_healthy
at_most "nothing was written over" "$(serial_there)" $other
matches "one line says so" 'default/manifest: somebody else has changed it' "$(cat /logs/publisher.log)"
holds "it comes again, above the other's" until_holds 60 published $((other + 1))
matches "with the revocation" '^revoked iam-user AIDAIAMLOGINTESTBOBBB' "$(get_object default/manifest)"
daemon_start
holds "a host believes it" until_holds 60 sh -c "[ \"\$(iamlogin status --json | jq .fleet.serial)\" -gt $other ]"

# ---------------------------------------------------------------------------------------
# Two that run side by side, each with its heartbeat

first=$publisher_dir
first_pid=$(cat /run/publisher.pid)
publisher_dir=/srv/second
config | publisher_launch
from=$(serial_there)
holds "the second publishes" until_holds 90 has_written /srv/second "$from"
from=$(written_by /srv/second)
holds "the first does not stop" until_holds 90 has_written "$first" "$from"
from=$(written_by "$first")
holds "nor the second" until_holds 90 has_written /srv/second "$from"
went_back=0
last=0
for _ in $(seq 60); do
	now=$(serial_there)
	[ "$now" -ge "$last" ] || went_back=$((went_back + 1))
	last=$now
	sleep 0.25
done
equals "the serial never went back" 0 $went_back
holds "the host has followed" until_holds 60 sh -c "[ \"\$(iamlogin status --json | jq .fleet.serial)\" -ge $last ]"
equals "and complains of nothing" null "$(iamlogin status --json | jq .last_error)"
publisher_stop
kill "$first_pid"
finish
