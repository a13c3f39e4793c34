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
fault_start 30s
for name in "${names[@]}"; do
	fault_under "$name" "$seconds"
done
fault_finish
