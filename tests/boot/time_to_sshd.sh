#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# time_to_sshd.sh - milliseconds from PID 1's start of user space to a listening sshd; run
# inside by boot.sh, for boot_cost.sh
until systemctl is-active --quiet ssh; do
	sleep 0.1
done
from=$(systemctl show -P UserspaceTimestampMonotonic)
to=$(systemctl show -P ActiveEnterTimestampMonotonic ssh)
echo "ms $(((to - from) / 1000))"
