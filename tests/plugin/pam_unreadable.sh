#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# pam_unreadable.sh - the built module while the snapshot is there and cannot be opened
#
# Needs root: the program makes a mount namespace of its own.
set -u
module=${PAM_MODULE:-$BUILDDIR/.libs/pam_iamlogin.so}
[ "$(id -u)" = 0 ] || { echo "pam_unreadable needs root"; exit 77; }
exec "$BUILDDIR/tests/plugin/tst_pam_unreadable" "$module"
