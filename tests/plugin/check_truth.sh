#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_truth.sh - the table in the manual page says what tests/data/pam_truth.tsv says
set -u
data=$SRCDIR/tests/data/pam_truth.tsv
page=$SRCDIR/doc/pam_iamlogin.8.scd
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

awk -F'\t' '!/^#/ && $2 ~ /^(acct_mgmt|open_session|close_session)$/ {
	print $1, $2, $4
}' "$data" | sort -u >"$work/data"
awk '/^\[\[ name$/ { on = 1; next }
	!on || /^:\[/ { next }
	/^\| / { name = $2; n = 0; next }
	/^: / { print name, (n == 0 ? "acct_mgmt" : n == 1 ? "open_session" : "close_session"), $2; n++; next }
	{ exit }' "$page" | sort -u >"$work/page"
[ -s "$work/page" ] || { echo "$page has no such table"; exit 1; }
if ! diff "$work/data" "$work/page"; then
	echo "< $data, > $page"
	exit 1
fi
echo "truth: $(wc -l <"$work/page") cells of the page agree with the data"
