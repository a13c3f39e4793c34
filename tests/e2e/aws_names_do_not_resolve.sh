#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_names_do_not_resolve.sh - the name server is a black hole, AWS itself is there
#
# What is held stands in aws_faults.sh. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/aws_faults.sh

fault_start 10m
fault_under "DNS black hole" 1
fault_finish
