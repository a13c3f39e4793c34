#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# boot_cost.sh ROOT DEBS [BOOTS] - what a boot costs more with the daemon masked, or missing
#
# Boots a golden image BOOTS times (default 5) in each state, taken in turn, and compares the
# medians of the time to a listening sshd with those of an image where iamlogin runs. Exits
# with 1 when one of them is more than 100 ms above it.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
root=$1
debs=$2
boots=${3:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-cost.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

declare -A prepare=([runs]=true [masked]='systemctl mask --quiet iamlogind.service'
    [missing]='rm /usr/sbin/iamlogind')

for ((i = 0; i < boots; i++)); do
	for state in runs masked missing; do
		LOGS=$work/logs BOOT_SECONDS=120 BOOT_PREPARE=${prepare[$state]} \
		    "$here/../support/boot.sh" "$root" "$debs" "$here/time_to_sshd.sh" |
		    sed -n 's/^ms //p' >>"$work/$state"
	done
done

median()
{
	sort -n "$1" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
}

runs=$(median "$work/runs")
rc=0
echo "# with the daemon: $runs ms ($(sort -n "$work/runs" | tr '\n' ' '))"
for state in masked missing; do
	ms=$(median "$work/$state")
	echo "# $state: $ms ms ($(sort -n "$work/$state" | tr '\n' ' '))"
	if [ $((ms - runs)) -le 100 ]; then
		echo "ok - a boot with the daemon $state costs at most 100 ms more ($((ms - runs)))"
	else
		echo "not ok - a boot with the daemon $state costs $((ms - runs)) ms more"
		rc=1
	fi
done
exit $rc
