#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# full_disk_loses_no_decision.sh - /var is full: people log in, and every decision is told
#
# State and audit trail share a small file system of their own; later /run is full as well.
# Runs inside (instance.sh).
# shellcheck disable=SC2154 # set by what is sourced
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

acme='[{"Key":"platform","Value":"acme"}]'

# records [FILTER] - as always, and past the half lines that a full disk leaves
records()
{
	jq -Rc "fromjson? | select(${1:-true})" "$audit_file"
}

# fill DIRECTORY, empty DIRECTORY - not one byte more finds room there, and again it does
fill()
{
	local size

	for size in 64k 4k 1; do
		dd if=/dev/zero of="$1/fill" bs=$size oflag=append conv=notrunc status=none 2>/dev/null
	done
}

empty()
{
	rm -f "$1/fill"
}

# sessions_of NAME [WRITER] - how many of its logins the trail tells
sessions_of()
{
	records ".event == \"session\" and .verdict == \"allow\" and .person.name == \"$1\"
		${2:+and .writer == \"$2\"}" | wc -l
}

# has_sessions NAME NUMBER [WRITER] - exactly
has_sessions()
{
	[ "$(sessions_of "$1" "${3:-}")" -eq "$2" ]
}

# has_ticked - the daemon has looked at the spool and the trail twice since
has_ticked()
{
	local before

	before=$(iamlogin status --json | jq .age_s)
	until_holds 60 eval "[ \$(iamlogin status --json | jq .age_s) -ge $((before + 12)) ]"
}

in_journal()
{
	grep 'IAMLOGIN_EVENT=session' /logs/journal | grep 'IAMLOGIN_VERDICT=allow' | grep -c "/$1 "
}

mkdir -p /var/small
mount -t tmpfs -o size=4M,mode=755 small /var/small
for dir in lib log; do
	install -d -m 0700 -o iamlogin -g iamlogin /var/small/$dir /var/$dir/iamlogin
	mount --bind /var/small/$dir /var/$dir/iamlogin
done
config_for_aws 10m | configure
daemon_start
holds "alice logs in" ssh_as alice alice
recorded "and is recorded" '.event == "session" and .account == "alice"'
fill /var/small

# 1. The daemon runs.
for n in 1 2 3; do
	holds "full: alice logs in, $n" ssh_as alice alice
done
matches "full: her sudo works" '^uid=0' "$(ssh_as alice alice sudo -n id 2>&1)"
person_tags bob "$acme"
holds "full: bob is given access" iamlogin refresh
holds "full: and comes in" ssh_as bob bob
fails "full: not all of it is in the trail" test "$(iamlogin status --json | jq .counters.audit_pending)" -eq 0
equals "full: the journal has all five" 5 "$(in_journal alice)"

# 2. It is restarted, and killed, with the disk as full as it was.
daemon_stop
holds "full, no daemon: alice logs in" ssh_as alice alice
holds "full, no daemon: bob does" ssh_as bob bob
daemon_start
holds "full, started again: alice logs in" ssh_as alice alice
daemon_kill
daemon_start
holds "full, killed and started again: alice logs in" ssh_as alice alice
holds "(it has looked at everything twice)" has_ticked

# 3. There is room again.
empty /var/small
holds "every login of alice is in the trail" until_holds 60 has_sessions alice 8
holds "every one of bob" until_holds 60 has_sessions bob 2
equals "those without a daemon are PAM's" "1 1" "$(sessions_of alice pam) $(sessions_of bob pam)"
recorded "so is the change of bob's verdict" \
    '.event == "verdict" and .verdict == "allow" and .person.name == "bob"'
recorded "and alice's sudo" '.event == "sudo" and .account == "alice" and .verdict == "allow"'
holds "(it has looked twice)" has_ticked
equals "none is there twice" "8 2" "$(sessions_of alice) $(sessions_of bob)"
fails "nothing waits any more" test -e /run/iamlogin/audit.waiting
holds "the audit's chain is whole" iamlogin audit verify

# 4. PAM's own directory is full as well, and nobody is there: syslog has it.
daemon_stop
fill /var/small
mount -t tmpfs -o size=64k,mode=755 small /run/iamlogin-pam
install -d -m 2750 -o root -g iamlogin /run/iamlogin-pam/session
fill /run/iamlogin-pam
: >/logs/syslog
holds "all is full, no daemon: alice logs in" ssh_as alice alice
holds "syslog has the decision" until_holds 30 \
    grep -q "session 'alice': allow .*person=alice" /logs/syslog
fails "all is full, no daemon: carol does not, as alice" ssh_as carol alice
holds "root and local accounts log in" ssh_as local root
empty /run/iamlogin-pam
umount /run/iamlogin-pam
empty /var/small
daemon_start
holds "after all of it alice logs in" ssh_as alice alice
holds "and the audit's chain is whole" iamlogin audit verify
finish
