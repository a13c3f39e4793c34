#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# nss_caches.sh - the built NSS module inside nscd, unscd and systemd-userdbd
#
# Each from its Debian package, unpacked beside this machine and never installed, in a /run
# of its own. Only the daemon finds the module: what getent then says came through it. TAP;
# a package that apt cannot download is a skip that gives apt's reason.
set -u
module=${NSS_MODULE:-$BUILDDIR/.libs/libnss_iamlogin.so.2}
publisher=$BUILDDIR/tests/stress/writer_kills
alice='alice:*:1879050192:1879050192:alice'
n=0
bad=0

# ok SENTENCE COMMAND... - the command succeeds
ok()
{
	local sentence=$1

	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $sentence"
	else
		echo "not ok $n - $sentence"
		bad=1
	fi
}

skip()
{
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# why PACKAGE - what apt said when it did not download it
why()
{
	tail -n 1 "$work/$1.why"
}

# until_holds COMMAND... - within ten seconds
until_holds()
{
	local end=$((SECONDS + 10))

	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# answers HOME COMMAND... - prints alice's line with that home
answers()
{
	local home=$1

	shift
	[ "$(timeout 5 "$@" 2>/dev/null)" = "$alice $home:/home/$home:/bin/bash" ]
}

# says_nobody COMMAND... - fails, and does not hang
says_nobody()
{
	local rc=0

	timeout 5 "$@" >/dev/null 2>&1 || rc=$?
	[ $rc -ne 0 ] && [ $rc -ne 124 ]
}

publisher_start()
{
	# it takes a /run with anything else in it for a machine's own
	find /run -mindepth 1 -maxdepth 1 ! -name iamlogin -exec rm -rf {} +
	coproc PUBLISHER { exec "$publisher" "$module" publish; }
	until_holds test -e /run/iamlogin/snapshot
}

publisher_again()
{
	echo >&"${PUBLISHER[1]}"
	wait "$PUBLISHER_PID"
}

# with_module COMMAND... - the module lies where libc looks, for this command alone
with_module()
{
	# shellcheck disable=SC2016 # expanded by the inner shell
	exec unshare -m sh -eu -c '
		libraries=$1 module=$2
		shift 2
		mount -n -t overlay -o "lowerdir=$module:$libraries" overlay "$libraries"
		exec "$@"' with_module "$libraries" "$work/module" "$@"
}

# behind NAME DAEMON ARG... - what a caching daemon with the module inside answers
behind()
{
	local name=$1 daemon

	shift
	publisher_start
	mkdir -p /run/nscd
	with_module "$@" >"$work/$name.log" 2>&1 &
	daemon=$!
	until_holds test -S /run/nscd/socket
	ok "$name: a name" answers 1 getent passwd alice
	ok "$name: an id" answers 1 getent passwd 1879050192
	ok "$name: the private group" test "$(timeout 5 getent group alice)" = \
	    'alice:*:1879050192:'
	ok "$name: nobody of that name, at once" says_nobody getent passwd mallory
	publisher_again
	ok "$name: somebody new" until_holds getent passwd bob
	ok "$name: is still there" kill -0 $daemon
	kill $daemon 2>/dev/null
	wait $daemon 2>/dev/null
	rm -f /run/iamlogin/snapshot
	[ "$bad" -eq 0 ] || tail -n 5 "$work/$name.log" | sed 's/^/# /'
}

# without_users NAME - its configuration: this user, nothing kept over the end
without_users()
{
	grep -vE '^[[:space:]]*(server-user|persistent)' "$work/$1/etc/nscd.conf" \
	    >"$work/$1.conf"
	echo "$work/$1.conf"
}

behind_userdbd()
{
	local daemon out

	publisher_start
	mkdir -p /run/systemd/userdb
	mount -n -t overlay -o "lowerdir=$work/systemd-userdbd/lib/systemd:/usr/lib/systemd" \
	    overlay /usr/lib/systemd || return 1
	with_module /usr/lib/systemd/systemd-userdbd >"$work/userdbd.log" 2>&1 &
	daemon=$!
	until_holds test -S /run/systemd/userdb/io.systemd.Multiplexer
	out=$(timeout 10 "$work/systemd-userdbd/usr/bin/userdbctl" --output=classic \
	    user alice 2>&1)
	ok "userdbd: one answer, the right one" test "$out" = \
	    "$(echo "$alice 1:/home/1:/bin/bash" | sed 's/:\*:/:x:/')"
	ok "userdbd: nobody of that name, at once" says_nobody \
	    "$work/systemd-userdbd/usr/bin/userdbctl" user mallory
	ok "userdbd: is still there" kill -0 $daemon
	[ "$bad" -eq 0 ] || echo "# userdbctl said: $out"
	kill $daemon 2>/dev/null
	wait $daemon 2>/dev/null
}

inside()
{
	work=$1
	libraries=$(realpath "$(ldd /bin/sh | awk '$1 == "libc.so.6" { print $3 }')")
	libraries=${libraries%/*}
	mkdir "$work/module"
	cp "$module" "$work/module/libnss_iamlogin.so.2"
	printf 'passwd: files iamlogin\ngroup: files iamlogin\n' >"$work/nsswitch.conf"
	mount -n --bind "$work/nsswitch.conf" /etc/nsswitch.conf
	mkdir -p /var/cache/nscd
	mount -n -t tmpfs tmpfs /var/cache/nscd
	if [ -d "$work/nscd" ]; then
		behind nscd "$work/nscd/usr/sbin/nscd" -F -f "$(without_users nscd)"
	else
		skip nscd "$(why nscd)"
	fi
	if [ -d "$work/unscd" ]; then
		behind unscd "$work/unscd/usr/sbin/nscd" -d -f "$(without_users unscd)"
	else
		skip unscd "$(why unscd)"
	fi
	if [ ! -d "$work/systemd-userdbd" ]; then
		skip systemd-userdbd "$(why systemd-userdbd)"
	elif [ -z "$(find /usr/lib -name 'libsystemd-shared-*' -print -quit)" ]; then
		skip systemd-userdbd "this machine has no systemd for it to link to"
	else
		behind_userdbd
	fi
	echo "1..$n"
	exit $bad
}

[ "${1:-}" != --inside ] || inside "$2"

work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-caches.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
for package in nscd unscd systemd-userdbd; do
	(cd "$work" && apt-get -qq download "$package" 2>"$package.why" &&
		dpkg -x "$package"_*.deb "$work/$package")
done
"$SRCDIR/tests/plugin/in_namespace.sh" "$0" --inside "$work"
