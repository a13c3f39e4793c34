#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fleet_publisher.sh - iamlogind with [publish], and a second machine that reads it
#
# A new person logs in there; a revocation is in force after the next poll; views, guards,
# heartbeat, a broken IAM, KMS, two regions. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh
# shellcheck source=/dev/null
. /e2e/fleet_lib.sh

has_key_of_alice()
{
	published_blob | grep -q APKAIAMLOGINTESTALICE
}

says_too_much()
{
	published_blob | grep -i -e polic -e trust -e SSMSession
}

bob_is_admin()
{
	published_blob | grep '"bob"' | grep HostAdmins
}

alice_is_out()
{
	! ssh_as alice alice
}

status_says()
{
	iamlogin status --json | jq -e "$1"
}

fleet_begin
aws_control PUT buckets/acme-iamlogin-us-east-1 '{"region":"us-east-1"}' >/dev/null
aws_control PATCH credentials '{"role":"iamlogin-publisher"}' >/dev/null
{
	config_for_publisher
	echo "regions = eu-central-1 us-east-1"
	echo "key_file = /etc/iamlogin/fleet.key"
	echo "heartbeat = 10s"
	echo "hold = 25s"
	echo "view default = path:/people/"
	echo "view acme = tag:platform=acme"
} | publisher_launch
holds "the publisher puts a manifest into the bucket" until_holds 30 published 1
holds "and one for the other view" until_holds 30 published 1 acme
equals "of both regions" 1 "$(aws_control GET objects/acme-iamlogin-us-east-1/default/manifest |
    jq -r .body | base64 -d | grep -c '^serial')"
holds "keys come as IAM's limits allow" until_holds 30 has_key_of_alice
equals "the other view has who is in it" "alice carol" "$(published_blob acme |
    jq -r 'select(.name) | .name' | sort | paste -sd' ')"
fails "no policy, trust document or foreign tag is in a blob" says_too_much

config_for_s3 | configure
daemon_start
holds "alice logs in on a second machine" until_holds 30 ssh_as alice alice
holds "carol has the account that her tag names" ssh_as carol deploy
equals "the ids are those of the publisher's ledger" \
    "$(published_blob | jq -r 'select(.name == "alice").uid')" \
    "$(as_local id -u alice)"

# ---------------------------------------------------------------------------------------
# Heartbeat, changes, guards

serial=$(iamlogin status --json | jq .fleet.serial)
holds "without any change there is a heartbeat" until_holds 40 published $((serial + 1))
equals "of the same blob" 1 "$(in_publisher iamlogin status --json |
    jq -r '.publish.views[0].blob' | sort -u | wc -l)"
person_create dave dave
holds "a new person logs in within a listing and a poll" until_holds 45 ssh_as dave dave
person_groups bob '["HostAdmins"]'
in_publisher iamlogin refresh >/dev/null
sleep 6
shows_bob()
{
	in_publisher iamlogin publish --dry-run | grep -Eq '~ bob .*group \+HostAdmins'
}
holds "a new member of a group of [sudo] is shown by --dry-run" until_holds 30 shows_bob
exits "and held" 2 in_publisher iamlogin publish --dry-run
fails "hosts do not see it" bob_is_admin
person_tags alice '[{"Key":"platform","Value":"other"}]'
in_publisher iamlogin refresh >/dev/null
holds "while a removal does not wait with it" until_holds 30 alice_is_out
holds "an administrator confirms" in_publisher iamlogin publish --confirm
holds "then hosts see it" until_holds 30 bob_is_admin
person_tags alice '[{"Key":"platform","Value":"acme"}]'
in_publisher iamlogin refresh >/dev/null
holds "alice is back" until_holds 30 ssh_as alice alice

# ---------------------------------------------------------------------------------------
# Emergency

matches "--revoke says whom" "revoked: iam-user AIDAIAMLOGINTESTALICE" \
    "$(in_publisher iamlogin publish --revoke alice --until 12h 2>&1)"
holds "she is refused after the next poll" until_holds 30 alice_is_out
matches "the manifest says who, when, until and by whom" \
    '^revoked iam-user AIDAIAMLOGINTESTALICE [0-9]+ [1-9][0-9]+ root$' \
    "$(get_object default/manifest)"
exits "nobody of that name" 1 in_publisher iamlogin publish --revoke nobody
holds "a unique id need not be known" in_publisher iamlogin publish --revoke AIDAGONEGONEGONEGONE
holds "--unrevoke takes it back" in_publisher iamlogin publish --unrevoke alice
holds "and she logs in again" until_holds 30 ssh_as alice alice
exits "only root may" 77 setpriv --reuid local --regid local --clear-groups \
    iamlogin publish --dry-run
exits "an option is needed" 64 iamlogin publish

# ---------------------------------------------------------------------------------------
# What goes wrong

aws_faults '[{"service":"iam","kind":"status","status":403,"code":"AccessDenied"}]'
fails "a listing that IAM refuses fails" in_publisher iamlogin refresh
holds "IAM refuses the publisher: its hosts know" until_holds 60 \
    status_says '.fleet.publisher_error.what | test("iam:")'
holds "and who is in, stays in" ssh_as alice alice
aws_healthy
holds "a listing succeeds again" until_holds 60 in_publisher iamlogin refresh
holds "and that it is over" until_holds 60 \
    status_says '.fleet.publisher_error == null'
publisher_stop
serial=$(get_object default/manifest | sed -n 's/^serial //p')
rm -f "$publisher_dir/var/lib/iamlogin/published.json"
{
	config_for_publisher
	echo "kms_key = alias/iamlogin"
	echo "public_key = /etc/iamlogin/fleet.pub"
	echo "heartbeat = 10s"
} | publisher_launch
sleep 8
fails "without the KMS key nothing is published" published $((serial + 1))
jq -n --rawfile pem "$fleet_key" '{pem: $pem}' >/tmp/kms.json
curl -sS -X PUT --data-binary @/tmp/kms.json "$control/kms/alias/iamlogin" >/dev/null
holds "signed by KMS, with a serial above what is there though its own state is gone" \
    until_holds 40 published $((serial + 1))
holds "the host believes it" until_holds 30 \
    status_says ".fleet.serial > $serial"
matches "KMS signed" '^[1-9]' "$(aws_requests '.by_action["kms:Sign"]')"
holds "the publisher's audit is whole" in_publisher iamlogin audit verify
holds "the host's audit is whole" iamlogin audit verify
publisher_stop
finish
