#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# keys_at_once.sh - a hundred logins in the same moment, and a daemon that says nothing
#
# Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

arn=arn:aws:iam::123456789012:user/people
config_for_aws 10m | configure
daemon_start

# lines ACCOUNT KEY - what sshd would be told about this offered key
lines()
{
	local type blob

	read -r type blob _ <"/e2e/keys/$2.pub"
	setpriv --reuid iamlogin-keys --regid iamlogin-keys --init-groups \
	    /usr/libexec/iamlogin-authorized-keys "$1" "$type" "$blob" 2>/dev/null
}

# 1. A key that only Instance Connect knows: every login has to ask the daemon, and waits there.
eic_put alice "$(eic_record ed25519 $arn/alice r-burst)"
lines alice ed25519 >/dev/null # the signer is known from here on
eic_put alice "$(eic_record ecdsa $arn/alice r-burst)"
mkdir /tmp/burst
for i in $(seq 100); do
	lines alice ecdsa >"/tmp/burst/$i" &
	burst[i]=$!
done
wait "${burst[@]}"
# On a machine with nothing else to do all of them are told; one that is busy may be too slow for
# some. Nobody may be turned away for want of a place, as the seventeenth once was.
turned_away()
{
	grep -c 'the daemon is down, or has no place' /logs/syslog
}
equals "of a hundred logins at once none is turned away" 0 "$(turned_away)"
at_most "and all but a few are told of a key of Instance Connect" 50 \
    "$((100 - $(cat /tmp/burst/* | grep -c '^ecdsa-sha2-nistp256 ')))"
before=$(aws_requests '[.log[] | select(.action | test("active-keys"))] | length')
eic_put alice "$(eic_record ed25519 $arn/alice r-burst)"
for i in $(seq 100); do
	lines alice carol >"/tmp/burst/$i" &
	burst[i]=$!
done
wait "${burst[@]}"
equals "a key of nobody's is told to none of them" "" "$(cat /tmp/burst/*)"
equals "and none is turned away" 0 "$(turned_away)"
at_most "and a few questions to IMDS answer them all" 60 \
    $(($(aws_requests '[.log[] | select(.action | test("active-keys"))] | length') - before))
eic_put alice ""

# 2. The daemon is wedged. The best of ten is what the helper takes; the others are this machine's.
fastest()
{
	local best=999999 one i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		one=$(milliseconds "$@")
		[ "$one" -ge "$best" ] || best=$one
	done
	echo "$best"
}
daemon_freeze
at_most "with a wedged daemon a known key is told at once" 100 "$(fastest lines alice alice)"
equals "and it is hers" "$(cut -d' ' -f1,2 /e2e/keys/alice.pub)" "$(lines alice alice)"
at_most "a key that nobody knows costs 0.2 s" 200 "$(fastest lines alice ed25519)"
at_most "root's and a local account's login costs nothing" 50 "$(fastest lines root ed25519)"
daemon_thaw

finish
