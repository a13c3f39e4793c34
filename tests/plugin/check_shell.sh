#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_shell.sh - shellcheck over every script
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 99
command -v shellcheck >/dev/null || { echo "shellcheck is not installed"; exit 77; }
shellcheck check.sh demo.sh .ci/run tests/*/*.sh packaging/*.sh
