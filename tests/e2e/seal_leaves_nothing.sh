#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# seal_leaves_nothing.sh - an image that was sealed knows neither this instance nor its people
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

traces()
{
	find /var/lib/iamlogin /run/iamlogin /run/iamlogin-pam /var/log/iamlogin ! -type d
}

config_for_aws | configure
daemon_start
holds "alice logs in" ssh_as alice alice true
instance=$(iamlogin status --json | jq -r .instance)
matches "this instance is known" '^i-' "$instance"
exits "a running daemon is not sealed" 1 iamlogin seal
daemon_stop
echo "; $instance" >>/etc/iamlogin/iamlogin.conf
fails "before it there are traces" test -z "$(traces)"
cp -a /run/iamlogin/snapshot /tmp/snapshot
seen=$(iamlogin seal)
rc=$?
equals "an instance that the configuration names is not sealed" 1 "$rc"
matches "and the file is named" '^left +/etc/iamlogin/iamlogin.conf' "$seen"
sed -i '$d' /etc/iamlogin/iamlogin.conf
install -o iamlogin -g iamlogin /tmp/snapshot /run/iamlogin/snapshot
seen=$(iamlogin seal)
matches "seal says what it wiped" "^sealed: [0-9]+ files of this instance, $instance are gone" "$seen"
matches "and that alice's home is there" 'note +/home/alice' "$seen"
equals "no file is left" "" "$(traces)"
fails "and nothing names the instance" grep -rqsF "$instance" /etc/iamlogin /var/lib/iamlogin \
    /var/lib/iamlogin-enable /var/log /run/iamlogin
fails "nobody gets in before the daemon knows anybody" ssh_as alice alice true
holds "the local account does" ssh_as local local true
systemd-tmpfiles --create /usr/lib/tmpfiles.d/iamlogin.conf
daemon_start
holds "the sealed image's first boot knows alice again" ssh_as alice alice true
holds "iamlogin disable still finds the way back" iamlogin disable
daemon_stop
finish
