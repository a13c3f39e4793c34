#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# boot.sh ROOT DEBS TEST [ARG...] - build a golden image from .debs, boot it, run TEST in it
#
#   ROOT   a tree from golden_root.sh; only the lower layer of an overlay, never written to
#   DEBS   a directory with our .debs; TEST finds it as /e2e/debs
#   TEST   a script that runs as root once sshd is up; its exit code is ours
#
# What systemd-nspawn --boot does, without a systemd on the host: private mount, pid, network,
# uts, ipc and cgroup namespaces, the image's own systemd as PID 1, its units in force. The
# cloud is instance.sh's. LOGS=DIR gets the console, and is required. BOOT_EACH=FILE boots it
# once for each line of FILE, a command that is run in the image before; what TEST says in the
# N-th boot is in LOGS/N/test.out.
# shellcheck disable=SC2154 # here, r and cloud are instance.sh's
set -euo pipefail

# shellcheck source=/dev/null
. "$(dirname "$0")/instance.sh"

# pivot_root(2) must not pull the emulator's root away: it lives in a mount namespace of its own
in_cloud()
{
	nsenter -t "$cloud" -n unshare -m --propagation private "$@"
}

# build_image DEBS - as an image pipeline does, in a chroot: install, enable, nothing started
build_image()
{
	cp -R "$1" "$r/e2e/debs"
	make_network
	make_people
	start_cloud
	cat >"$r/e2e/build.sh" <<'BUILD'
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
dpkg -i /e2e/debs/*.deb
useradd -m -s /bin/bash -p '*' local
install -d -m 0700 -o local -g local /home/local/.ssh
install -m 0600 -o local -g local /e2e/keys/local.pub /home/local/.ssh/authorized_keys
install -d -m 0700 /root/.ssh
install -m 0600 /e2e/keys/local.pub /root/.ssh/authorized_keys
printf '[aws]\nca_file = /etc/iamlogin/test-ca.pem\n' >>/etc/iamlogin/iamlogin.conf
mkdir -p /run/sshd
iamlogin enable --users 'path:/people/*' --allow match:platform \
    --sudo 'group:HostAdmins & match:platform' --break-glass root --no-start
# OpenSSH 9.8 and later turn addresses away that fail often, and all of ours come from one
if sshd -T | grep -q '^persourcepenalties'; then
	echo 'PerSourcePenaltyExemptList 127.0.0.1' >/etc/ssh/sshd_config.d/90-test.conf
fi
rm -f /etc/ssh/ssh_host_* # as an image does; the first boot makes new ones
ssh-keygen -q -A
BUILD
	in_root /bin/bash /e2e/build.sh >"$logs/build.log" 2>&1 || {
		tail -n 20 "$logs/build.log" >&2
		say "the image could not be built"
		exit 96
	}
	[ -z "${BOOT_PREPARE:-}" ] || in_root /bin/bash -c "$BOOT_PREPARE" >>"$logs/build.log" 2>&1
}

# add_test - a unit that runs TEST once sshd is up, and leaves the exit code in the logs
add_test()
{
	cat >"$r/etc/systemd/system/e2e-test.service" <<UNIT
[Unit]
After=ssh.service
[Service]
Type=exec
Environment=CLOUD=$cloud
ExecStart=/bin/bash -c 'bash /e2e/test.sh $* >/logs/test.out 2>&1; echo \$\$? >/logs/rc.new; journalctl -b --no-pager >/logs/journal.txt; mv /logs/rc.new /logs/rc'
[Install]
WantedBy=multi-user.target
UNIT
	mkdir -p "$r/etc/systemd/system/multi-user.target.wants"
	ln -sf ../e2e-test.service "$r/etc/systemd/system/multi-user.target.wants/"
}

boot_inside()
{
	root=$1 debs=$2 test=$3 logs=$4
	shift 4
	umask 022
	mount_tree
	mount -t cgroup2 -o nsdelegate cgroup2 "$r/sys/fs/cgroup" ||
		mount -t cgroup2 cgroup2 "$r/sys/fs/cgroup"
	mkdir -p "$r/dev/mqueue"
	: >"$logs/console.log"
	touch "$r/dev/console"
	mount --bind "$logs/console.log" "$r/dev/console"
	hostname golden
	echo golden >"$r/etc/hostname"
	echo "127.0.0.1 localhost golden" >"$r/etc/hosts"
	cp "$here/instance_lib.sh" "$here/claims.sh" "$r/e2e/"
	cp "$test" "$r/e2e/test.sh"
	build_image "$debs"
	add_test "$@"
	if [ -n "${BOOT_EACH:-}" ]; then
		boot_each
		exit
	fi
	start_systemd
}

# start_systemd - the image's own, in place of this process; the console is in /logs
start_systemd()
{
	cd "$r"
	mkdir -p .old
	pivot_root . .old
	umount -l /.old
	exec env -i container=e2e PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb \
	    /lib/systemd/systemd --log-target=console --show-status=1 \
	    </dev/null >/logs/console.log 2>&1
}

# boot_each - the image, booted for each line of $BOOT_EACH in namespaces of its own, one after
# the other; then, for boot_outside, the end
boot_each()
{
	local prepare n=0 deadline pid rc=0 each

	while read -r prepare <&9; do
		n=$((n + 1))
		in_root /bin/bash -c "$prepare" >>"$logs/build.log" 2>&1
		rm -rf "${logs:?}/$n"
		mkdir "$logs/$n"
		unshare -m -p -u -i -C -f --kill-child --mount-proc --propagation private \
		    "$here/boot.sh" --again "$r" "$logs/$n" 9<&- &
		pid=$!
		deadline=$((SECONDS + 120))
		while [ ! -e "$logs/$n/rc" ] && [ $SECONDS -lt $deadline ]; do
			sleep 0.1
		done
		each=99
		[ ! -e "$logs/$n/rc" ] || read -r each <"$logs/$n/rc"
		[ "$each" = 0 ] || rc=$each
		kill -KILL $pid 2>/dev/null || true
		wait $pid || true
	done 9<"$BOOT_EACH"
	echo "$n boots" >"$logs/test.out"
	echo "$rc" >"$logs/rc.new"
	mv "$logs/rc.new" "$logs/rc"
}

# boot_again R LOGS - as PID 1 of the namespaces that boot_each made
boot_again()
{
	r=$1 logs=$2
	mount -t proc proc "$r/proc"
	mount -t tmpfs -o mode=755 tmpfs "$r/run"
	mount -t tmpfs -o mode=1777 tmpfs "$r/tmp"
	umount "$r/sys/fs/cgroup"
	mount -t cgroup2 cgroup2 "$r/sys/fs/cgroup"
	mount --bind "$logs" "$r/logs"
	: >"$logs/console.log"
	mount --bind "$logs/console.log" "$r/dev/console"
	hostname golden
	start_systemd
}

boot_outside()
{
	if [ $# -lt 3 ] || [ -z "${LOGS:-}" ]; then
		usage
	fi
	local root debs test deadline rc

	require_namespaces
	root=$(realpath -e "$1") debs=$(realpath -e "$2") test=$(realpath -e "$3")
	shift 3
	mkdir -p "$LOGS"
	logs=$(realpath "$LOGS")
	rm -f "$logs/rc" "$logs/test.out"
	setpriv --pdeathsig KILL unshare -m -n -p -u -i -C -f --kill-child --mount-proc --propagation private \
	    "$here/boot.sh" --inside "$root" "$debs" "$test" "$logs" "$@" &
	child=$!
	trap 'kill -KILL $child 2>/dev/null || true' EXIT
	trap 'exit 130' INT TERM HUP
	deadline=$((SECONDS + ${BOOT_SECONDS:-300}))
	while [ ! -e "$logs/rc" ]; do
		if ! kill -0 $child 2>/dev/null; then
			tail -n 20 "$logs/console.log" "$logs/build.log" >&2 2>/dev/null
			say "the image's PID 1 ended"
			exit 98
		elif [ $SECONDS -ge $deadline ]; then
			cat "$logs/test.out" 2>/dev/null
			tail -n 20 "$logs/console.log" >&2
			say "no end of the test in time"
			exit 99
		fi
		sleep 0.1
	done
	cat "$logs/test.out"
	read -r rc <"$logs/rc"
	return "$rc"
}

if [ "${1:-}" = --inside ]; then
	shift
	boot_inside "$@"
elif [ "${1:-}" = --again ]; then
	shift
	boot_again "$@"
else
	boot_outside "$@"
fi
