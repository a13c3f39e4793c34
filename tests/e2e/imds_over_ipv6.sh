#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# imds_over_ipv6.sh - a subnet without IPv4 has IMDS at its other literal address
#
# Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

config_for_aws 10m | configure
ip route del 169.254.169.254/32 dev imds0
fails "IPv4 has no route to IMDS" ping -c 1 -W 1 169.254.169.254
daemon_start
equals "the instance is known" i-0123456789abcdef0 "$(iamlogin status --json | jq -r .instance)"
holds "alice logs in" ssh_as alice alice

ip route add 169.254.169.254/32 dev imds0
ip -6 route flush dev imds0
holds "back with IPv4 a refresh succeeds in the same daemon" until_holds 30 iamlogin refresh
finish
