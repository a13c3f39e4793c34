#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_is_silent.sh - AWS does not answer, or stops in the middle
#
# What is held under each fault stands in aws_faults.sh. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/aws_faults.sh

fault_start 10m
fault_under "SYN black hole" 1
fault_under "resets" 1
fault_under "TLS silent after hello" 1
fault_under "headers, then silence" 1
fault_under "one byte per 10 s" 1
fault_finish
