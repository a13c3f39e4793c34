#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# pam_bench_root.sh - print the path of a Debian tree with sssd, to be measured beside us
#
# The tree of tests/support/root.sh, copied, with sssd installed into the copy by its own apt.
# Kept beside that tree, by a hash of this recipe.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${IAMLOGIN_CACHE:-/var/cache/iamlogin-tests}
base=$("$here/../support/root.sh" | tail -n 1)
recipe=$( { echo "$base"; cat "$0"; } | sha256sum | cut -c1-16)
tree=$cache/pam-bench-$recipe
if [ -d "$tree" ]; then
	echo "$tree"
	exit 0
fi
exec 9>"$cache/.pam-bench.lock"
flock -w 900 9 || { echo "pam_bench_root.sh: somebody holds $cache/.pam-bench.lock" >&2; exit 1; }
if [ -d "$tree" ]; then
	echo "$tree"
	exit 0
fi
fresh=$(mktemp -d "$cache/.making.XXXXXX")
trap 'rm -rf --one-file-system "$fresh"' EXIT
chmod 0755 "$fresh"
echo "bench: installing sssd into a copy of $base (once; 250 MB)" >&2
cp -a "$base" "$fresh/root"
cp /etc/resolv.conf "$fresh/root/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' >"$fresh/root/usr/sbin/policy-rc.d"
chmod 0755 "$fresh/root/usr/sbin/policy-rc.d"
# shellcheck disable=SC2016 # expanded by the inner shell
if ! unshare -m -p -f --propagation private bash -euc '
	mount -t proc proc "$1/proc"
	mount --rbind /dev "$1/dev"
	apt="apt-get -q -y -o Acquire::Retries=3"
	export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
	chroot "$1" $apt update
	chroot "$1" $apt install --no-install-recommends sssd-common sssd-proxy libnss-sss libpam-sss
	chroot "$1" $apt clean' \
	bench "$fresh/root" >"$fresh/log" 2>&1; then
	tail -n 30 "$fresh/log" >&2
	echo "pam_bench_root.sh: apt in the tree failed" >&2
	exit 1
fi
# the profiles that came along are for a whole system; the bench writes stacks of its own
chroot "$fresh/root" pam-auth-update --package --remove sss >/dev/null 2>&1 || true
mv "$fresh/root" "$tree"
echo "$tree"
