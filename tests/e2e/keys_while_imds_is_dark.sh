#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# keys_while_imds_is_dark.sh - IMDS is silent, IAM is there, and the credentials are good
#
# Who this instance is does not change: keys that are older than fresh are asked for again at
# a login, with what IMDS said before. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# alice_has KEY - that is her only key in IAM
alice_has()
{
	aws_control PATCH users/alice "$(jq -n --rawfile key "/e2e/keys/$1.pub" \
	    '{SSHPublicKeys: [{SSHPublicKeyBody: ($key | rtrimstr("\n"))}]}')" >/dev/null
}

config_for_aws 6s | configure
daemon_start
holds "alice logs in" ssh_as alice alice
fails "not with another key" ssh_as dave alice
alice_has dave
imds_black_hole
sleep 7
holds "with IMDS dark her new key is found at the login" until_holds 30 ssh_as dave alice
fails "her old one is not hers any more" ssh_as alice alice
imds_return
holds "all is fresh within 60 s of its return" until_holds 60 state_is FRESH
holds "it is the same daemon" daemon_runs
finish
