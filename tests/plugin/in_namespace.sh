#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# in_namespace.sh COMMAND [ARG...] - with a /run of its own that has an empty /run/iamlogin
#
# The built modules have the real paths in them, so what they read must be at the real
# place: in a private mount namespace, gone with the command. Needs root and unshare(1);
# says so and exits 77 otherwise, which automake counts as skipped.
set -eu

if [ "$(id -u)" -ne 0 ]; then
	echo "in_namespace.sh: needs root" >&2
	exit 77
fi
if ! unshare -m true 2>/dev/null; then
	echo "in_namespace.sh: no mount namespaces here" >&2
	exit 77
fi
# shellcheck disable=SC2016 # expanded by the inner shell
exec unshare -m --propagation private sh -eu -c '
	mount -t tmpfs -o mode=0755 tmpfs /run
	mkdir -m 0755 /run/iamlogin
	exec "$@"
' in_namespace "$@"
