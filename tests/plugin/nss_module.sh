#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# nss_module.sh - the built NSS module in a process of its own, with a /run of its own
set -u
module=${NSS_MODULE:-$BUILDDIR/.libs/libnss_iamlogin.so.2}
[ -e "$module" ] || { echo "$module was not built"; exit 1; }
for program in test_nss_module test_nss_process; do
	"$SRCDIR/tests/plugin/in_namespace.sh" "$BUILDDIR/tests/plugin/$program" "$module" ||
		exit $?
done
