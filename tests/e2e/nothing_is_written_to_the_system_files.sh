#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# nothing_is_written_to_the_system_files.sh - no user, key or group is ever provisioned
#
# /etc/passwd, group, shadow, gshadow, subuid, subgid, sudoers, sudoers.d and everybody's
# authorized_keys are byte for byte what they were. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

before=$(system_files)
files_before=$(find /etc -xdev -newer /etc/ssh/ssh_host_rsa_key | grep -v '^/etc/iamlogin' | sort)

config_for_aws 10m | configure
daemon_start
ssh_as alice alice sudo -n id >/dev/null 2>&1
ssh_as carol deploy >/dev/null 2>&1
ssh_as bob bob >/dev/null 2>&1
person_create dave dave
ssh_as dave dave >/dev/null 2>&1
until_holds 30 account_exists dave
ssh_as dave dave >/dev/null 2>&1
person_tags alice '[{"Key":"platform","Value":"other"}]'
iamlogin refresh >/dev/null 2>&1
ssh_as alice alice >/dev/null 2>&1
daemon_stop
daemon_start
iamlogin users >/dev/null
daemon_kill

holds "somebody did log in" test -d /home/alice -a -d /home/deploy -a -d /home/dave
equals "no system file was written to" "$before" "$(system_files)"
equals "nobody got an authorized_keys" "" \
    "$(find /home/alice /home/deploy /home/dave -name 'authorized_keys*')"
# /etc/iamlogin is the administrator's (and this test's); all else in /etc is as it was.
equals "nothing else in /etc changed" "$files_before" \
    "$(find /etc -xdev -newer /etc/ssh/ssh_host_rsa_key | grep -v '^/etc/iamlogin' | sort)"
finish
