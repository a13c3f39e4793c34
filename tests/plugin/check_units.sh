#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_units.sh - the units hold their promises: exposure, order, no wait for the network
set -u
units=${BUILDDIR:-.}/packaging/systemd
bad=0

complain()
{
	echo "$*"
	bad=1
}

command -v systemd-analyze >/dev/null || { echo "systemd-analyze is not installed"; exit 77; }

# exposure UNIT LIMIT - in tenths, as `systemd-analyze security` weighs it
exposure()
{
	systemd-analyze security --offline=true --no-pager --threshold="$2" "$units/$1" >/dev/null 2>&1 ||
		complain "$1 is more exposed than $2 tenths: $(systemd-analyze security \
			--offline=true --no-pager "$units/$1" 2>&1 | tail -n 1)"
}

if systemd-analyze --help | grep -q -e --offline; then # since 250; Debian 11 has 247
	exposure iamlogind.service 15
	exposure iamlogin-warden.service 20
	exposure iamlogin-warden-sessions.service 20
else
	echo "this systemd-analyze weighs no unit that is not loaded"
fi
grep -q '^User=iamlogin$' "$units/iamlogind.service" || complain "the daemon is not iamlogin's"
grep -q '^CapabilityBoundingSet=$' "$units/iamlogind.service" || complain "it has capabilities"
grep -q '^WatchdogSec=' "$units/iamlogind.service" || complain "it has no watchdog"
grep -q '^Before=.*ssh\.service' "$units/iamlogind.service" || complain "sshd does not wait for it"
if grep -q 'network-online\|network\.target' "$units/iamlogind.service"; then
	complain "the daemon waits for the network"
fi
grep -q "^ListenSequentialPacket=$(sed -n 's/^d \([^ ]*iamlogin\) .*/\1/p' \
	"$units/../tmpfiles.d/iamlogin.conf")/socket\$" "$units/iamlogind.socket" ||
	complain "the socket is elsewhere than tmpfiles makes its directory"
grep -q '^SocketMode=0666$' "$units/iamlogind.socket" || complain "not everybody may ask"
if grep '^After=' "$units/iamlogind.socket"; then
	complain "the socket waits for something"
fi
# units that do not exist here, such as ssh.service, are no fault of ours
systemd-analyze verify --man=no "$units"/iamlogin*.service "$units"/iamlogin*.socket \
	"$units"/iamlogin*.path 2>&1 | grep -i "$units" |
	grep -v 'is not executable\|Command .* is not\|No such file' && complain "systemd finds fault"
exit $bad
