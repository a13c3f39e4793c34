#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fleet_revocation_ends_sessions.sh - `publish --revoke` on one machine, a session on another
#
# Publisher, S3, host, warden: nobody touches the host. Runs inside (instance.sh); the path unit
# is a loop here.
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh
# shellcheck source=/dev/null
. /e2e/fleet_lib.sh

warden_loop()
{
	while sleep 0.05; do
		[ ! -e /run/iamlogin/warden ] || /usr/libexec/iamlogin-warden
	done >>/logs/warden.log 2>&1
}

has_processes()
{
	pgrep -U "$1"
}

has_none()
{
	! has_processes "$1"
}

refused()
{
	! ssh_as "$1" "$1"
}

fleet_begin
aws_control PATCH credentials '{"role":"iamlogin-publisher"}' >/dev/null
person_tags bob '[{"Key":"platform","Value":"acme"}]'
{
	config_for_publisher
	echo "key_file = /etc/iamlogin/fleet.key"
} | publisher_launch
holds "the publisher puts a manifest into the bucket" until_holds 60 published 1
{
	config_for_s3
	printf '[session]\non_revoke = terminate\n'
} | configure
daemon_start
warden_loop &
holds "alice is in on the second machine" until_holds 60 ssh_as alice alice \
    'setsid sh -c "trap \"\" TERM HUP; while :; do sleep 1; done" >/dev/null 2>&1 & sleep 0.2'
holds "so is bob" until_holds 60 ssh_as bob bob 'setsid sleep 900 >/dev/null 2>&1 &'
alice=$(id -u alice) bob=$(id -u bob)
holds "her session has processes" has_processes "$alice"

aws_control DELETE requests >/dev/null
holds "she is revoked on the publisher" in_publisher iamlogin publish --revoke alice --until 12h
holds "what she runs on the other machine is ended" until_holds 60 has_none "$alice"
holds "and she is refused there" until_holds 30 refused alice
holds "bob's is not" has_processes "$bob"
recorded "the host's trail says that it was ended" \
    '.event == "close" and .reason == "withdrawn" and .account == "alice" and .writer == "warden"'
equals "the host asked IAM nothing" 0 "$(aws_requests \
    '[.log[] | select(.service == "iam" and .action != "GetAccountAuthorizationDetails" and
	.action != "ListSSHPublicKeys" and .action != "GetSSHPublicKey")] | length')"
publisher_stop

daemon_stop
daemon_start
fails "a restart of the host forgets nothing: she is refused" ssh_as alice alice
holds "bob is not" ssh_as bob bob
holds "the audit's chain is whole" iamlogin audit verify
finish
