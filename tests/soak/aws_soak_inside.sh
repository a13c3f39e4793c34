#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_soak_inside.sh SECONDS [FAULT...] - each fault for that long, inside (instance.sh)
#
# shellcheck source=/dev/null
. /e2e/aws_faults.sh

seconds=$1
shift
[ $# -gt 0 ] || mapfile -t names < <(fault_names)
[ $# -eq 0 ] || names=("$@")
# each fault meets a daemon with a full bucket: what the one before cost is not its matter
rm -f /logs/faults.json
for name in "${names[@]}"; do
	fault_start 30s
	fault_under "$name" "$seconds"
	at_most "$name: the daemon's peak memory in KiB" 65536 "$(fault_peak)"
	holds "$name: it is the same daemon" daemon_runs
	daemon_stop
done
holds "the audit's chain is whole" iamlogin audit verify
finish
