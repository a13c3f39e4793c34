#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# unknown_names_cost_nothing.sh - a scanner's names never become requests to AWS
#
# 10,000 unknown names through NSS as root (each rings the doorbell), as many through the keys
# helper, 50 through real ssh: AWS sees no more than the doorbell's bucket, three listings
# deep, and the regular one. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

names=10000

config_for_aws 10m | configure
daemon_start
aws_control POST reset >/dev/null
seq -f 'scan%.0f' $names >/run/names

from=${EPOCHREALTIME/./}
found=$(xargs -n 1000 getent passwd </run/names | wc -l)
to=${EPOCHREALTIME/./}
equals "NSS knows none of $names names" 0 "$found"
echo "# a miss took $(((to - from) / names)) us, all of getent included"

helper=$(sed -n 's/^[[:blank:]]*AuthorizedKeysCommand[[:blank:]]*\([^[:blank:]]*\).*/\1/p' \
    /etc/ssh/sshd_config.d/00-iamlogin.conf)
read -r type blob _ </e2e/keys/bob.pub
printed=$(setpriv --reuid iamlogin-keys --regid iamlogin-keys --clear-groups \
    xargs -a /run/names -I NAME "$helper" NAME "$type" "$blob" 2>/dev/null | wc -c)
equals "the keys helper prints nothing for $names names" 0 "$printed"

let_in=0
for name in $(head -n 50 /run/names); do
	if ssh_as bob "$name" 2>/dev/null; then
		let_in=$((let_in + 1))
	fi
done
equals "50 unknown names are refused by sshd" 0 $let_in

at_most "AWS lists the people no more often than the bucket allows" 4 \
    "$(aws_requests '.by_action["iam:ListUsers"] // 0')"
at_most "and counts few requests at all" 100 "$(aws_requests)"
holds "alice logs in meanwhile" ssh_as alice alice
finish
