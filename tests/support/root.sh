#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# root.sh [SUITE] - print the path of a Debian tree that instances are made from
#
# The tree has sshd, sudo, PAM and the libraries that our programs need at run time, and
# nothing of ours. It is built once by mmdebstrap from this machine's own apt sources, kept
# under ${IAMLOGIN_CACHE:-/var/cache/iamlogin-tests} by a hash of this recipe, appears there
# by rename when it is whole, and is only ever a lower layer afterwards: never written to.
set -euo pipefail

suite=${1:-bookworm}
cache=${IAMLOGIN_CACHE:-/var/cache/iamlogin-tests}
[ "$(id -u)" -eq 0 ] || { echo "root.sh: only root can make a root tree" >&2; exit 1; }

base=openssh-server,openssh-client,sudo,login,passwd,util-linux,mount,iproute2,procps
base=$base,libpam-runtime,libpam-modules,libpam-modules-bin,ca-certificates
base=$base,strace,expect,python3-minimal,jq,curl,libexpat1,libsystemd0
case $suite in
bullseye) libraries=libcurl4,libssl1.1,libjson-c5,libinih1,systemd ;;
bookworm) libraries=libcurl4,libssl3,libjson-c5,libinih1 ;;
*) libraries=libcurl4t64,libssl3t64,libjson-c5,libinih1 ;;
esac
# The shipped sysusers.d and tmpfiles.d files are applied by their real programs.
[ "$suite" = bullseye ] ||
	libraries=$libraries,systemd-standalone-sysusers,systemd-standalone-tmpfiles

recipe=$( { dpkg --print-architecture; echo "$suite"; cat "$0"; } | sha256sum | cut -c1-16)
tree=$cache/$suite-$recipe

if [ -d "$tree" ]; then
	echo "$tree"
	exit 0
fi
mkdir -p "$cache"
chmod 0755 "$cache"

# Two makers at once: the second waits, and then finds the tree.
exec 9>"$cache/.lock"
if ! flock -w 900 9; then
	echo "root.sh: another maker has held $cache/.lock for 15 minutes" >&2
	exit 1
fi
if [ -d "$tree" ]; then
	echo "$tree"
	exit 0
fi

# sources - "deb URI SUITE COMPONENT" for each Debian archive of this suite that apt uses here
#
# Third-party archives are left out by their Origin. Prints nothing on a machine of another
# release; mmdebstrap then takes its own default.
sources()
{
	# shellcheck disable=SC2016  # $(…) is apt's own format
	apt-get indextargets --format \
	    '$(ORIGIN)|$(CODENAME)|deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
	    'Created-By: Packages' 2>/dev/null |
	    awk -F'|' -v s="$suite" '$1 == "Debian" && ($2 == s || index($2, s "-") == 1) &&
		$3 ~ /^deb https?:/ { print $3 }' | sort -u
}

wanted=$(sources)
if [ -z "$wanted" ]; then
	# A container image ships without package lists, and then apt knows no origin.
	apt-get -q -o DPkg::Lock::Timeout=300 update >&2
	wanted=$(sources)
fi

options=()
while read -r line; do # a proxy that apt is told to use here is needed there as well
	options+=(--aptopt="$line")
done < <(apt-config dump --format '%F "%v";%n' Acquire::http Acquire::https 2>/dev/null |
	grep -i '::proxy.*"[^"]' || true)

fresh=$(mktemp -d "$cache/.making.XXXXXX")
trap 'rm -rf --one-file-system "$fresh"' EXIT
chmod 0755 "$fresh"

make_tree()
{
	mmdebstrap --mode=root --variant=minbase --include="$base,$libraries" \
	    --aptopt='Acquire::Retries "3"' "${options[@]}" \
	    --dpkgopt='path-exclude=/usr/share/doc/*' \
	    --dpkgopt='path-exclude=/usr/share/man/*' \
	    --dpkgopt='path-exclude=/usr/share/locale/*' \
	    "$suite" "$fresh/root" "$@"
}

echo "root: making a $suite tree (once; about 40 s and 200 MB)" >&2
log=$cache/$suite-$recipe.log
if [ -n "$wanted" ]; then
	make_tree - <<<"$wanted" >"$log" 2>&1 && made=yes || made=no
else
	make_tree </dev/null >"$log" 2>&1 && made=yes || made=no
fi
if [ "$made" = no ]; then
	tail -n 30 "$log" >&2
	echo "root.sh: mmdebstrap failed; its log is $log" >&2
	exit 1
fi
rm -f "$log"
mv "$fresh/root" "$tree"
echo "$tree"
