#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# pam_retval.sh - the built module through a real stack: exact codes of all six calls
#
# Needs root: the program makes a mount namespace of its own, so that /run and /etc/passwd of
# the machine are never touched.
set -u
module=${PAM_MODULE:-$BUILDDIR/.libs/pam_iamlogin.so}
[ "$(id -u)" = 0 ] || { echo "pam_retval needs root"; exit 77; }
[ -e "$module" ] || { echo "$module was not built"; exit 1; }
exec "$BUILDDIR/tests/plugin/tst_pam_retval" "$module"
