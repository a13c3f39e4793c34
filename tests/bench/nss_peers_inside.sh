#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# nss_peers_inside.sh PEER USERS KEYS ROOT PARTS DATA - one peer in a system of its own
#
# Runs as pid 1 of fresh mount and pid namespaces; ends as nss_bench, which obeys the lines
# on standard input. PARTS has our module, the floor's, and nss_bench; DATA the dataset, read
# only. Everybody sees the accounts through `files PEER`; what differs is where they are kept.
set -euo pipefail

peer=$1 users=$2 keys=$3 root=$4 parts=$5 data=$6
lib=usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
service=$peer

mount_tree()
{
	local node work

	work=$(mktemp -d "$parts/mnt.XXXXXX")
	mount -t tmpfs -o mode=755 tmpfs "$work"
	mkdir "$work/upper" "$work/work" "$work/root"
	mount -t overlay overlay "$work/root" \
	    -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work"
	r=$work/root
	mount -t proc proc "$r/proc"
	mount -t tmpfs -o mode=755 tmpfs "$r/run"
	mount -t tmpfs -o mode=1777 tmpfs "$r/tmp"
	mount -t tmpfs -o mode=755 tmpfs "$r/dev"
	for node in null zero full random urandom; do
		touch "$r/dev/$node"
		mount --bind "/dev/$node" "$r/dev/$node"
	done
}

in_root()
{
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 chroot "$r" "$@"
}

nsswitch()
{
	printf 'passwd: %s\ngroup: %s\nshadow: files\nhosts: files\n' "$1" "$1" \
	    >"$r/etc/nsswitch.conf"
}

# The floor's file, also for the daemons that cache: the fastest source they can have.
floor_below()
{
	mkdir -p "$r/run/floor"
	cp "$data/snapshot" "$r/run/floor/snapshot"
}

await() # PATH SECONDS LOG
{
	local deadline=$((SECONDS + $2))

	until [ -e "$1" ]; do
		if [ $SECONDS -ge $deadline ]; then
			echo "fail $peer did not start: $(tail -n 1 "$3" | tr -d '\n')"
			exit 1
		fi
		sleep 0.1
	done
}

start_nscd()
{
	cat >"$r/etc/nscd.conf" <<-END
		threads 4
		$(for db in passwd group; do
			printf '%s %s %s\n' enable-cache $db yes positive-time-to-live $db 36000 \
			    negative-time-to-live $db 20 suggested-size $db 20011 \
			    check-files $db no persistent $db no shared $db yes \
			    max-db-size $db 268435456
		done)
	END
	mkdir -p "$r/run/nscd" "$r/var/cache/nscd"
	in_root nscd -F >"$r/tmp/nscd.log" 2>&1 </dev/null &
	await "$r/run/nscd/socket" 10 "$r/tmp/nscd.log"
}

start_sssd()
{
	cat >"$r/etc/sssd/sssd.conf" <<-END
		[sssd]
		services = nss
		domains = bench
		[nss]
		memcache_timeout = 36000
		[domain/bench]
		id_provider = proxy
		proxy_lib_name = floor
		auth_provider = none
		access_provider = permit
		entry_cache_timeout = 36000
	END
	chmod 0600 "$r/etc/sssd/sssd.conf"
	in_root sssd -i --logger=files >"$r/tmp/sssd.log" 2>&1 </dev/null &
	await "$r/var/lib/sss/pipes/nss" 20 "$r/tmp/sssd.log"
	await "$r/var/lib/sss/mc/initgroups" 20 "$r/tmp/sssd.log"
	sleep 1 # the back end says that it is online after the pipe is there
}

prepare()
{
	case $peer in
	floor)
		floor_below
		;;
	iamlogin)
		mkdir -m 0755 "$r/run/iamlogin"
		cp "$data/snapshot" "$r/run/iamlogin/snapshot"
		;;
	files)
		cat "$data/passwd" >>"$r/etc/passwd"
		cat "$data/group" >>"$r/etc/group"
		nsswitch files
		return
		;;
	extrausers)
		mkdir -p "$r/var/lib/extrausers"
		cp "$data/passwd" "$data/group" "$r/var/lib/extrausers"
		;;
	cache)
		for file in passwd group; do
			cp "$data/$file" "$r/etc/$file.cache"
			for index in "$data/$file".ix*; do
				cp "$index" "$r/etc/$file.cache.${index##*.}"
			done
		done
		;;
	cache_oslogin)
		cp "$data/passwd" "$r/etc/oslogin_passwd.cache"
		cp "$data/group" "$r/etc/oslogin_group.cache"
		;;
	systemd)
		mkdir -p "$r/run/userdb"
		cp -a "$data/userdb/." "$r/run/userdb"
		;;
	nscd)
		floor_below
		nsswitch "files floor"
		service=libc
		start_nscd
		return
		;;
	sss | sss_socket)
		floor_below
		service=sss
		start_sssd
		;;
	esac
	nsswitch "files $service"
}

umask 022
mount_tree
for module in iamlogin floor; do
	install -m 0755 "$parts/libnss_$module.so.2" "$r/$lib/"
done
install -m 0755 "$parts/nss_bench" "$r/usr/bin/nss_bench"
prepare
environment=()
[ "$peer" != sss_socket ] || environment=(SSS_NSS_USE_MEMCACHE=NO)
caller=(setpriv --reuid 65534 --regid 65534 --clear-groups)
[ -z "${AS_ROOT:-}" ] || caller=()
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "${environment[@]}" chroot "$r" \
    "${caller[@]}" /usr/bin/nss_bench "$service" "$users" "$keys"
