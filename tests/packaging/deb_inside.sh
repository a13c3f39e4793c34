#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# deb_inside.sh - install, reinstall, upgrade, downgrade, remove, purge; run by deb.sh
# shellcheck source=/dev/null
. /e2e/claims.sh

packages="libnss-iamlogin libpam-iamlogin iamlogin"

debs() # DIR
{
	local package

	for package in $packages; do
		ls "/e2e/$1/${package}"_*.deb
	done
}

# shellcheck disable=SC2046  # one word a file
install_debs() # DIR
{
	dpkg -i $(debs "$1")
}

version()
{
	dpkg-query -W -f='${Version}' iamlogin
}

# stack - what decides about logins; nothing but `iamlogin enable` may touch it
stack()
{
	sha256sum /etc/nsswitch.conf /etc/pam.d/* /etc/ssh/sshd_config
	find /etc/ssh/sshd_config.d /etc/sudoers.d -type f -exec sha256sum {} + | sort
}

leftovers()
{
	local seen

	seen=$(find / -xdev \( -path /proc -o -path /e2e -o -path /tmp -o -path /sys -o -path /dev \) \
	    -prune -o -name '*iamlogin*' -print | grep -v '^/var/lib/dpkg/\|^/var/cache/debconf\|^/var/log')
	[ -z "$seen" ] || { echo "$seen"; return 1; }
}

enable()
{
	iamlogin enable --users 'path:/people/*' --break-glass root --quiet
}

ssh-keygen -q -A
before=$(stack)
configuration_files >/tmp/before
first=$(dpkg-deb -f "$(debs first | head -n 1)" Version)

holds "the packages install" install_debs first
equals "and change nothing about who can log in" "$before" "$(stack)"
holds "the daemon's user is in /etc/passwd" grep -q '^iamlogin:' /etc/passwd
holds "the configuration is there, with nobody in scope" iamlogind --check
holds "they install again" install_debs first
holds "iamlogin is enabled" enable
enabled=$(stack)
echo '; ours' >>/etc/iamlogin/iamlogin.conf
holds "they install again, enabled" install_debs first
equals "and leave the stack alone" "$enabled" "$(stack)"
holds "an upgrade" install_debs later
equals "is one" 9.0-1 "$(version)"
equals "and leaves the stack alone" "$enabled" "$(stack)"
holds "and the configuration" grep -qx '; ours' /etc/iamlogin/iamlogin.conf
holds "a downgrade" install_debs first
equals "is one" "$first" "$(version)"
equals "and leaves the stack alone" "$enabled" "$(stack)"
holds "root's account is still good" setpriv --reuid 0 su -c true root
holds "the module cannot go alone" dpkg --dry-run --remove libpam-iamlogin iamlogin
fails "while iamlogin depends on it" dpkg --remove libpam-iamlogin
# shellcheck disable=SC2086
holds "they are removed while enabled" dpkg --remove $packages
equals "and the stack is as it was before they came" "$before" "$(stack)"
holds "the configuration stays" test -e /etc/iamlogin/iamlogin.conf
holds "they install after a removal" install_debs first
holds "with the configuration of before" grep -qx '; ours' /etc/iamlogin/iamlogin.conf
holds "and can be enabled" enable
# the store is lost: somebody wiped /var/lib, and PAM still names the module
rm -rf /var/lib/iamlogin-enable
# shellcheck disable=SC2086
holds "they are removed though the saved files are lost" dpkg --remove $packages
fails "and no PAM file names the module" grep -rq '^[^#]*pam_iamlogin' /etc/pam.d
holds "root's account is still good" su -c true root
cp -p /etc/nsswitch.conf /tmp/nsswitch.lost
# shellcheck disable=SC2086
holds "they are purged" dpkg --purge $packages
sed -i 's/ iamlogin//' /etc/nsswitch.conf
rm -f /etc/ssh/sshd_config.d/00-iamlogin.conf /etc/sudoers.d/iamlogin
pam-auth-update --package --remove mkhomedir
holds "and leave nothing behind but their users" leftovers
holds "they install after a purge" install_debs first
# shellcheck disable=SC2086
holds "and are purged at once" dpkg --purge $packages
equals "with everything as it was" "$before" "$(stack)"
finish
