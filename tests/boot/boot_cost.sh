#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# boot_cost.sh ROOT DEBS [BOOTS] - what a boot costs more with the daemon masked, or missing
#
# Boots one golden image BOOTS times (default 15) in each state, taken in turn, and compares the
# medians of the time to a listening sshd with those where iamlogin runs. Exits with 1 when one
# of them is more than 100 ms above it. The interval is the median's, 95 % or more, by order.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
root=$1
debs=$2
boots=${3:-15}
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-cost.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

# three lines a round: the state of each is undone by the next one's
for ((i = 0; i < boots; i++)); do
	cat <<'ROUND'
mv /usr/sbin/iamlogind.away /usr/sbin/iamlogind 2>/dev/null || true
systemctl mask --quiet iamlogind.service
systemctl unmask --quiet iamlogind.service; mv /usr/sbin/iamlogind /usr/sbin/iamlogind.away
ROUND
done >"$work/each"

LOGS=$work/logs BOOT_EACH=$work/each BOOT_SECONDS=$((120 + boots * 60)) \
    "$here/../support/boot.sh" "$root" "$debs" "$here/time_to_sshd.sh"
states=(runs masked missing)
for ((i = 0; i < 3 * boots; i++)); do
	sed -n 's/^ms //p' "$work/logs/$((i + 1))/test.out" >>"$work/${states[i % 3]}"
done

# median FILE - "MEDIAN LOW HIGH" of its numbers; LOW and HIGH by the sign test (normal, 1.96)
median()
{
	sort -n "$1" | awk '{ a[NR] = $1 } END {
		k = int((NR - 1.96 * sqrt(NR)) / 2)
		if (k < 1) k = 1
		print a[int((NR + 1) / 2)], a[k], a[NR + 1 - k]
	}'
}

read -r runs low high < <(median "$work/runs")
rc=0
echo "# with the daemon: $runs ms [$low, $high] ($(sort -n "$work/runs" | tr '\n' ' '))"
for state in masked missing; do
	read -r ms low high < <(median "$work/$state")
	echo "# $state: $ms ms [$low, $high] ($(sort -n "$work/$state" | tr '\n' ' '))"
	if [ $((ms - runs)) -le 100 ]; then
		echo "ok - a boot with the daemon $state costs at most 100 ms more ($((ms - runs)))"
	else
		echo "not ok - a boot with the daemon $state costs $((ms - runs)) ms more"
		rc=1
	fi
done
exit $rc
