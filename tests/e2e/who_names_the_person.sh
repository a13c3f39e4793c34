#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# who_names_the_person.sh - open sessions, the person behind each, and how they end
#
# Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# stay KEY ACCOUNT - a login that lasts until its end is asked for
stay()
{
	ssh_as "$1" "$2" 'echo in; exec sleep 300' &
	stays=$!
}

# sessions FILTER - of who, those for which the jq filter is true
sessions()
{
	iamlogin who --json | jq -c ".[] | select($1)"
}

is_here()
{
	[ -n "$(sessions "$1")" ]
}

is_gone()
{
	[ -z "$(sessions "$1")" ]
}

# kill_session ACCOUNT - the monitor first: what it has forked cannot tell it to close
kill_session()
{
	kill -KILL "$(sshd_of "$1")"
	pkill -KILL -u "$1"
	wait $stays
}

# sshd_of ACCOUNT - the process that holds its session open
sshd_of()
{
	iamlogin who --json | jq -r ".[] | select(.account == \"$1\") | .pid"
}

config_for_aws 10m | configure
daemon_start

equals "nobody is here at first" "[]" "$(iamlogin who --json | jq -c .)"
stay carol deploy
holds "carol's session is there" until_holds 30 is_here '.account == "deploy"'
matches "who names the person, the key and the origin" \
    '^deploy +carol .*127\.0\.0\.1 .*sshd +iam-key +SHA256:' "$(iamlogin who)"
equals "and in JSON her ARN" "arn:aws:iam::123456789012:user/people/carol" \
    "$(sessions true | jq -r .person.arn)"
equals "its key is the one that she has" \
    "$(ssh-keygen -lf /e2e/keys/carol.pub | cut -d' ' -f2)" "$(sessions true | jq -r .key.fingerprint)"
exits "only root may ask" 77 as_local iamlogin who
equals "its file is root's, for the daemon to read" "640 root iamlogin" \
    "$(stat -c '%a %U %G' /run/iamlogin-pam/session/*)"

kill_session deploy
holds "a killed session is gone at once" until_holds 30 is_gone true
recorded "its end is recorded all the same" \
    '.event == "close" and .account == "deploy" and .person.name == "carol" and
     .duration_s >= 0 and (.message | test("without closing"))'

stay alice alice
holds "alice is here" until_holds 30 is_here '.person.name == "alice"'
equals "the killed session's file was swept away" 1 \
    "$(find /run/iamlogin-pam/session -type f | wc -l)"
daemon_stop
matches "who needs no daemon" alice "$(iamlogin who)"
daemon_start
pkill -u alice sleep
wait $stays
holds "a closed session is gone" until_holds 30 is_gone true
recorded "its end is recorded, with how long it took" \
    '.event == "close" and .account == "alice" and .duration_s >= 0 and .message == null'
equals "and once" 1 "$(records '.event == "close" and .account == "alice"' | wc -l)"

session=$(ssh_as alice alice 'sudo -n true; cat /proc/self/sessionid')
recorded "sudo in a session is its person's" \
    ".event == \"sudo\" and .verdict == \"allow\" and .person.name == \"alice\" and
     .person.verified == \"yes\" and .session == $session"

# A session of a daemon that died meanwhile, and of one that is wedged.
holds "it ends before that" until_holds 30 is_gone '.account == "alice"'
daemon_stop
stay alice alice
holds "with the daemon dead a session is registered" until_holds 30 is_here '.account == "alice"'
equals "with its person" alice "$(sessions true | jq -r .person.name)"
daemon_start
kill_session alice
recorded "a daemon that came later records its end" \
    '.event == "close" and .account == "alice" and (.message // "" | test("without closing"))'
holds "the audit's chain is whole" iamlogin audit verify
finish
