#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# golden_image.sh [LOGINS] - a booted golden image: people, sudo, refusals, upgrades, a clone
#
# Run inside by boot.sh. LOGINS (default 500) are made while the packages are upgraded and
# installed again in a loop.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

logins=${1:-500}

monotonic() # UNIT PROPERTY
{
	systemctl show -P "$2" "$1"
}

fresh()
{
	iamlogin status --json | jq -e '.from != "files" and .state == "FRESH"'
}

until_holds 60 systemctl is-active --quiet ssh
equals "the daemon runs after the boot" active "$(systemctl is-active iamlogind)"
at_most "it was ready before sshd started" "$(monotonic ssh ExecMainStartTimestampMonotonic)" \
    "$(monotonic iamlogind ActiveEnterTimestampMonotonic)"
at_most "its socket listened before it was started" \
    "$(monotonic iamlogind ExecMainStartTimestampMonotonic)" \
    "$(monotonic iamlogind.socket ActiveEnterTimestampMonotonic)"
fails "and waited for no network" grep -q network-online \
    <(systemctl show -P After -P Wants -P Requires iamlogind)
equals "none of our units has failed" "" "$(systemctl --failed --no-legend | grep iamlogin)"
until_holds 30 fresh
if ! fresh >/dev/null; then
	claim_broken "the directory is FRESH" "$(systemctl status --no-pager iamlogind)" \
	    "$(journalctl -b --no-pager -u iamlogind | tail -n 30)"
	finish
	exit 1
fi
inode=$(stat -c %i /run/iamlogin/socket)
systemctl stop iamlogind.service
holds "a question starts a daemon that was stopped" until_holds 30 fresh
equals "at the same socket" "$inode" "$(stat -c %i /run/iamlogin/socket)"
exposure=$(systemd-analyze security --no-pager iamlogind.service | tail -n 1 | grep -o '[0-9]\.[0-9]')
at_most "systemd-analyze security gives the daemon at most 1.5, in tenths" 15 "${exposure/./}"
pid=$(systemctl show -P MainPID iamlogind)
equals "the daemon has no capability" 0000000000000000 \
    "$(awk '$1 == "CapBnd:" { print $2 }' "/proc/$pid/status")"
equals "a seccomp filter" 2 "$(awk '$1 == "Seccomp:" { print $2 }' "/proc/$pid/status")"
equals "and no new privileges" 1 "$(awk '$1 == "NoNewPrivs:" { print $2 }' "/proc/$pid/status")"

holds "alice logs in" ssh_as alice alice true
equals "and is root by sudo" 0 "$(ssh_as alice alice sudo -n id -u)"
fails "bob is refused" ssh_as bob bob true
equals "carol is deploy" deploy "$(ssh_as carol deploy id -un)"
fails "who may not use sudo" ssh_as carol deploy sudo -n true
holds "root gets in" ssh_as local root true
holds "the local account gets in" ssh_as local local true
iamlogin doctor >/tmp/doctor
fails "doctor finds nothing that failed" grep '^failed' /tmp/doctor

# --- the fence around the metadata service
imds()
{
	curl -sS -o /dev/null -m 3 http://169.254.169.254/latest/api/token
}
holds "an ordinary user reaches IMDS" as_local curl -sS -o /dev/null -m 3 http://169.254.169.254/
holds "enable --imds-fence" sh -c 'iamlogin enable --imds-fence >/tmp/fence'
holds "says who talks to it" grep IMDS /tmp/fence
fails "an ordinary user does not any more" as_local curl -sS -o /dev/null -m 3 http://169.254.169.254/
holds "root does" imds
holds "and the daemon" iamlogin refresh
holds "with --imds-allow the user does, too" iamlogin enable --imds-fence --imds-allow local
holds "at once" as_local curl -sS -o /dev/null -m 3 http://169.254.169.254/

# --- upgrades, downgrades and reinstallations while people log in
upgrade_for_ever()
{
	while [ ! -e /tmp/enough ]; do
		dpkg -i /e2e/debs/later/*.deb
		dpkg -i /e2e/debs/later/*.deb
		dpkg -i /e2e/debs/*.deb
	done
}

upgrade_for_ever >/logs/upgrades.log 2>&1 &
upgrades=$!
bad=0 locked=0 denied=0
for ((i = 0; i < logins; i++)); do
	case $((i % 6)) in
	0 | 1) ssh_as bob bob true 2>/dev/null && bad=$((bad + 1)) ;;
	2) ssh_as local root true 2>>/logs/locked || locked=$((locked + 1)) ;;
	3) ssh_as local local true 2>>/logs/locked || locked=$((locked + 1)) ;;
	4) ssh_as bob alice true 2>/dev/null && bad=$((bad + 1)) ;;
	5) ssh_as alice alice true 2>>/logs/denied || denied=$((denied + 1)) ;;
	esac
done
touch /tmp/enough
wait $upgrades
echo "# $(grep -c 'Setting up iamlogin ' /logs/upgrades.log) installations during $logins logins"
equals "no login succeeded that should not" 0 $bad
equals "root, who is break-glass, and the local account were never locked out" 0 $locked
equals "nor was alice" 0 $denied
holds "the daemon runs after all that" until_holds 30 fresh

# --- the watchdog
before=$(systemctl show -P NRestarts iamlogind)
kill -STOP "$(systemctl show -P MainPID iamlogind)"
restarted()
{
	[ "$(systemctl show -P NRestarts iamlogind)" -gt "$before" ]
}
holds "the watchdog ends a daemon that hangs" until_holds 75 restarted
until_holds 30 fresh

# --- a clone of this image, forgotten to be sealed, whose first boot has no AWS
systemctl stop iamlogind.socket iamlogind.service
aws_control PATCH instance '{"instance_id":"i-0fedcba9876543210"}' >/dev/null
aws_black_hole
rm -rf /run/iamlogin/*
systemctl start iamlogind.socket
systemctl start --no-block iamlogind
# within one boot the cache is believed until IMDS has said which instance this is
empty()
{
	iamlogin status --json | jq -e '.from != "files" and .state == "EMPTY"'
}
holds "the clone has nobody of the old instance" until_holds 60 empty
fails "alice does not get in" ssh_as alice alice true
holds "break-glass does" ssh_as local root true
aws_return
holds "when AWS is back, so is alice" until_holds 60 ssh_as alice alice true
finish
