#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fleet_age_counts_from_issue.sh - a bucket that is frozen, and an image with a manifest in it
#
# Polls that succeed make nothing younger: age is the manifest's. What was baked into an image
# serves a clone at once, as long as its age allows. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh
# shellcheck source=/dev/null
. /e2e/fleet_lib.sh

exit_of()
{
	"$@" >/dev/null 2>&1
	echo $?
}

fleet_begin
config_for_s3 15s 40s | configure
publish_now 1
daemon_start
holds "a manifest of now is fresh" state_is FRESH
aws_control PUT "buckets/$bucket" '{"frozen":true}' >/dev/null
publish_now 2
holds "a frozen bucket goes stale although every poll succeeds" until_holds 30 state_is STALE
equals "the polls do succeed" null "$(iamlogin status --json | jq .last_error)"
equals "and serial 1 is still all there is" 1 "$(iamlogin status --json | jq .fleet.serial)"
holds "who was let in is let in, with old data" ssh_as alice alice
holds "then it is expired" until_holds 40 state_is EXPIRED
fails "and nobody is let in" ssh_as alice alice
holds "but a local account" ssh_as local local
equals "status says so by its exit code" 2 "$(exit_of iamlogin status)"
aws_control PUT "buckets/$bucket" '{"frozen":false}' >/dev/null
publish_now 2
holds "a new manifest ends it" until_holds 30 ssh_as alice alice
daemon_stop

# ---------------------------------------------------------------------------------------
# An image: the manifest and the blob lie there, the instance is another one, S3 is dark

config_for_s3 10m 24h | configure
publish_now 3
daemon_start
poll_now
daemon_stop
sed -i 's/^poll/; &/' /etc/iamlogin/iamlogin.conf
rm -f /run/iamlogin/snapshot /run/iamlogin/keys
find /var/lib/iamlogin -type f ! -name manifest ! -name blob -delete
aws_control PATCH instance '{"instance_id":"i-0fedcba9876543210"}' >/dev/null
aws_black_hole
daemon_launch
holds "on a clone of the image she logs in with S3 dark" until_holds 30 ssh_as alice alice
equals "the clone knows that it is another instance" i-0fedcba9876543210 \
    "$(iamlogin status --json | jq -r .instance)"
equals "and which serial it has" 3 "$(iamlogin status --json | jq .fleet.serial)"
daemon_stop

# a clone that booted once under another id keeps the manifest, too
aws_return
daemon_start
daemon_stop
aws_control PATCH instance '{"instance_id":"i-00000000000000abc"}' >/dev/null
aws_black_hole
daemon_launch
holds "a disk that becomes another instance keeps it as well" until_holds 30 ssh_as alice alice
daemon_stop

rm -f /run/iamlogin/snapshot /run/iamlogin/keys
printf x | dd of=/var/lib/iamlogin/blob bs=1 seek=40 conv=notrunc status=none
daemon_launch
sleep 7
fails "a blob that was changed on the disk is not believed" ssh_as alice alice
daemon_stop
aws_return
daemon_start
holds "and fetched again" until_holds 30 ssh_as alice alice
aws_control PATCH instance '{"account":"999999999999"}' >/dev/null
daemon_stop
rm -f /run/iamlogin/snapshot /run/iamlogin/keys
daemon_launch
sleep 7
fails "in another account the image's manifest is nobody's" ssh_as alice alice
finish
