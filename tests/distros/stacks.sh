#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# stacks.sh - every PAM stack of this distribution, by its own program
#
# Everybody has a name here (visible = all), so that bob, whom the rules refuse, is stopped by
# PAM and by nothing before it. Passwords are any: a module in common-auth takes them all, as
# a directory service would take the right one. Runs inside (instance.sh), in a tree of
# distro_root.sh.
# shellcheck disable=SC2016,SC2154 # expanded by the other side; set by what is sourced
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

options=(-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
	-o ConnectTimeout=10 -o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1)

# as NAME COMMAND... - as that user, without any PAM
as()
{
	setpriv --reuid "$1" --regid "$(id -g "$1")" --init-groups "${@:2}"
}

# The stacks: each runs `true`, or leaves a file, as that user.
by_key()
{
	local key=local

	[ "$1" = root ] || [ "$1" = local ] || key=$1
	ssh_as "$key" "$1"
}

by_password()
{
	SSH_ASKPASS=/tmp/askpass SSH_ASKPASS_REQUIRE=force DISPLAY=: setsid -w ssh "${options[@]}" \
	    -o PreferredAuthentications=password -p 22 "$1@127.0.0.1" true </dev/null
}

by_keyboard()
{
	SSH_ASKPASS=/tmp/askpass SSH_ASKPASS_REQUIRE=force DISPLAY=: setsid -w ssh "${options[@]}" \
	    -o PreferredAuthentications=keyboard-interactive -p 22 "$1@127.0.0.1" true </dev/null
}

by_su()
{
	su "$1" -c true </dev/null && su - "$1" -c true </dev/null
}

by_sudo()
{
	as "$1" sudo -n true </dev/null
}

by_login()
{
	rm -f "/tmp/login-$1"
	# login(1) of util-linux leads its session, or stops; it throws away what was typed before
	for _ in {1..60}; do
		printf 'touch /tmp/login-%s; exit\n' "$1" 2>/dev/null || break
		sleep 0.5
	done | timeout 30 script -qec "exec login -f $1" /dev/null
	test -e "/tmp/login-$1"
}

by_systemd_user()
{
	pamtester systemd-user "$1" acct_mgmt
}

# at and cron look once a minute at most: all of their jobs are tried together
jobs()
{
	local name

	for name; do
		rm -f "/tmp/at-$name" "/tmp/cron-$name"
		as "$name" env HOME=/tmp LOGNAME="$name" SHELL=/bin/sh sh -c \
		    "cd /tmp; echo 'touch /tmp/at-$name' | at now" 2>/dev/null
		echo "* * * * * $name touch /tmp/cron-$name"
	done >/etc/cron.d/jobs
	/usr/sbin/atd -f &
	atd=$!
	/usr/sbin/cron -f &
	cron=$!
	until_holds 75 test -e /tmp/cron-root
	until_holds 75 test -e /tmp/at-root
	sleep 2
	kill $atd $cron
	wait $atd $cron 2>/dev/null
	rm /etc/cron.d/jobs
}

# everywhere SENTENCE CLAIM NAME STACK... - holds or fails, for this name in each stack
everywhere()
{
	local stack

	for stack in "${@:4}"; do
		"$2" "$1: $3 by ${stack#by_}" "$stack" "$3"
	done
}

logins=(by_key by_password by_keyboard by_su by_login by_systemd_user by_sudo)

# outsiders SENTENCE - root and local accounts never notice us
outsiders()
{
	everywhere "$1" holds root "${logins[@]}"
	everywhere "$1" holds local by_key by_password by_keyboard by_su by_login by_systemd_user
}

printf '#!/bin/sh\necho anything\n' >/tmp/askpass
chmod 0755 /tmp/askpass
sed -i '1i auth sufficient pam_permit.so' /etc/pam.d/common-auth
cat >/etc/ssh/sshd_config.d/90-passwords.conf <<END
PasswordAuthentication yes
ChallengeResponseAuthentication yes
PermitRootLogin yes
END
kill -HUP "$(cat /run/sshd.pid 2>/dev/null || pgrep -o sshd)"
until_holds 5 by_key root
for name in alice bob; do
	echo "$name ALL=(ALL) NOPASSWD: ALL"
done >/etc/sudoers.d/tests
{
	config_for_aws 10m
	printf '[accounts]\nvisible = all\n'
} | configure
daemon_start
matches "everybody has a name" bob "$(getent passwd bob)"

everywhere "allowed" holds alice "${logins[@]}"
everywhere "denied" fails bob "${logins[@]}"
everywhere "nobody" fails nobodyknows by_key by_password by_keyboard by_su
outsiders "the daemon runs"
jobs root local alice bob
for name in root local alice; do
	holds "cron runs a job of $name" test -e "/tmp/cron-$name"
	holds "at runs a job of $name" test -e "/tmp/at-$name"
done
fails "cron runs no job of bob, who is denied" test -e /tmp/cron-bob
fails "at runs no job of bob, who is denied" test -e /tmp/at-bob
recorded "each refusal is recorded with its service" \
    '.event == "login" and .account == "bob" and .verdict == "deny" and .service == "cron"'

daemon_freeze
everywhere "wedged" holds alice by_key by_password by_su by_login
everywhere "wedged" fails bob "${logins[@]}"
outsiders "wedged"
daemon_thaw
daemon_stop
everywhere "stopped" holds alice by_key by_password by_su by_login
everywhere "stopped" fails bob "${logins[@]}"
outsiders "stopped"

for file in snapshot keys; do
	printf garbage >/run/iamlogin/new
	chown iamlogin:iamlogin /run/iamlogin/new
	mv /run/iamlogin/new /run/iamlogin/$file
done
outsiders "files of garbage"
fails "files of garbage: alice by key" by_key alice
rm -rf /run/iamlogin /run/iamlogin-pam
outsiders "no files"
fails "no files: alice by key" by_key alice
jobs root local
holds "no files: cron runs root's job" test -e /tmp/cron-root
holds "no files: at runs root's job" test -e /tmp/at-root
holds "no files: cron runs a local account's job" test -e /tmp/cron-local

# tmux: all of a server is in the session of whoever started it, and nobody's after its end
systemd-tmpfiles --create /usr/lib/tmpfiles.d/iamlogin.conf
rm -f /etc/sudoers.d/tests
{
	config_for_aws 10m
	printf '[accounts]\nshared = ops\n'
} | configure
runas='[{"Key":"SSMSessionRunAs","Value":"ops"},{"Key":"platform","Value":"acme"}]'
person_create dave dave
person_tags carol "$runas"
person_tags dave "$runas"
person_groups carol '["HostAdmins"]'
person_groups dave '["HostAdmins"]'
daemon_start
# what it kept over the restart is from before these tags
ops_is_there()
{
	iamlogin refresh && account_exists ops
}
holds "(the shared account is there)" until_holds 60 ops_is_there
holds "carol leaves a tmux behind" ssh_as carol ops 'tmux new-session -d -s work'
holds "dave types into it" ssh_as dave ops 'tmux send-keys -t work "sudo -n true; touch ~/ran" Enter
	for i in $(seq 600); do [ -e ~/ran ] && exit; sleep 0.1; done; exit 1'
recorded "sudo in a tmux that outlived its login is nobody's" \
    '.event == "sudo" and .account == "ops" and .verdict == "allow" and .person == null'
equals "least of all carol's" "" \
    "$(records '.event == "sudo" and .account == "ops" and .person.name == "carol"')"
holds "the audit's chain is whole" iamlogin audit verify
finish
