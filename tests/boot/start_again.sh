#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# start_again.sh - a daemon that cannot start is not given up, and needs no systemctl to return
#
# Run inside by boot.sh. RestartSec is 5 s, so the six failures take half a minute each time.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

conf=/etc/iamlogin/iamlogin.conf

fresh()
{
	iamlogin status --json | jq -e '.from != "files" and .state == "FRESH"'
}

# failed_starts NUMBER - it has been started again so often, since it last ran
failed_starts()
{
	[ "$(systemctl show -P NRestarts iamlogind)" -ge "$1" ]
}

# ask NUMBER - as many questions at the socket, each of which systemd would start it for
ask()
{
	local n

	for ((n = 0; n < $1; n++)); do
		timeout 10 iamlogin status >/dev/null 2>&1
	done
}

# withstands WHAT - what holds while it cannot start
withstands()
{
	holds "$1: it is started again after six failures" until_holds 150 failed_starts 6
	ask 40
	fails "$1: systemd does not give it up" systemctl is-failed --quiet iamlogind.service
	holds "$1: nor its socket, asked forty times" systemctl is-active --quiet iamlogind.socket
	holds "$1: alice logs in by the published files" ssh_as alice alice true
	fails "$1: bob does not" ssh_as bob bob true
	holds "$1: break-glass does" ssh_as local root true
}

holds "sshd runs" until_holds 60 systemctl is-active --quiet ssh
holds "the directory is fresh" until_holds 60 fresh
holds "alice logs in" ssh_as alice alice true

cp -p $conf /root/kept
printf '[login]\nalow = group:HostAdmins\n' >>$conf
systemctl restart --no-block iamlogind
withstands "a line that it refuses"
cp -p /root/kept $conf
holds "mended, it runs without another command" until_holds 60 fresh

mv /usr/sbin/iamlogind /usr/sbin/iamlogind.away
systemctl restart --no-block iamlogind
withstands "a program that is missing"
mv /usr/sbin/iamlogind.away /usr/sbin/iamlogind
holds "put back, it runs without another command" until_holds 60 fresh

# --- doctor names the unit that is at fault, and what mends it
# doctor_says SENTENCE LEVEL TEXT - a line about the units
doctor_says()
{
	matches "$1" "^$2 .*$3" "$(iamlogin doctor --json |
		jq -r '.checks[] | select(.check == "units") | "\(.level) \(.text)"')"
}
doctor_says "doctor has nothing to say about the units" ok 'enabled and alive'
systemctl stop iamlogind.socket
doctor_says "doctor says that the socket does not listen" failed 'iamlogind.socket is not running'
systemctl stop iamlogind.service
systemctl start iamlogind.service # as its remedy says
doctor_says "its remedy mends it" ok 'enabled and alive'
systemctl mask --now --quiet iamlogind.service
doctor_says "doctor says that the daemon is masked" failed 'iamlogind.service is masked'
systemctl unmask --quiet iamlogind.service
systemctl start iamlogind.service
systemctl disable --quiet iamlogind.socket
doctor_says "doctor says what the next boot would lack" failed 'iamlogind.socket is not enabled'
systemctl enable --quiet --now iamlogind.socket
doctor_says "and nothing once that is mended" ok 'enabled and alive'

bursts=0
for ((n = 0; n < 12; n++)); do
	systemctl restart iamlogind || bursts=$((bursts + 1))
done
equals "twelve restarts in a row are not too many" 0 $bursts
holds "and it is fresh after them" until_holds 60 fresh
equals "none of our units has failed" "" "$(systemctl --failed --no-legend | grep iamlogin)"
finish
