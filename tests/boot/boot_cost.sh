#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# boot_cost.sh ROOT DEBS [BOOTS] - what a boot costs more with the daemon masked, or missing
#
# Boots one golden image BOOTS times (default 15) in each state, taken in turn: the daemon runs,
# is masked, is missing, and each of these with our module before files in nsswitch.conf, which
# must not hang. Compares the medians of the time to a listening sshd with those of the first
# state. Exits with 1 when one is more than 100 ms above it. The interval is the median's, 95 %
# or more, by order.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
root=$1
debs=$2
boots=${3:-15}
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-cost.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

states=(runs masked missing first first-masked first-missing)
back='mv /usr/sbin/iamlogind.away /usr/sbin/iamlogind 2>/dev/null'
back="$back; systemctl unmask --quiet iamlogind.service"
mask='systemctl mask --quiet iamlogind.service'
lose='mv /usr/sbin/iamlogind /usr/sbin/iamlogind.away'
first="sed -i 's/files iamlogin/iamlogin files/' /etc/nsswitch.conf"
last="sed -i 's/iamlogin files/files iamlogin/' /etc/nsswitch.conf"
for ((i = 0; i < boots; i++)); do # a line for each of states
	for order in "$last" "$first"; do
		echo "$back; $order"
		echo "$back; $order; $mask"
		echo "$back; $order; $lose"
	done
done >"$work/each"

LOGS=$work/logs BOOT_EACH=$work/each BOOT_SECONDS=$((120 + boots * 120)) \
    "$here/../support/boot.sh" "$root" "$debs" "$here/time_to_sshd.sh"
n=${#states[@]}
for ((i = 0; i < n * boots; i++)); do
	sed -n 's/^ms //p' "$work/logs/$((i + 1))/test.out" >>"$work/${states[i % n]}"
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
for state in "${states[@]:1}"; do
	read -r ms low high < <(median "$work/$state")
	echo "# $state: $ms ms [$low, $high] ($(sort -n "$work/$state" | tr '\n' ' '))"
	if [ $((ms - runs)) -le 100 ]; then
		echo "ok - a boot costs at most 100 ms more: $state ($((ms - runs)))"
	else
		echo "not ok - a boot costs $((ms - runs)) ms more: $state"
		rc=1
	fi
done
exit $rc
