#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# warden_units.sh - the warden in its real units: started by the flag, inside its sandbox
#
# Run inside by boot.sh: systemd is PID 1, units are in force. No AWS is needed.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# how often the service has run since it is counted
runs()
{
	wc -l </run/warden-runs
}

fresh()
{
	iamlogin status --json | jq -e '.from != "files" and .state == "FRESH"'
}

# people NAME... - a directory in which tags name these accounts
people()
{
	local name n=0

	for name in "$@"; do
		n=$((n + 1))
		jq -n --arg name "$name" --arg n "$n" '{
			Path: "/people/", UserName: ("iam-" + $name),
			UserId: ("AIDA000000000000000" + $n),
			Arn: ("arn:aws:iam::123456789012:user/people/iam-" + $name),
			CreateDate: "2024-01-01T00:00:00Z", GroupList: [],
			AttachedManagedPolicies: [],
			Tags: [{Key: "SSMSessionRunAs", Value: $name},
				{Key: "platform", Value: "acme"}]}'
	done | jq -s '{UserDetailList: ., GroupDetailList: [], RoleDetailList: [], Policies: []}' \
	    >/etc/iamlogin/directory.new
	mv /etc/iamlogin/directory.new /etc/iamlogin/directory.json
	systemctl is-active --quiet iamlogind && iamlogin refresh >/dev/null
}

people first
config_for_file | configure
systemctl restart iamlogind.service
until_holds 30 fresh
holds "the path unit waits" systemctl is-active --quiet iamlogin-warden.path
holds "the watcher runs" systemctl is-active --quiet iamlogin-warden-sessions.service
holds "the first home is there" until_holds 30 test -d /home/first
from=${EPOCHREALTIME/./}
people first second
until_holds 30 test -d /home/second
at_most "a home is there in ms after the publication, 1000 at most" 1000 \
    $(((${EPOCHREALTIME/./} - from) / 1000))
equals "it belongs to its account" second "$(stat -c %U /home/second)"

sleep 1
mkdir -p /etc/systemd/system/iamlogin-warden.service.d
printf '[Service]\nExecStopPost=+/bin/sh -c "echo >>/run/warden-runs"\n' \
    >/etc/systemd/system/iamlogin-warden.service.d/count.conf
systemctl daemon-reload
touch /run/iamlogin/warden
holds "the flag starts a run" until_holds 30 test -s /run/warden-runs
sleep 1
before=$(runs)
for ((n = 0; n < 4000; n++)); do : >/run/iamlogin/warden; done
sleep 2
equals "4,000 flags are one run" $((before + 1)) "$(runs)"
holds "and the path unit waits again" systemctl is-active --quiet iamlogin-warden.path
fails "no flag is left" test -e /run/iamlogin/warden
for name in a b c d e f g h; do
	people first second "p$name"
	sleep 0.1
done
holds "eight publications in a second are not too many" until_holds 30 test -d /home/ph
holds "the path unit waits still" systemctl is-active --quiet iamlogin-warden.path

# what runs as second, under its user manager and outside of it
useradd -m -s /bin/bash other
systemd-run --quiet --uid second --unit left-over sleep 1000
setpriv --reuid "$(id -u second)" --regid "$(id -u second)" --clear-groups sleep 1000 &
setpriv --reuid other --regid other --clear-groups sleep 1001 &
uid=$(id -u second)
# a user manager that lingers: nobody of second is logged in
loginctl enable-linger second
holds "second's user manager lingers" until_holds 60 systemctl is-active --quiet "user@$uid"
people first
gone()
{
	! pgrep -U "$uid"
}
holds "who lost access has no process left" until_holds 60 gone
fails "nor does the user manager come back" systemctl is-active --quiet "user@$uid"
holds "others have" pgrep -U other
recorded "it is recorded through the daemon" '.reason == "withdrawn" and .writer == "warden"'

pid=$(systemctl show -P MainPID iamlogin-warden-sessions.service)
equals "the watcher has two capabilities" 0000000000000022 \
    "$(awk '$1 == "CapBnd:" { print $2 }' "/proc/$pid/status")"
equals "a seccomp filter" 2 "$(awk '$1 == "Seccomp:" { print $2 }' "/proc/$pid/status")"
fails "and a network of its own" test "$(readlink "/proc/$pid/ns/net")" = "$(readlink /proc/1/ns/net)"
for unit in iamlogin-warden iamlogin-warden-sessions; do
	exposure=$(systemd-analyze security --no-pager $unit.service | tail -n 1 | grep -o '[0-9]\.[0-9]')
	at_most "systemd-analyze security gives $unit at most 2.0, in tenths" 20 "${exposure/./}"
done
# what `iamlogin enable` of the image has done, and disable undoes
for unit in iamlogin-warden.path iamlogin-warden.service iamlogin-warden-sessions.service; do
	holds "enable has enabled $unit" systemctl is-enabled --quiet $unit
done
equals "none of our units has failed" "" "$(systemctl --failed --no-legend | grep iamlogin)"
holds "disable" iamlogin disable --quiet
for unit in iamlogin-warden.path iamlogin-warden.service iamlogin-warden-sessions.service; do
	fails "disable has disabled $unit" systemctl is-enabled --quiet $unit
	fails "and stopped it" systemctl is-active --quiet $unit
done
finish
