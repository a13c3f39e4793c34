#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# sudo ./demo.sh - a person from IAM logs in to an instance that has never heard of them
#
# Installs the Debian packages that are missing, builds in a temporary directory, and shows it
# in private namespaces: nothing of this machine's /etc, network or processes is touched. A
# Debian tree for the instance is kept in ${IAMLOGIN_CACHE:-/var/cache/iamlogin-tests}; all else
# is removed at the end. Exits with 1 when a step did not show what it should.
set -euo pipefail

cd "$(dirname "$0")"
if [ "$(id -u)" -ne 0 ]; then
	echo "demo.sh: namespaces and packages need root: sudo ./demo.sh" >&2
	exit 77
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-demo.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM HUP

# quietly TITLE COMMAND... - one line while it works; its output only when it fails
quietly()
{
	local title=$1

	shift
	printf '%s ... ' "$title"
	local from=$SECONDS
	if ! "$@" >"$work/log" 2>&1; then
		echo "failed"
		tail -n 40 "$work/log" >&2
		exit 1
	fi
	echo "$((SECONDS - from)) s"
}

quietly "Installing the packages that are missing" tests/support/packages.sh build e2e
quietly "Building iamlogin" tests/support/build.sh "$work/build" "$work/stage"
quietly "Making the instance's Debian tree, unless it is in the cache" tests/support/root.sh
root=$(tests/support/root.sh)
echo "Starting the instance"
LOGS=$work/logs tests/support/instance.sh "$root" "$work/stage" tests/support/demo_inside.sh
