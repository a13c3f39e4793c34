#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# nss_peers_root.sh - print the path of a Debian tree that has every NSS peer apt offers
#
# The tree of tests/support/root.sh, copied, with the peers installed into the copy by its
# own apt; nothing of them comes near this machine's /. Kept beside that tree, by a hash of
# this recipe.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${IAMLOGIN_CACHE:-/var/cache/iamlogin-tests}
peers=(libnss-extrausers libnss-cache nscd google-compute-engine-oslogin libnss-systemd
	systemd-userdbd sssd-common sssd-proxy libnss-sss)

base=$("$here/../support/root.sh")
recipe=$( { echo "$base"; cat "$0"; } | sha256sum | cut -c1-16)
tree=$cache/peers-$recipe
if [ -d "$tree" ]; then
	echo "$tree"
	exit 0
fi
exec 9>"$cache/.peers.lock"
flock -w 900 9 || { echo "nss_peers_root.sh: somebody holds $cache/.peers.lock" >&2; exit 1; }
if [ -d "$tree" ]; then
	echo "$tree"
	exit 0
fi

fresh=$(mktemp -d "$cache/.making.XXXXXX")
trap 'rm -rf --one-file-system "$fresh"' EXIT
chmod 0755 "$fresh"
echo "peers: installing ${peers[*]} into a copy of $base (once; 300 MB)" >&2
cp -a "$base" "$fresh/root"
cp /etc/resolv.conf "$fresh/root/etc/resolv.conf"
# No service of theirs is to start here.
printf '#!/bin/sh\nexit 101\n' >"$fresh/root/usr/sbin/policy-rc.d"
chmod 0755 "$fresh/root/usr/sbin/policy-rc.d"

# shellcheck disable=SC2016 # expanded by the inner shell
if ! unshare -m -p -f --propagation private bash -euc '
	mount -t proc proc "$1/proc"
	mount --rbind /dev "$1/dev"
	root=$1
	shift
	apt="apt-get -q -y -o Acquire::Retries=3"
	export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
	chroot "$root" $apt update
	chroot "$root" $apt install --no-install-recommends "$@"
	chroot "$root" $apt clean' \
	peers "$fresh/root" "${peers[@]}" >"$fresh/log" 2>&1; then
	tail -n 30 "$fresh/log" >&2
	echo "nss_peers_root.sh: apt in the tree failed" >&2
	exit 1
fi
mv "$fresh/root" "$tree"
echo "$tree"
