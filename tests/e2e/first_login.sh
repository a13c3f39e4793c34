#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# first_login.sh - a person from IAM logs in to an instance that has never heard of them
#
# The six points that the demo shows, each of them asserted. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

before=$(system_files)

# 1. An instance that knows no alice.
fails "/etc/passwd knows no alice" grep -q '^alice:' /etc/passwd
config_for_aws 10m | configure
daemon_start

# 2. alice logs in with the RSA key that she has in IAM.
seen=$(ssh_as alice alice id 2>&1)
matches "alice has an id of our range and a group of her own" \
    '^uid=(1879|18[89][0-9]|19[0-9]{2}|20[0-9]{2}|21[0-4][0-9])[0-9]{6}\(alice\) gid=[0-9]+\(alice\)' \
    "$seen"
matches "her IAM group is an OS group" '\(HostAdmins\)' "$seen"
equals "her uid and gid are one number" "$(ssh_as alice alice id -u)" "$(ssh_as alice alice id -g)"
equals "she is in her home, which was made" /home/alice "$(ssh_as alice alice pwd)"
equals "her home belongs to her" "alice alice" "$(stat -c '%U %G' /home/alice)"
matches "sudo makes her root" '^uid=0\(root\)' "$(ssh_as alice alice sudo -n id 2>&1)"
fails "another key than hers is refused" ssh_as bob alice
recorded "her login is recorded with her IAM identity and her key" \
    '.event == "session" and .verdict == "allow" and .account == "alice" and
     .person.id == "AIDAIAMLOGINTESTALICE" and (.key.fingerprint | startswith("SHA256:"))'
recorded "her sudo is recorded" '.event == "sudo" and .verdict == "allow" and .account == "alice"'

# 3. bob is in IAM, for another platform.
fails "bob is refused" ssh_as bob bob
holds "sshd has never heard of bob" until_holds 30 grep -q 'Invalid user bob ' /logs/sshd.log
recorded "the verdict that keeps bob out is recorded" \
    '.event == "verdict" and .verdict == "deny" and .person.name == "bob"'
exits "explain says that bob is denied" 1 iamlogin explain bob
matches "explain names the rule" 'match:platform' "$(iamlogin explain bob)"

# 4. carol is deploy.
equals "carol logs in as deploy" deploy "$(ssh_as carol deploy id -un)"
# asked by somebody who is not root, so that the doorbell's three rings are left for dave
fails "there is no carol" setpriv --reuid nobody --clear-groups getent passwd carol
fails "nobody logs in as carol" ssh_as carol carol
fails "carol may not use sudo" ssh_as carol deploy sudo -n id
recorded "the session of deploy is carol's" \
    '.event == "session" and .verdict == "allow" and .account == "deploy" and
     .person.name == "carol"'

# 5. is without_aws.sh. 6. dave is created; his first attempt rings the doorbell, which has all
# of its rings: on a slow machine one attempt of a stranger takes several.
daemon_stop
daemon_start
holds "(everybody is listed)" iamlogin refresh
person_create dave dave
fails "dave's first attempt is too early" ssh_as dave dave
holds "the daemon heard the doorbell" until_holds 30 account_exists dave
equals "dave's second attempt succeeds" dave "$(ssh_as dave dave id -un)"

holds "the audit's chain is whole" iamlogin audit verify
equals "no system file was written to" "$before" "$(system_files)"
finish
