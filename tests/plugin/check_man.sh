#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_man.sh - every page renders without a warning, and names what the programs know
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 99
build=${BUILDDIR:-.}
bad=0

complain()
{
	echo "$*"
	bad=1
}

command -v man >/dev/null || { echo "man is not installed"; exit 77; }
for source in doc/*.[0-9].scd; do
	page=${source%.scd}
	[ -e "$build/$page" ] && page=$build/$page
	[ -e "$page" ] || { complain "$page was not generated"; continue; }
	# groff 1.23 says so of a line that is short in a column: nobody sees it
	warnings=$(LC_ALL=C.UTF-8 man --warnings --encoding=UTF-8 --local-file -l "$page" \
		2>&1 >/dev/null | grep -v 'cannot adjust line')
	[ -z "$warnings" ] || complain "$page: $warnings"
done
# each subcommand stands in iamlogin(1), each configuration key in iamlogin.conf(5)
for command in $("$build/iamlogin" --help | sed -n 's/^  \([a-z]\{2,\}\) .*/\1/p'); do
	grep -q "$command" doc/iamlogin.1.scd || complain "iamlogin(1) does not name $command"
done
for option in $("$build/iamlogind" --help | sed -n 's/^  \(--[a-z]*\).*/\1/p'); do
	grep -qe "$option" doc/iamlogind.8.scd || complain "iamlogind(8) does not name $option"
done
keys=$(grep -v LATER daemon/config_keys.c | sed -n 's/^	{ "[a-z]*", "\([a-z_]*\)",.*/\1/p' | sort -u)
for key in $keys; do
	grep -qF "*$key*" doc/iamlogin.conf.5.scd || complain "iamlogin.conf(5) does not name $key"
done
exit $bad
