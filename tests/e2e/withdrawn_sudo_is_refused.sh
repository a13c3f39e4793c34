#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# withdrawn_sudo_is_refused.sh - the kernel keeps a group for as long as a process lives; we do not
#
# alice stays logged in over all of this, with iamlogin-sudo in her shell's groups, and tries
# sudo as her access is taken away bit by bit. Runs inside (instance.sh).
# shellcheck disable=SC2016 # expanded by the other side
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

acme='[{"Key":"platform","Value":"acme"}]'
other='[{"Key":"platform","Value":"other"}]'

# stay - a login of alice that runs what comes to /tmp/alice/in and says how it ended
stay()
{
	ssh_as alice alice 'mkdir -p /tmp/alice && cd /tmp/alice && mkfifo in && echo $$ >shell
		while read -r line <in; do eval "$line" >said 2>&1; echo $? >rc.new; mv rc.new rc; done' &
	login=$!
	until_holds 30 test -s /tmp/alice/shell
}

# in_session COMMAND - as her login of then; its exit code, and what it said (none: success)
in_session()
{
	rm -f /tmp/alice/rc
	echo "$1" >/tmp/alice/in
	until_holds 60 test -e /tmp/alice/rc || return 0
	cat /tmp/alice/said
	return "$(cat /tmp/alice/rc)"
}

holds_the_group()
{
	grep -w '^Groups:.*' "/proc/$(cat /tmp/alice/shell)/status" | grep -qw "$sudoers"
}

# refusals - how many records say that alice's sudo was refused
refusals()
{
	records '.event == "sudo" and .account == "alice" and .verdict == "deny"' | wc -l
}

more_refusals_than()
{
	[ "$(refusals)" -gt "$1" ]
}

# refused SENTENCE - with one more record that says so
refused()
{
	local before

	before=$(refusals)
	fails "$1: sudo is refused" in_session 'sudo -n id'
	holds "$1: with a record" until_holds 30 more_refusals_than "$before"
	holds "$1: (the kernel has the group still)" holds_the_group
}

config_for_aws 10m | configure
daemon_start
sudoers=$(getent group iamlogin-sudo | cut -d: -f3)
alice=$(id -u alice)
stay
holds "(her shell has the group)" holds_the_group
matches "she is root by sudo" '^uid=0' "$(in_session 'sudo -n id')"

# 1. Out of [sudo], not of [login].
person_groups alice '[]'
holds "she leaves HostAdmins" iamlogin refresh
refused "without [sudo]"
recorded "which says why" '.event == "sudo" and .account == "alice" and .verdict == "deny" and
    .reason == "sudo-withdrawn" and .person.name == "alice" and (.rule | test("HostAdmins"))'
holds "she logs in all the same" ssh_as alice alice
fails "and there, too, has no sudo" ssh_as alice alice sudo -n id
person_groups alice '["HostAdmins"]'
holds "she is back in it" iamlogin refresh
matches "and is root" '^uid=0' "$(in_session 'sudo -n id')"

# 2. Out of [login] as well: her name is gone, and sudo refuses by itself, before any PAM.
person_tags alice "$other"
holds "she loses access" iamlogin refresh
fails "her name is nobody's" account_exists alice
recorded "which the trail tells" '.event == "verdict" and .service == "sudo" and
    .verdict == "deny" and .person.name == "alice" and (.rule | test("\\[login\\]"))'
equals "her id is still hers: of whom the files are" alice "$(getent passwd "$alice" | cut -d: -f1)"
equals "for ls, too" alice "$(stat -c %U /tmp/alice/in)"
echo "#$alice ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/alice
fails "sudo is refused, with a sudoers rule of the administrator's as well" in_session 'sudo -n id'
holds "sudo's own log has it, with her id" until_holds 30 grep -q "sudo: .*unknown u.* $alice" /logs/syslog
daemon_stop
fails "so it is without a daemon" in_session 'sudo -n id'
daemon_start
equals "and after it was started anew her id is still hers" alice \
    "$(getent passwd "$alice" | cut -d: -f1)"

# 3. Where everybody has a name it comes to PAM.
daemon_stop
{
	config_for_aws 10m
	printf '[accounts]\nvisible = all\n'
} | configure
daemon_start
holds "(her name is there)" account_exists alice
refused "visible = all, and that sudoers rule"
daemon_freeze
fails "wedged: sudo is refused" in_session 'sudo -n id'
daemon_thaw
daemon_stop
fails "dead: sudo is refused" in_session 'sudo -n id'
daemon_start
recorded "with PAM's record" \
    '.event == "sudo" and .account == "alice" and .verdict == "deny" and .writer == "pam"'
rm /etc/sudoers.d/alice

# 4. And all of it back.
person_tags alice "$acme"
holds "she gets it back" iamlogin refresh
matches "and is root, in the same shell" '^uid=0' "$(in_session 'sudo -n id')"
echo 'exit 0' >/tmp/alice/in
wait "$login"
holds "the audit's chain is whole" iamlogin audit verify
finish
