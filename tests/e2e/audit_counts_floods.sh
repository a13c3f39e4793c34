#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# audit_counts_floods.sh - somebody who runs sudo in a loop fills no disk, and hides nothing
#
# Runs inside (instance.sh).
# shellcheck disable=SC2016,SC2154 # expanded by the other side; set by what is sourced
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# told FILTER - how many records of it were written, and how many they stand for beside that
told()
{
	records "$1" | jq -s 'length + ([.[].repeated // 0] | add // 0)'
}

sudo_of_alice='.event == "sudo" and .account == "alice" and .verdict == "allow"'
config_for_aws 10m | configure
daemon_start
holds "alice runs sudo 150 times" ssh_as alice alice \
    'n=0; while [ $n -lt 150 ]; do sudo -n true || exit; n=$((n + 1)); done'
at_most "no more than 60 of them are written" 60 "$(records "$sudo_of_alice" | wc -l)"
holds "meanwhile carol's login is written" ssh_as carol deploy
recorded "with her key" '.event == "session" and .account == "deploy" and .key.fingerprint != null'
daemon_stop
equals "when the daemon ends, all of them were told" 150 "$(told "$sudo_of_alice")"
recorded "by one record that says how many" "$sudo_of_alice and .repeated == 89"
holds "the audit's chain is whole" iamlogin audit verify

# With the daemon dead PAM writes them all, up to the size of its spool.
holds "with the daemon stopped alice runs sudo 20 times" ssh_as alice alice \
    'n=0; while [ $n -lt 20 ]; do sudo -n true || exit; n=$((n + 1)); done'
daemon_start
holds "the daemon takes each of them" until_holds 30 \
    bash -c "[ \$(jq -c 'select(.writer == \"pam\" and .event == \"sudo\")' $audit_file | wc -l) -eq 20 ]"
holds "the audit's chain is whole after that" iamlogin audit verify
finish
