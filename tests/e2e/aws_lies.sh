#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_lies.sh - AWS answers in time, but not with what was asked for
#
# What is held under each fault stands in aws_faults.sh. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/aws_faults.sh

fault_start 10m
fault_under "HTML with status 200" 1
fault_under "empty body" 1
fault_under "truncated XML" 1
fault_under "XML of 100 MB" 1
fault_under "XML a million deep" 1
fault_under "entity bomb" 1
fault_under "content length too short" 1
fault_under "content length too long" 1
fault_under "two content lengths" 1
fault_under "gzip unasked" 1
fault_finish
