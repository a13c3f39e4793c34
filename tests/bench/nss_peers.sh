#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# nss_peers.sh [--users LIST] [--json FILE [--add]] [--svg FILE] [--quick]
#
# Measures every NSS module that apt offers on Debian 12, ours, and a floor, on the same
# accounts: nanoseconds a call, whole processes, system calls, libraries and memory. Prints
# tables, and each target as held or not. LIST is 100,5000,100000; --quick takes three
# rounds instead of nine; --add keeps the sizes that FILE has, to measure one at a time.
# Needs root. STAGE names a stage that exists, PEERS_ROOT a tree from nss_peers_root.sh;
# otherwise both are made. STRICT=yes makes a target that is not held a failure.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
users=100,5000,100000
arguments=()
while [ $# -gt 0 ]; do
	case $1 in
	--users) users=${2:?} && shift 2 ;;
	--json | --svg) arguments+=("$1" "$(realpath -m "${2:?}")") && shift 2 ;;
	--quick | --add) arguments+=("$1") && shift ;;
	*) sed -n '4s/^# //p' "$0" >&2 && exit 64 ;;
	esac
done
[ "$(id -u)" -eq 0 ] || { echo "nss_peers.sh: needs root" >&2; exit 77; }
if ! unshare -m -p -f --propagation private true 2>/dev/null; then
	echo "nss_peers.sh: no mount and pid namespaces here" >&2
	exit 77
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-peers.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
chmod 0755 "$work"
mkdir "$work/parts" "$work/data"
root=${PEERS_ROOT:-$("$here/nss_peers_root.sh")}
stage=${STAGE:-}
if [ -z "$stage" ]; then
	stage=$work/stage
	"$here/../support/build.sh" "$work/build" "$stage" >"$work/build.log" 2>&1 || {
		tail -n 30 "$work/build.log" >&2
		exit 1
	}
fi
module=$(find "$stage" -name libnss_iamlogin.so.2 | head -n 1)
cp -L "${module:?no libnss_iamlogin.so.2 in $stage}" "$work/parts/libnss_iamlogin.so.2"

compile()
{
	"${CC:-gcc}" -std=gnu11 -D_GNU_SOURCE -O2 -I"$tree" "$@"
}

cd "$tree"
compile -o "$work/parts/nss_bench" tests/bench/nss_bench.c tests/bench/nss_bench_calls.c \
    tests/bench/nss_bench_cases.c tests/bench/nss_bench_trace.c -lpthread -ldl
compile -fPIC -shared -Wl,-soname,libnss_floor.so.2 -o "$work/parts/libnss_floor.so.2" \
    tests/bench/nss_floor.c
compile -o "$work/nss_dataset" tests/bench/nss_dataset.c tests/support/world_fixture.c \
    daemon/publish.c daemon/publish_encode.c daemon/publish_snapshot.c common/clock.c \
    common/file.c common/published.c -lpthread

# The sizes that the targets name are always built; the others are read by the peers as well.
separator=
echo "{" >"$work/data/snapshot.json"
for n in $(tr ',' '\n' <<<"$users,10000,100000" | sort -nu); do
	mkdir -m 0755 "$work/data/$n"
	numbers=$("$work/nss_dataset" "$n" "$work/data/$n")
	read -r encode publish bytes <<<"$numbers"
	printf '%s"%s": {"encode_ms": %s, "publish_ms": %s, "bytes": %s}' \
	    "$separator" "$n" "$encode" "$publish" "$bytes" >>"$work/data/snapshot.json"
	separator=,
done
echo "}" >>"$work/data/snapshot.json"
for n in ${users//,/ }; do
	python3 "$here/nss_peers_data.py" "$work/data/$n" 5000
done

export PYTHONDONTWRITEBYTECODE=1
python3 "$here/nss_peers.py" --root "$root" --work "$work" --users "$users" \
    "${arguments[@]}" | tee "$work/report"
[ "${STRICT:-no}" = no ] || ! grep -q '^NOT HELD' "$work/report"
