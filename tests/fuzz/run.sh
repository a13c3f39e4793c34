#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh SOURCE WORK HARNESS... - libFuzzer over each harness for FUZZ_SECONDS
#
# Needs clang with its run time. The rooms are compiled once, with coverage, ASan and UBSan.
# New inputs go to WORK/found/HARNESS; the corpus in the tree is only read. The figure that
# each harness prints is what libFuzzer counted.
set -euo pipefail
src=$1
work=$2
shift 2
clang=${CLANG:-clang-14}
seconds=${FUZZ_SECONDS:-60}
command -v "$clang" >/dev/null || { echo "fuzz: $clang is not installed" >&2; exit 77; }

# shellcheck disable=SC2054 # the commas are the sanitizers'
flags=(-g -O1 -std=gnu11 -D_GNU_SOURCE -DPACKAGE_VERSION='"fuzz"'
	-DIAMLOGIN_SYSCONFDIR='"/etc/iamlogin"' -DIAMLOGIN_RUNDIR='"/run/iamlogin"'
	-DIAMLOGIN_PAMRUNDIR='"/run/iamlogin-pam"' -DIAMLOGIN_STATEDIR='"/var/lib/iamlogin"'
	-DIAMLOGIN_LOGDIR='"/var/log/iamlogin"' -DIAMLOGIN_WARDENRUNDIR='"/run/iamlogin-warden"'
	"-I$src" -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
read -ra libs <<<"$(pkg-config --libs libcurl libcrypto json-c expat inih zlib libsystemd) -lpam -lpthread"
mkdir -p "$work/o" "$work/found"

compile() # SOURCE
{
	object=$work/o/$(echo "${1#"$src"/}" | tr / _).o
	[ "$object" -nt "$1" ] || "$clang" "${flags[@]}" -c "$1" -o "$object"
	echo "$object"
}
objects=()
# a change of a header is seen by the build, not here: start over when any is newer
if [ ! -e "$work/o/stamp" ] ||
	[ -n "$(find "$src/common" "$src/daemon" "$src/pam" "$src/warden" -name '*.h' -newer "$work/o/stamp")" ]; then
	rm -f "$work"/o/*
fi
for file in "$src"/common/*.c "$src"/daemon/*.c "$src"/pam/authinfo.c "$src"/pam/tunnel.c \
	"$src"/warden/agentfile.c "$src"/warden/owner.c "$src"/warden/procs.c \
	"$src"/warden/say.c; do
	[ "${file##*/}" != main.c ] || continue
	objects+=("$(compile "$file")")
done
touch "$work/o/stamp"
rm -f "$work/librooms.a"
ar rcs "$work/librooms.a" "${objects[@]}"

bad=0
for harness in "$@"; do
	name=${harness#fuzz_}
	"$clang" "${flags[@]}" -fsanitize=fuzzer "$src/tests/fuzz/$harness.c" "$work/librooms.a" \
		"${libs[@]}" -o "$work/$harness"
	mkdir -p "$work/found/$name"
	log=$work/$harness.log
	if "$work/$harness" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
	    -print_final_stats=1 -artifact_prefix="$work/found/$name-" "$work/found/$name" \
	    "$src/tests/fuzz/corpus/$name" >"$log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		echo "ok - $name: $runs inputs in $seconds s"
	else
		echo "not ok - $name: see $log"
		tail -n 20 "$log"
		bad=1
	fi
done
exit $bad
