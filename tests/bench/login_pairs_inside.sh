#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# login_pairs_inside.sh PAIRS - interleaved logins, one line "SERIES A-MICROSECONDS B-…" a pair
#
# A is what is measured and B what it is compared with, back to back and in alternating order,
# so that whatever else the machine does hits both. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

pairs=$1
results=/logs/pairs

# stock_sshd - the same sshd on port 23 as it would be without us: its own nsswitch and PAM
stock_sshd()
{
	unshare -m --propagation private bash -c '
		mount --bind /e2e/stock/nsswitch.conf /etc/nsswitch.conf
		mount --bind /e2e/stock/pam.d /etc/pam.d
		mount -t tmpfs none /etc/ssh/sshd_config.d
		exec /usr/sbin/sshd -D -e -p 23 -o PidFile=none' >/logs/sshd-stock.log 2>&1 &
	until_holds 30 grep -q 'port 23' /logs/sshd-stock.log
}

# timed PORT KEY ACCOUNT - microseconds of one login, which must succeed
timed()
{
	local from to

	export ssh_port=$1
	from=${EPOCHREALTIME/./}
	if ! ssh_as "$2" "$3" >/dev/null 2>>/logs/ssh.err; then
		echo "a login of $3 on port $1 failed" >&2
		return 1
	fi
	to=${EPOCHREALTIME/./}
	echo $((to - from))
}

# series NAME PORT-A KEY-A ACCOUNT-A PORT-B KEY-B ACCOUNT-B
series()
{
	local name=$1 i a b

	shift
	timed "$1" "$2" "$3" >/dev/null || return 1 # the first one makes the home
	for i in $(seq "$pairs"); do
		if [ $((i % 2)) -eq 0 ]; then
			a=$(timed "$1" "$2" "$3") && b=$(timed "$4" "$5" "$6") || return 1
		else
			b=$(timed "$4" "$5" "$6") && a=$(timed "$1" "$2" "$3") || return 1
		fi
		echo "$name $a $b" >>$results
	done
}

locals() # STATE - local and root logins against the sshd that never heard of us
{
	series "local-$1" 22 local local 23 local local &&
		series "root-$1" 22 local root 23 local root
}

set -e
rm -f $results
stock_sshd
config_for_aws 10m | configure
daemon_start

series person-aws-reachable 22 alice alice 22 local local
locals running
aws_black_hole
series person-aws-black-holed 22 alice alice 22 local local
aws_return
daemon_freeze
series person-daemon-wedged 22 alice alice 22 local local
locals wedged
daemon_stop
series person-daemon-stopped 22 alice alice 22 local local
locals stopped
daemon_start
daemon_kill
locals killed
