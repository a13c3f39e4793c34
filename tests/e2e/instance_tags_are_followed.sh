#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# instance_tags_are_followed.sh - the instance's own tags change, vanish, and are switched off
#
# IMDS answers 404 for a tag that is absent and for tags that are switched off: the first is
# "no", the second is "not knowable", unless ec2:DescribeTags tells. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

instance()
{
	aws_control PATCH instance "$1" >/dev/null
	timeout 60 iamlogin refresh >/dev/null 2>&1
}

why()
{
	iamlogin explain --json "$1" | jq -r "$2"
}

config_for_aws 1h | sed '/^\[login\]/a deny = tag:platform=other & instance:maintenance' | configure
daemon_start
holds "platform=acme: alice logs in" ssh_as alice alice
fails "bob, of platform other, does not" ssh_as bob bob

instance '{"tags":{"platform":"other"}}'
holds "the tag changes: bob logs in" ssh_as bob bob
fails "alice does not" ssh_as alice alice
instance '{"tags":{"platform":"other","maintenance":""}}'
fails "a second tag comes, and a deny line sees it" ssh_as bob bob

instance '{"tags":{"env":"dev"}}'
fails "the tag is gone: alice is refused" ssh_as alice alice
exits "for certain" 1 iamlogin explain alice
equals "because no rule lets her in" no-rule "$(why alice .reason)"

instance '{"tags":{"platform":"acme"},"imds_tags":false}'
holds "IMDS does not show tags any more, and EC2 does: alice logs in" ssh_as alice alice
matches "by ec2:DescribeTags" '^[1-9]' "$(aws_requests '.by_action["ec2:DescribeTags"]')"
instance '{"tags":{"platform":"other"},"imds_tags":false}'
holds "changes are followed there, too" ssh_as bob bob
instance '{"tags":{"platform":"acme"},"imds_tags":false}'

aws_control PATCH credentials '{"deny":["ec2:DescribeTags"]}' >/dev/null
timeout 60 iamlogin refresh >/dev/null 2>&1
fails "neither shows them: nobody is let in by what is not known" ssh_as alice alice
exits "it is not knowable" 2 iamlogin explain alice
equals "which is not the same as no" not-knowable "$(why alice .reason)"
matches "the switch is named" 'InstanceMetadataTags|instance-metadata-tags' "$(iamlogin explain alice)"
matches "and the permission" 'ec2:DescribeTags' "$(iamlogin status --json | jq -r '.missing_permissions[]')"
exits "a deny line over such a tag refuses as not knowable" 2 iamlogin explain bob

instance '{"imds_tags":true}'
holds "switched on again: alice logs in" ssh_as alice alice
exits "and bob is refused for certain" 1 iamlogin explain bob
holds "the audit's chain is whole" iamlogin audit verify
finish
