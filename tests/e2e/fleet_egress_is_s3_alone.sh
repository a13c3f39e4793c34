#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fleet_egress_is_s3_alone.sh - a private subnet with a gateway endpoint for S3 and nothing else
#
# What a host can reach is IMDS, its name server and S3, by its routes: from the first boot on,
# over changes and a restart, with 0 requests to IAM. The bucket is encrypted by a KMS key, which
# S3 uses for whoever may. Runs inside (instance.sh); the publisher is fleet_lib.sh's own.
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh
# shellcheck source=/dev/null
. /e2e/fleet_lib.sh

# reaches HOST
reaches()
{
	curl -s -m 5 --cacert /etc/iamlogin/test-ca.pem "https://$1/" >/dev/null
}

fleet_begin
aws_control PUT "buckets/$bucket" '{"kms":"alias/bucket"}' >/dev/null
publish_now 1
ip route flush dev aws0
ip route add 10.0.9.10/32 dev aws0 src 10.0.9.5
ip route add 10.0.9.53/32 dev aws0 src 10.0.9.5
holds "S3 is in reach" reaches s3.eu-central-1.amazonaws.com
for service in iam sts ec2.eu-central-1 kms.eu-central-1; do
	fails "$service is not" reaches $service.amazonaws.com
done
aws_control DELETE requests >/dev/null

config_for_s3 | configure
daemon_start
holds "alice logs in" ssh_as alice alice
holds "and is in her group" sh -c 'setpriv --reuid local --regid local --init-groups id alice | grep HostAdmins'
fails "bob, of another platform, does not" ssh_as bob bob
person_create dave dave
publish_now 2
holds "dave logs in after the next poll" until_holds 60 ssh_as dave dave
publish_now 3 "/^blob/a revoked iam-user AIDAIAMLOGINTESTALICE $(date +%s) 0 carol"
holds "a revocation arrives" until_holds 60 serial_is 3
fails "alice is refused" ssh_as alice alice
daemon_stop
rm -rf /run/iamlogin /var/lib/iamlogin
daemon_start
holds "a host that boots for the first time has everybody" ssh_as dave dave
holds "it is fresh" state_is FRESH
equals "and has nothing to complain of" null "$(iamlogin status --json | jq .last_error)"
equals "who was asked: S3 and IMDS alone" "imds s3" \
    "$(aws_requests '[.log[].service] | unique | join(" ")' | tr -d '"')"
equals "requests to IAM" 0 "$(aws_requests \
    '[.by_action | to_entries[] | select(.key | startswith("iam:")) | .value] | add // 0')"

# ---------------------------------------------------------------------------------------
# SSE-KMS: the role may read the bucket, and not use its key

aws_control PATCH credentials '{"deny":["kms:Decrypt"]}' >/dev/null
publish_now 4
holds "without kms:Decrypt the manifest is refused" until_holds 30 error_is AccessDenied
matches "and the message names the KMS key" "KMS key" "$(last_error)"
holds "dave still logs in" ssh_as dave dave
aws_control PATCH credentials '{"deny":[]}' >/dev/null
holds "with it all is well" until_holds 60 serial_is 4
holds "the audit's chain is whole" iamlogin audit verify
finish
