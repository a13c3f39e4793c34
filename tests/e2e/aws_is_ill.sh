#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_is_ill.sh - AWS answers nine of ten requests with an error
#
# What is held under each fault stands in aws_faults.sh. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/aws_faults.sh

fault_start 10m
fault_under "500 at 90 %" 20
fault_under "503 at 90 %" 20
fault_under "400 Throttling at 90 %" 20
fault_finish
