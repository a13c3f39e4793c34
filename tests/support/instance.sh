#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# instance.sh ROOT STAGE TEST [ARG...] - an EC2 instance that lives as long as TEST runs
#
#   ROOT   a tree from root.sh; only the lower layer of an overlay, never written to
#   STAGE  what `make install DESTDIR=STAGE` made
#   TEST   a script that runs as root inside once sshd listens; its exit code is ours.
#          It finds itself in /e2e beside instance_lib.sh.
#
# Private mount, network, pid, uts and ipc namespaces with a real sshd, PAM stack and
# nsswitch.conf. A second network namespace is the cloud: the emulated AWS, IMDS at its true
# addresses, the name server. Losing the cloud is a blackhole route over there, so that here
# a SYN or a question simply gets no answer:
#
#   instance                                  cloud
#   imds0 10.0.0.5  ────────────── imds1 169.254.169.254 fd00:ec2::254 (IMDS), 10.0.0.1 (control)
#   aws0  10.0.9.5  ────────────── aws1  10.0.9.9 (IAM, STS, …), 10.0.9.10 (S3), 10.0.9.53 (DNS)
#
# LOGS=DIR keeps the logs there; otherwise they are kept, and named, only when TEST fails.
# INSTANCE_CLOUD=no leaves the cloud out: nothing answers at all.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say()
{
	echo "instance: $*" >&2
}

usage()
{
	sed -n '4,9s/^# \{0,1\}//p' "$0" >&2
	exit 64
}

# ---------------------------------------------------------------------------------------
# Outside: a place for the logs, the namespaces, and the end of both.

require_namespaces()
{
	[ "$(id -u)" -eq 0 ] || { say "only root can make an instance"; exit 77; }
	if ! unshare -m -n -p -u -i -f --mount-proc --propagation private true 2>/dev/null; then
		say "this kernel gives no mount, net, pid, uts and ipc namespaces: no instance"
		exit 98
	fi
}

outside()
{
	[ $# -ge 3 ] || usage
	local root stage test logs kept=${LOGS:-} rc=0 child

	require_namespaces
	root=$(realpath -e "$1") stage=$(realpath -e "$2") test=$(realpath -e "$3")
	shift 3
	logs=${kept:-$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-instance.XXXXXX")}
	mkdir -p "$logs"
	logs=$(realpath "$logs")
	rm -f "$logs"/*.log "$logs/aws.jsonl" "$logs/syslog" "$logs/journal"

	# Whatever ends this script, SIGKILL as well, ends the pid namespace and all in it.
	setpriv --pdeathsig KILL unshare -m -n -p -u -i -f --kill-child --mount-proc --propagation private \
	    "$here/instance.sh" --inside "$root" "$stage" "$test" "$logs" "$@" &
	child=$!
	trap 'kill -KILL $child 2>/dev/null || true' EXIT
	trap 'exit 130' INT TERM HUP
	wait $child || rc=$?
	trap - EXIT

	rmdir "$logs/mnt" 2>/dev/null || true
	if [ -z "$kept" ]; then
		if [ $rc -eq 0 ]; then
			rm -rf --one-file-system "$logs"
		else
			say "the logs are in $logs"
		fi
	fi
	exit $rc
}

# ---------------------------------------------------------------------------------------
# Inside: pid 1 of the new namespaces.

mount_tree()
{
	local work=$logs/mnt node

	mkdir -p "$work"
	mount -t tmpfs -o mode=755 tmpfs "$work"
	mkdir "$work/upper" "$work/work" "$work/root"
	mount -t overlay overlay "$work/root" \
	    -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work"
	r=$work/root

	mount -t proc proc "$r/proc"
	mount -t sysfs -o ro sysfs "$r/sys"
	mount -t tmpfs -o mode=755 tmpfs "$r/run"
	mkdir "$r/run/sshd" "$r/run/lock"
	mount -t tmpfs -o mode=1777 tmpfs "$r/tmp"
	mount -t tmpfs -o mode=755 tmpfs "$r/dev"
	mkdir "$r/dev/pts" "$r/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$r/dev/pts"
	mount -t tmpfs -o mode=1777 tmpfs "$r/dev/shm"
	for node in null zero full random urandom tty; do
		touch "$r/dev/$node"
		mount --bind "/dev/$node" "$r/dev/$node"
	done
	ln -s pts/ptmx "$r/dev/ptmx"
	ln -s /proc/self/fd "$r/dev/fd"
	ln -s /proc/self/fd/0 "$r/dev/stdin"
	ln -s /proc/self/fd/1 "$r/dev/stdout"
	ln -s /proc/self/fd/2 "$r/dev/stderr"
	mkdir -p "$r/logs" "$r/e2e"
	mount --bind "$logs" "$r/logs"
}

# in_root COMMAND... - run it in the instance, with the environment of a boot
in_root()
{
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=xterm \
	    CLOUD="${cloud:-}" OUTSIDE="$logs" chroot "$r" "$@"
}

in_cloud()
{
	nsenter -t "$cloud" -n "$@"
}

make_network()
{
	ip link set lo up
	[ "${INSTANCE_CLOUD:-yes}" = yes ] || return 0

	unshare -n sleep infinity &
	cloud=$!
	while [ "$(readlink /proc/$cloud/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do
		sleep 0.01
	done
	in_cloud ip link set lo up
	ip link add imds0 type veth peer name imds1 netns "$cloud"
	ip link add aws0 type veth peer name aws1 netns "$cloud"
	ip addr add 10.0.0.5/24 dev imds0
	ip -6 addr add fd00:ec2::5/64 dev imds0 nodad
	ip addr add 10.0.9.5/24 dev aws0
	in_cloud ip addr add 10.0.0.1/24 dev imds1
	in_cloud ip addr add 169.254.169.254/32 dev imds1
	in_cloud ip -6 addr add fd00:ec2::254/64 dev imds1 nodad
	in_cloud ip addr add 10.0.9.9/24 dev aws1
	in_cloud ip addr add 10.0.9.10/24 dev aws1
	in_cloud ip addr add 10.0.9.53/24 dev aws1
	ip link set imds0 up
	ip link set aws0 up
	in_cloud ip link set imds1 up
	in_cloud ip link set aws1 up
	ip route add 169.254.169.254/32 dev imds0

	# A blackhole route also swallows ARP, and an unresolved neighbour is an error at once
	# where a lost packet is silence: so both ends know each other for good.
	know_neighbour imds0 "$(in_cloud ip -j link show imds1)" 169.254.169.254 10.0.0.1
	know_neighbour aws0 "$(in_cloud ip -j link show aws1)" 10.0.9.9 10.0.9.10 10.0.9.53
	in_cloud ip neigh replace 10.0.0.5 dev imds1 nud permanent \
	    lladdr "$(ip -j link show imds0 | jq -r '.[0].address')"
	in_cloud ip neigh replace 10.0.9.5 dev aws1 nud permanent \
	    lladdr "$(ip -j link show aws0 | jq -r '.[0].address')"
}

# know_neighbour DEVICE PEER-AS-JSON ADDRESS...
know_neighbour()
{
	local device=$1 mac address

	mac=$(jq -r '.[0].address' <<<"$2")
	shift 2
	for address in "$@"; do
		ip neigh replace "$address" dev "$device" nud permanent lladdr "$mac"
	done
}

# make_people - key pairs for the ledger of names, and the directory that AWS will serve
#
# IAM stores RSA keys only; the other types are for the file source and the tags.
make_people()
{
	local name kind

	mkdir -m 0700 "$r/e2e/keys"
	for name in alice bob carol dave; do
		ssh-keygen -q -t rsa -b 2048 -N '' -C "$name" -f "$r/e2e/keys/$name"
	done
	for kind in ed25519 ecdsa; do
		ssh-keygen -q -t $kind -N '' -C "$kind" -f "$r/e2e/keys/$kind"
	done
	ssh-keygen -q -t rsa -b 2048 -N '' -C local -f "$r/e2e/keys/local"
	jq --rawfile alice "$r/e2e/keys/alice.pub" --rawfile bob "$r/e2e/keys/bob.pub" \
	    --rawfile carol "$r/e2e/keys/carol.pub" '
		{"@alice@": $alice, "@bob@": $bob, "@carol@": $carol} as $keys |
		walk(if type == "string" and $keys[.] then $keys[.] | rtrimstr("\n") else . end)
	    ' "$here/people.json" >"$r/e2e/directory.json"
}

start_cloud()
{
	[ -n "${cloud:-}" ] || return 0
	mkdir -p "$r/etc/iamlogin"
	in_cloud /usr/bin/python3 "$here/dns.py" 10.0.9.53 10.0.9.9 10.0.9.10 >"$logs/dns.log" 2>&1 &
	mkdir -p "$r/etc/ssl/certs"
	in_cloud /usr/bin/python3 "$here/../aws/emulator" --directory "$r/e2e/directory.json" \
	    --imds 169.254.169.254:80 --imds '[fd00:ec2::254]:80' --aws 10.0.9.9:443 --aws 10.0.9.10:443 \
	    --control 10.0.0.1:8099 --ca-out "$r/etc/iamlogin/test-ca.pem" \
	    --eic-ca-out "$r/etc/ssl/certs/emulated-eic.pem" --account 123456789012 --tag platform=acme --log "$logs/aws.jsonl" \
	    >"$logs/emulator.log" 2>&1 &
	echo "nameserver 10.0.9.53" >"$r/etc/resolv.conf"
	wait_for_port 10.0.0.1 8099 "$logs/emulator.log" $!
	# What a distribution's ca-certificates does for Amazon's root.
	ln -s emulated-eic.pem \
	    "$r/etc/ssl/certs/$(openssl x509 -hash -noout -in "$r/etc/ssl/certs/emulated-eic.pem").0"
	[ -s "$r/etc/iamlogin/test-ca.pem" ] || { say "the emulator wrote no CA"; exit 97; }
}

# wait_for_port ADDRESS PORT LOG PID - until somebody listens, or PID has ended
wait_for_port()
{
	local deadline=$((SECONDS + ${INSTANCE_PATIENCE:-60}))

	until (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; do
		if ! kill -0 "$4" 2>/dev/null || [ $SECONDS -ge $deadline ]; then
			tail -n 20 "$3" >&2
			say "nobody listens on $1 port $2"
			exit 97
		fi
		sleep 0.05
	done
}

inside()
{
	root=$1 stage=$2 test=$3 logs=$4
	shift 4
	local sshd rc=0

	umask 022
	mount_tree
	hostname instance
	echo "127.0.0.1 localhost instance" >"$r/etc/hosts"
	# A stage has real directories where Debian has links (/lib): keep the links.
	tar -C "$stage" -c . | tar -C "$r" -x --keep-directory-symlink --no-overwrite-dir
	cp "$here/instance_lib.sh" "$here/fleet_lib.sh" "$here/claims.sh" "$here/aws_faults.sh" \
	    "$here/instance_setup.sh" "$r/e2e/"
	cp "$test" "$r/e2e/test.sh"

	make_network
	make_people
	/usr/bin/python3 "$here/logsink.py" "$r" >"$logs/logsink.log" 2>&1 &
	start_cloud
	in_root /bin/bash /e2e/instance_setup.sh >"$logs/setup.log" 2>&1 || {
		tail -n 20 "$logs/setup.log" >&2
		say "the instance could not be set up"
		exit 96
	}
	in_root /usr/sbin/sshd -D -e -o LogLevel=VERBOSE >"$logs/sshd.log" 2>&1 &
	sshd=$!
	wait_for_port 127.0.0.1 22 "$logs/sshd.log" $sshd

	in_root /bin/bash /e2e/test.sh "$@" || rc=$?
	exit $rc
}

# boot.sh takes the functions from here.
[ "${BASH_SOURCE[0]}" = "$0" ] || return 0
if [ "${1:-}" = --inside ]; then
	shift
	inside "$@"
else
	outside "$@"
fi
