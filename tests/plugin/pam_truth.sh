#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# pam_truth.sh - the built module against the table tests/data/pam_truth.tsv
#
# Needs root: the program makes a mount namespace of its own.
set -u
module=${PAM_MODULE:-$BUILDDIR/.libs/pam_iamlogin.so}
[ "$(id -u)" = 0 ] || { echo "pam_truth needs root"; exit 77; }
exec "$BUILDDIR/tests/plugin/tst_pam_truth" "$module" "$SRCDIR/tests/data/pam_truth.tsv"
