#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fips_and_dual_stack.sh - the endpoints that [aws] fips and dual_stack choose
#
# IAM has names of its own for both and for their combination; STS follows for a directory in
# another account. Where the partition has none the daemon says so. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# config FIPS DUAL-STACK [LINE]
config()
{
	config_for_aws 10m | sed "s,^ca_file = .*,&\nfips = $1\ndual_stack = $2\n${3:-}," |
	    configure
}

asked_for()
{
	grep -qxF "$1" /logs/dns.log
}

fresh_start()
{
	rm -rf /run/iamlogin /var/lib/iamlogin
	daemon_start
}

fails "no name of those below has been asked for yet" grep -q api.aws /logs/dns.log
config no yes
fresh_start
holds "dual-stack: IAM at its global name" asked_for iam.global.api.aws
holds "alice logs in" ssh_as alice alice
daemon_stop
config yes no
fresh_start
holds "FIPS: IAM" asked_for iam-fips.amazonaws.com
daemon_stop
config yes yes
fresh_start
holds "FIPS and dual-stack: IAM" asked_for iam-fips.global.api.aws
holds "alice logs in" ssh_as alice alice
daemon_stop
config yes yes 'role_arn = arn:aws:iam::123456789012:role/reader'
daemon_launch
holds "and STS in the instance's region" until_holds 30 asked_for sts-fips.eu-central-1.api.aws
daemon_stop

# a partition that has no FIPS endpoint of IAM
config yes no 'region = cn-north-1'
rm -rf /run/iamlogin /var/lib/iamlogin
daemon_launch
holds "no such endpoint: the daemon says which setting it is" until_holds 30 sh -c \
    'iamlogin status --json | jq -r .last_error.what | grep -q "fips"'
daemon_stop
config auto auto 'region = cn-north-1'
rm -rf /run/iamlogin /var/lib/iamlogin
daemon_launch
holds "auto takes the usual one" until_holds 30 asked_for iam.cn-north-1.amazonaws.com.cn
daemon_stop
finish
