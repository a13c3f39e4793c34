#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# warden_races.sh - what stands at a path of the warden's changes while it runs
#
# At every path that the warden touches for a home (the home, its copy in the making, /home,
# skel and what is in it, the flag, the memory) something else is put in a loop: a symbolic
# link, a hard link, a FIFO, a directory of somebody, a mount point. It runs all the while and
# may do nothing outside of /home. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

warden=/usr/libexec/iamlogin-warden
rounds=${RACE_ROUNDS:-20}
may_vanish= # what was there a moment ago need not be

# digest - of everything that must never change: owners, modes, contents
digest()
{
	{
		stat -c '%n %u %g %a %h %s' /srv/victim /srv/victim/* /etc/shadow /etc/passwd /root
		sha256sum /srv/victim/file /etc/shadow /etc/passwd
	} | sha256sum
}

# put KIND PATH - one of what may stand there
put()
{
	case $1 in
	link) ln -s /srv/victim "$2" ;;
	file-link) ln -s /srv/victim/file "$2" ;;
	hard) ln /srv/victim/file "$2" ;;
	fifo) mkfifo "$2" ;;
	dir) mkdir -m 0777 "$2" && ln -s /srv/victim "$2/welcome" && ln -s /srv/victim "$2/.config" ;;
	mount) mkdir "$2" && mount --bind /srv/victim "$2" ;;
	socket) python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$2" ;;
	esac
}

take()
{
	umount -l "$1"
	rm -rf --one-file-system "$1"
} 2>/dev/null

# swap PATH KIND... - put and take each kind in turn, until /tmp/over is there
swap()
{
	local path=$1 kind

	shift
	while [ ! -e /tmp/over ]; do
		for kind in "$@"; do
			put "$kind" "$path"
			take "$path"
		done
	done
} >/dev/null 2>&1

# runs - run the warden over and over; homes that it has made are taken away again
runs()
{
	local n rc gone=/home/.gone

	for ((n = 0; n < rounds; n++)); do
		touch /run/iamlogin/warden
		rc=0
		timeout 60 $warden || rc=$?
		[ $rc -le 1 ] || echo "exit $rc"
		# what is mounted cannot be moved; what is not the account's is the swapper's
		[ "$(stat -c %u /home/deploy 2>/dev/null)" = "$uid" ] || continue
		mv -T /home/deploy "$gone" 2>/dev/null || continue
		if [ "$(stat -c %u "$gone" 2>/dev/null)" = "$uid" ]; then
			made=$((made + 1))
			[ -n "$may_vanish" ] ||
				[ "$(timeout 5 cat "$gone/welcome")" = 'greeting from skel' ] ||
				echo "a home that is not whole: $(ls -ld "$gone")"
		fi
		rm -rf "$gone"
	done 2>>/logs/warden.log
}

# race SENTENCE PATH KIND... - the warden runs while PATH is swapped
race()
{
	local sentence=$1 path=$2 swapper said

	shift 2
	rm -f /tmp/over
	made=0
	swap "$path" "$@" &
	swapper=$!
	runs >/tmp/runs
	touch /tmp/over
	wait $swapper
	take "$path"
	said=$(cat /tmp/runs)
	equals "$sentence: the warden ends each time, nothing half made" "" "$said"
	equals "$sentence: nothing outside is touched" "$before" "$(digest)"
	n_made=$((n_made + made))
}

mkdir -m 0700 /srv/victim
echo precious >/srv/victim/file
chmod 4755 /srv/victim/file
echo 'greeting from skel' >/etc/skel/welcome
mkdir -p /etc/skel/.config/app
echo x >/etc/skel/.config/app/settings
config_for_aws 10m | configure
daemon_start
uid=$(id -u deploy)
n_made=0
before=$(digest)
everything="link file-link hard fifo dir mount socket"

# shellcheck disable=SC2086 # words
{
race "the home" /home/deploy $everything
may_vanish=yes # root takes the copy away with what is in it
race "the copy in the making" /home/.iamlogin-warden.deploy $everything
may_vanish=
race "a file of the copy" /home/.iamlogin-warden.deploy/.bashrc link file-link hard fifo
race "a directory of the copy" /home/.iamlogin-warden.deploy/.config link dir mount fifo
race "the flag" /run/iamlogin/warden $everything
race "the memory" /run/iamlogin-warden/said link file-link hard fifo dir
race "the new memory" /run/iamlogin-warden/said.new link file-link hard fifo dir
race "a file of skel" /etc/skel/.bashrc file-link fifo dir
race "a directory of skel" /etc/skel/more link dir mount fifo
}
at_least=$((rounds / 2))
holds "meanwhile it did make homes ($n_made)" test "$n_made" -ge "$at_least"

# /home itself, as a link, somebody's, or not there, and back
rm -f /tmp/over
swap_home()
{
	while [ ! -e /tmp/over ]; do
		mv /home /srv/real && ln -s /srv/victim /home && rm /home && mv /srv/real /home
		chown "$uid" /home && chown root /home
		chmod 0777 /home && chmod 0755 /home
		mount --bind /srv/victim /home && umount -l /home
	done
} >/dev/null 2>&1
may_vanish=yes
swap_home &
swapper=$!
runs >/tmp/runs
touch /tmp/over
wait $swapper
umount -l /home 2>/dev/null
equals "/home: the warden ends each time" "" "$(cat /tmp/runs)"
# what root mounts at /home, and root owns, is /home: a home in it is what was asked for
rm -rf --one-file-system /srv/victim/deploy /srv/victim/.iamlogin-warden.deploy /srv/victim/.gone
equals "/home: nothing outside is touched" "$before" "$(digest)"
rm -rf --one-file-system /home/deploy /home/.gone
$warden
equals "and afterwards the home is made" "$uid 700" "$(stat -c '%u %a' /home/deploy)"
finish
