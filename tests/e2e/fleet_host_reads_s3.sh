#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fleet_host_reads_s3.sh - kind = s3: people come from a signed manifest in a bucket
#
# No request to IAM, ever; a new person logs in after the next poll; what is not the
# publisher's is refused with one line each, and the old data stays. Runs inside
# (instance.sh); the publisher is fleet_lib.sh's own.
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh
# shellcheck source=/dev/null
. /e2e/fleet_lib.sh

fleet_begin
config_for_s3 | configure
publish_now 1
daemon_start

holds "alice logs in by what the bucket says" ssh_as alice alice
fails "bob, of another platform, does not: the rules are the host's" ssh_as bob bob
equals "carol's account is the one that the publisher names" 0 \
    "$(ssh_as carol deploy true; echo $?)"
matches "alice is in her group" HostAdmins "$(as_local id alice)"
equals "status says where people come from" "s3 1 default" \
    "$(iamlogin status --json | jq -r '"\(.source) \(.fleet.serial) \(.fleet.view)"')"
fails "dave does not exist yet" ssh_as dave dave
person_create dave dave
publish_now 2
holds "dave logs in after the next poll" until_holds 30 ssh_as dave dave
aws_black_hole
holds "alice logs in with AWS dark" ssh_as alice alice
aws_return

# ---------------------------------------------------------------------------------------
# Whom the publisher revokes

publish_now 3 "/^blob/a revoked iam-user $(aws_control GET directory |
    jq -r '.UserDetailList[] | select(.UserName == "dave").UserId') $(date +%s) 0 carol"
poll_now
equals "the manifest with a revocation is in force" 3 "$(iamlogin status --json | jq .fleet.serial)"
fails "who is revoked is refused" ssh_as dave dave
holds "others are not" ssh_as alice alice
recorded "the withdrawal is recorded" \
    '.event == "verdict" and .account == "dave" and .verdict == "deny"'

# ---------------------------------------------------------------------------------------
# What is not to be believed: the old data stays, one clear line each

publish_now 4
poll_now
holds "the revocation is withdrawn" ssh_as dave dave
good=$(get_object default/manifest | base64 -w0)
good_again()
{
	base64 -d <<<"$good" | put_object default/manifest
	until_holds 30 error_is null
}

# refused SENTENCE CODE WORDS - the manifest that stands in the bucket now
refused()
{
	holds "$1: refused" until_holds 30 error_is "$2"
	matches "$1: one line says why" "$3" "$(last_error)"
	holds "$1: serial 4 stays in force" until_holds 30 serial_is 4
	holds "$1: alice still logs in" ssh_as alice alice
}

base64 -d <<<"$good" | sed 's/^serial 4/serial 5/' | put_object default/manifest
refused "a flipped bit" signature "not by key"
publish_now 3
refused "an older serial" serial "not above 4"
publish_now 6 's/^owner .*/owner 999999999999/'
refused "another account" owner "of 999999999999, not of 123456789012"
publish_now 6 's/^view .*/view other/'
refused "another view" view "of view other"
publish_now 6 "s/^issued_at .*/issued_at $(($(date +%s) + 3600))/"
refused "a date in the future" future "clocks"
publish_now 6 "s/^issued_at .*/issued_at 1700000000/;s/^not_after .*/not_after 1700000001/"
refused "one past its end" not-after "past its not_after"
right_key=$fleet_key
fleet_key=/e2e/keys/other.key
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $fleet_key 2>/dev/null
publish_now 6
refused "an unknown key" unknown-key "not pinned here"
fleet_key=$right_key
echo nonsense | put_object default/manifest
refused "no manifest at all" syntax "line 1"
blob_of_directory >/tmp/blob
echo >>/tmp/blob
manifest_for /tmp/blob 6 | put_object default/manifest
refused "a blob that is not there yet" not-there "not there yet"
head -c "$(stat -c %s /tmp/blob)" /dev/zero |
    put_object "default/blob/$(sha256sum </tmp/blob | cut -d' ' -f1)"
refused "a blob that does not match" mismatch "not the one that the manifest names"
holds "the right manifest again ends it" good_again

for fault in "403 AccessDenied refused" "503 SlowDown slower" "500 InternalError 500"; do
	read -r status code word <<<"$fault"
	aws_faults "[{\"service\":\"s3\",\"kind\":\"status\",\"status\":$status,\"code\":\"$code\"}]"
	refused "HTTP $status of S3" "$code" "$word"
done
aws_healthy
aws_control DELETE "objects/$bucket/default/manifest" >/dev/null
refused "no manifest in the bucket" NoSuchKey "is not there"
aws_control PATCH credentials '{"deny":["s3:ListBucket"]}' >/dev/null
refused "the same without s3:ListBucket" AccessDenied "not there"
aws_control PATCH credentials '{"deny":[]}' >/dev/null
aws_control PUT "buckets/$bucket" '{"owner":"999999999999"}' >/dev/null
refused "the bucket of somebody else" AccessDenied "owner"
aws_control PUT "buckets/$bucket" '{"owner":"123456789012"}' >/dev/null
holds "and it works again" good_again

# ---------------------------------------------------------------------------------------
# The publisher's key is replaced: hosts pin both for a while

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out /e2e/keys/next.key 2>/dev/null
openssl pkey -in /e2e/keys/next.key -pubout -out /etc/iamlogin/next.pub
daemon_stop
config_for_s3 | sed 's,^public_key = .*,&\npublic_key = /etc/iamlogin/next.pub,' | configure
daemon_start
publish_now 7
holds "with two keys pinned the old one is good" until_holds 30 serial_is 7
fleet_key=/e2e/keys/next.key
publish_now 8
holds "and so is the next one" until_holds 30 serial_is 8
daemon_stop
config_for_s3 | sed 's,^public_key = .*,public_key = /etc/iamlogin/next.pub,' | configure
daemon_start
holds "alice logs in with the next one alone" ssh_as alice alice
fleet_key=$right_key
publish_now 9
holds "by which the old one is refused" until_holds 30 error_is unknown-key
fleet_key=/e2e/keys/next.key
publish_now 9
holds "and nobody is the worse for it" until_holds 30 serial_is 9

# ---------------------------------------------------------------------------------------
# What it cost

equals "who was asked, from the first moment on: S3 and IMDS alone" "imds s3" \
    "$(aws_requests '[.log[].service] | unique | join(" ")' | tr -d '"')"
aws_control DELETE requests >/dev/null
sleep 25
equals "an unchanged manifest is an answer without a body" 304 \
    "$(aws_control GET requests | jq -r '[.log[] | select(.service == "s3").status] | unique | join(" ")')"
at_most "polls in 25 s, of 10 s each" 4 "$(aws_requests '.by_action["s3:GetObject"]')"
holds "the audit's chain is whole" iamlogin audit verify
finish
