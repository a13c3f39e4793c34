#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# session_manager.sh [ROUNDS] - what the agent's four `id` processes cost with us, by pairs
#
# Against the floor module (tests/bench/nss_floor.c: the least that an answer from a mapped
# file can cost), in one run, turn about: the same account, the same bytes, files first.
# ROOT and STAGE name a tree and a stage that exist; otherwise they are made.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
support=$here/../support
rounds=${1:-200}
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-bench.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
root=${ROOT:-$("$support/root.sh" | tail -n 1)}
stage=$work/stage
if [ -n "${STAGE:-}" ]; then
	cp -a "$STAGE" "$stage"
else
	"$support/build.sh" "$work/build" "$stage" >"$work/build.log" 2>&1 || {
		tail -n 30 "$work/build.log" >&2
		exit 1
	}
fi
libdir=$(dirname "$(find "$stage" -name libnss_iamlogin.so.2 | head -n 1)")
${CC:-cc} -O2 -std=gnu11 -D_GNU_SOURCE -I"$here/../.." -fPIC -shared \
    -Wl,-soname,libnss_floor.so.2 -o "$libdir/libnss_floor.so.2" "$here/nss_floor.c"
${CC:-cc} -O2 -std=gnu11 -D_GNU_SOURCE -o "$stage/usr/bin/session-manager-id" \
    "$here/session_manager_id.c"
mkdir -p "$work/logs"
LOGS=$work/logs INSTANCE_CLOUD=no "$support/instance.sh" "$root" "$stage" \
    "$here/session_manager_inside.sh" "$rounds" || {
	tail -n 20 "$work/logs/daemon.log" >&2 || true
	exit 1
}
