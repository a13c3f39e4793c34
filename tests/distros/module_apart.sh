#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# module_apart.sh - /lib is no link to usr/lib, and libpam looks in /lib/TRIPLET/security alone
#
# Run by run.sh in a Debian 11 as mmdebstrap makes it, with a stage for a system whose /usr is
# merged, and a link where libpam looks, which is what doctor says to make.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

link=$(find /lib/*/security -name pam_iamlogin.so -type l)
dir=$(dirname "$link")
module=$(readlink -f "$link")
options=(--users 'path:/people/*' --allow match:platform --break-glass root)

doctors_lines()
{
	iamlogin doctor | grep -A 1 ' pam '
}

holds "/lib is a directory of its own" test ! -L /lib
matches "libpam finds the module by the link" 'ok +pam +libpam finds pam_iamlogin.so' \
    "$(doctors_lines)"
config_for_aws 10m | configure
daemon_start
holds "alice logs in" ssh_as alice alice true
rm "$link"
fails "without the link nobody does: alice" ssh_as alice alice true
fails "and not the local account" ssh_as local local true
matches "doctor says where libpam looks" "failed +pam +libpam looks for modules in $dir" \
    "$(doctors_lines)"
matches "and the remedy" "-> ln -s $module $dir/; or apt-get install usrmerge" "$(doctors_lines)"
holds "disable takes our lines out" iamlogin disable
holds "root logs in" until_holds 30 ssh_as local root true
configuration_files >/tmp/before
exits "enable is refused" 1 iamlogin enable "${options[@]}"
matches "and says where libpam looks" "refused, and nothing was changed: libpam looks for modules in $dir, and pam_iamlogin.so is in $(dirname "$module")" \
    "$(iamlogin enable "${options[@]}" 2>&1)"
exits "a dry run as well" 1 iamlogin enable "${options[@]}" --dry-run
configuration_files >/tmp/after
holds "nothing was changed" cmp /tmp/before /tmp/after
holds "root logs in" until_holds 30 ssh_as local root true
ln -s "$module" "$dir/"
holds "with the link it enables" iamlogin enable "${options[@]}"
holds "alice logs in" until_holds 30 ssh_as alice alice true
fails "bob does not" ssh_as bob bob true
holds "the local account does" ssh_as local local true
holds "disable" iamlogin disable
configuration_files | grep -v ' /etc/iamlogin\|/etc/iamlogin/' >/tmp/after
grep -v ' /etc/iamlogin\|/etc/iamlogin/' /tmp/before >/tmp/expected
holds "and everything is as it was" cmp /tmp/expected /tmp/after
finish
