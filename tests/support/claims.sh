# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# claims.sh - how a test inside an instance says what holds; sourced by instance_lib.sh
#
# A claim prints `ok N - sentence`, or `not ok N - sentence` and what was seen instead.

n_claims=0
n_broken=0

claim_holds()
{
	n_claims=$((n_claims + 1))
	echo "ok $n_claims - $1"
}

# claim_broken SENTENCE [SEEN...]
claim_broken()
{
	local sentence=$1

	shift
	n_claims=$((n_claims + 1))
	n_broken=$((n_broken + 1))
	echo "not ok $n_claims - $sentence"
	[ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/#   /'
}

# holds SENTENCE COMMAND... - the command succeeds
holds()
{
	local sentence=$1 seen rc=0

	shift
	seen=$("$@" 2>&1) || rc=$?
	if [ $rc -eq 0 ]; then
		claim_holds "$sentence"
	else
		claim_broken "$sentence" "exit $rc: $*" "$seen"
	fi
}

# fails SENTENCE COMMAND... - the command ends with a failure, whichever
fails()
{
	local sentence=$1 seen rc=0

	shift
	seen=$("$@" 2>&1) || rc=$?
	if [ $rc -ne 0 ]; then
		claim_holds "$sentence"
	else
		claim_broken "$sentence" "succeeded: $*" "$seen"
	fi
}

# exits SENTENCE CODE COMMAND...
exits()
{
	local sentence=$1 wanted=$2 seen rc=0

	shift 2
	seen=$("$@" 2>&1) || rc=$?
	if [ $rc -eq "$wanted" ]; then
		claim_holds "$sentence"
	else
		claim_broken "$sentence" "exit $rc, not $wanted: $*" "$seen"
	fi
}

# equals SENTENCE WANTED SEEN
equals()
{
	if [ "$2" = "$3" ]; then
		claim_holds "$1"
	else
		claim_broken "$1" "wanted: $2" "seen:   $3"
	fi
}

# matches SENTENCE EXTENDED-REGEX SEEN
matches()
{
	if grep -Eq -- "$2" <<<"$3"; then
		claim_holds "$1"
	else
		claim_broken "$1" "wanted: $2" "seen:   $3"
	fi
}

# at_most SENTENCE LIMIT NUMBER
at_most()
{
	if [ "$3" -le "$2" ]; then
		claim_holds "$1 ($3)"
	else
		claim_broken "$1" "wanted: at most $2" "seen:   $3"
	fi
}

# until_holds SECONDS COMMAND... - try until it succeeds; fails when the time is over
until_holds()
{
	local deadline=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $deadline ] || return 1
		sleep 0.1
	done
}

# configuration_files - a line for each file that `iamlogin enable` could have a hand in: what
# it is, whose, and its content; the same lines mean the same bits
configuration_files()
{
	# accounts, host keys and what programs keep for themselves are not configuration
	set -- /etc /var/lib/pam ! -path '/etc/ld.so.cache' ! -path '/etc/resolv.conf' \
	    ! -path '/etc/ssh/ssh_host_*' ! -regex '/etc/\(passwd\|group\|g?shadow\|sub[ug]id\)-?'
	{
		find "$@" \( -type f -o -type l \) -printf '%p %y %m %U:%G %l\n'
		find "$@" -type f -exec sha256sum {} +
	} | sort
}

# finish - the last line of every test
finish()
{
	echo "1..$n_claims"
	[ $n_broken -eq 0 ]
}
