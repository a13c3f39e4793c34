#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# policy.sh [FILE.te] - our SELinux module compiled, put into a whole policy, and asked
#
# The reference policy comes from Debian's package, unpacked in the cache and not installed: its
# modules and ours make a policy in a store of their own, held to the neverallow rules, and
# policy_facts.py asks it what must be allowed and what must not. No machine boots, nothing
# of this one changes; enforcing.sh shows the same from inside. FILE.te: instead of ours.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
te=$(realpath -e "${1:-$top/packaging/selinux/iamlogin.te}") || exit 66
# shellcheck source=/dev/null
. "$top/tests/support/claims.sh"
PATH=$PATH:/usr/sbin:/sbin
for program in checkmodule semodule_package semodule sesearch matchpathcon; do
	command -v "$program" >/dev/null || {
		echo "policy.sh: $program is missing (tests/support/packages.sh extras)" >&2
		exit 77
	}
done
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-policy.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

# reference - where the modules of the reference policy are
reference()
{
	local cache=${IAMLOGIN_CACHE:-/var/cache/iamlogin-tests} version tree

	apt-cache show selinux-policy-default >/dev/null 2>&1 || apt-get -qq update >&2
	version=$(apt-cache show --no-all-versions selinux-policy-default | sed -n 's/^Version: *//p')
	[ -n "$version" ] || return 1
	tree=$cache/selinux-policy-${version//[^0-9A-Za-z.-]/_}
	if [ ! -d "$tree" ]; then
		mkdir -p "$cache" "$work/package" &&
		    (cd "$work/package" && apt-get -qq download "selinux-policy-default=$version" 2>/dev/null) &&
		    dpkg-deb -x "$work"/package/*.deb "$work/package/tree" &&
		    { mv "$work/package/tree" "$tree" 2>/dev/null || [ -d "$tree" ]; } || return 1
	fi
	echo "$tree/usr/share/selinux/default"
}

modules=$(reference) || {
	echo "policy.sh: Debian's selinux-policy-default cannot be had" >&2
	exit 99
}
holds "the module compiles" checkmodule -M -m -o "$work/iamlogin.mod" "$te"
holds "and is packaged with its file contexts" semodule_package -o "$work/iamlogin.pp" \
    -m "$work/iamlogin.mod" -f "$top/packaging/selinux/iamlogin.fc"
mkdir -p "$work/root/etc/selinux/default" "$work/root/var/lib/selinux/default"
printf 'module-store = direct\nexpand-check = 1\n' >"$work/root/etc/selinux/semanage.conf"
printf 'SELINUX=permissive\nSELINUXTYPE=default\n' >"$work/root/etc/selinux/config"
install=()
while read -r name; do
	install+=(-i "$modules/$name.pp.bz2")
done <"$modules/.modules"
holds "it goes into the reference policy, and breaks no neverallow of it" \
    semodule -p "$work/root" -s default -n -X 100 "${install[@]}" -i "$work/iamlogin.pp"
policy=$(find "$work/root/etc/selinux/default/policy" -name 'policy.*' | head -n 1)
contexts=$work/root/etc/selinux/default/contexts/files/file_contexts

# type_of PATH - that it would be labelled with
type_of()
{
	matchpathcon -n -f "$contexts" -m file "$1" | cut -d: -f3
}
while read -r path type; do
	equals "$path is $type" "$type" "$(type_of "$path")"
done <<'END'
/usr/sbin/iamlogind iamlogind_exec_t
/usr/libexec/iamlogin-warden iamlogin_warden_exec_t
/usr/libexec/iamlogin-authorized-keys bin_t
/etc/iamlogin/iamlogin.conf iamlogin_conf_t
/run/iamlogin/snapshot iamlogin_run_t
/run/iamlogin/keys iamlogin_run_t
/run/iamlogin/doorbell iamlogin_doorbell_t
/run/iamlogin/warden iamlogin_flag_t
/run/iamlogin-pam/audit iamlogin_pam_run_t
/run/iamlogin-warden/said iamlogin_warden_run_t
/var/lib/iamlogin/ledger.json iamlogin_lib_t
/var/log/iamlogin/audit.jsonl iamlogin_log_t
END
/usr/bin/python3 "$here/policy_facts.py" "$policy" "$n_claims" | tee "$work/facts"
[ "${PIPESTATUS[0]}" -le 1 ] || claim_broken "the policy can be asked"
n_claims=$((n_claims + $(grep -c '^ok \|^not ok ' "$work/facts")))
n_broken=$((n_broken + $(grep -c '^not ok ' "$work/facts")))
finish
