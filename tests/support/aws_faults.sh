# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_faults.sh - every way in which AWS is not there, slow or lying, and what is held under it
#
# Sourced by a test inside an instance as /e2e/aws_faults.sh. fault_start brings the daemon up,
# `fault_under NAME SECONDS` plays one fault of fault_table for at least that long, fault_finish
# ends the test. Each fault is one row of JSON in /logs/faults.json.
#
# Held under each: whoever is known logs in as fast as before, whoever may not or cannot be
# known is refused within a second, nobody is removed, memory and log stay small; after the
# repair everything is fresh within 60 s without a restart.
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# NAME, then what the emulator plays, or - for what only the network can do
fault_table()
{
	cat <<'END'
SYN black hole	-
DNS black hole	-
resets	{"service":"iam","action":"*","kind":"reset"}
TLS silent after hello	{"service":"*","kind":"stall_tls"},{"service":"iam","kind":"reset"}
headers, then silence	{"service":"iam","action":"*","kind":"stall_body"}
one byte per 10 s	{"service":"iam","action":"*","kind":"drip"}
500 at 90 %	{"service":"iam","kind":"status","status":500,"rate":0.9}
503 at 90 %	{"service":"iam","kind":"status","status":503,"code":"ServiceUnavailable","rate":0.9}
400 Throttling at 90 %	{"service":"iam","kind":"status","status":400,"code":"Throttling","rate":0.9}
HTML with status 200	{"service":"iam","action":"*","kind":"body"}
empty body	{"service":"iam","action":"*","kind":"body","body":""}
truncated XML	{"service":"iam","action":"*","kind":"truncate"}
XML of 100 MB	{"service":"iam","action":"*","kind":"huge"}
XML a million deep	{"service":"iam","action":"*","kind":"deep"}
entity bomb	{"service":"iam","action":"*","kind":"bomb"}
content length too short	{"service":"iam","action":"*","kind":"short_length"}
content length too long	{"service":"iam","action":"*","kind":"long_length"}
two content lengths	{"service":"iam","action":"*","kind":"two_lengths"}
gzip unasked	{"service":"iam","action":"*","kind":"gzip"}
END
}

fault_names()
{
	fault_table | cut -f1
}

fault_begin()
{
	local played

	played=$(fault_table | awk -F'\t' -v name="$1" '$1 == name { print $2 }')
	case $1 in
	"SYN black hole") aws_black_hole ;;
	"DNS black hole")
		# nobody is there, and nobody says so; names stay in memory for a minute, so
		# until then the answers are resets
		ip neigh replace 10.0.9.54 dev aws0 nud permanent \
		    lladdr "$(ip -j neigh show 10.0.9.53 dev aws0 | jq -r '.[0].lladdr')"
		echo "nameserver 10.0.9.54" >/etc/resolv.conf
		aws_faults '[{"service":"iam","action":"*","kind":"reset"}]'
		sleep 61
		aws_healthy
		;;
	*)
		aws_faults "[$played]"
		;;
	esac
}

fault_end()
{
	case $1 in
	"SYN black hole") aws_return ;;
	"DNS black hole") echo "nameserver 10.0.9.53" >/etc/resolv.conf ;;
	*) aws_healthy ;;
	esac
}

fault_people()
{
	iamlogin users --json | jq -r '[.[].name] | sort | join(" ")'
}

# fault_peak - the daemon's largest resident size so far in KiB
fault_peak()
{
	awk '/^VmHWM/ { print $2 }' "/proc/$daemon_pid/status"
}

# fault_log_lines - how many lines the daemon has written to its log, records apart
fault_log_lines()
{
	local all

	all=$(cat /logs/daemon.log /logs/journal 2>/dev/null | grep -c . || true)
	echo $((all - $(records | wc -l)))
}

fault_failures()
{
	iamlogin status --json | jq .counters.refresh_failures
}

# fault_tokens - what is left of the background bucket
fault_tokens()
{
	iamlogin status --json | jq .counters.aws_background_tokens
}

fault_is_over()
{
	iamlogin status --json | jq -e '.state == "FRESH" and .last_error == null'
}

fault_has_failed_since()
{
	[ "$(fault_failures)" -gt "$1" ]
}

# fault_cost - milliseconds that a login of alice takes longer than one of a local account
#
# The fastest of four each, in turns; where that says more than is held, the machine is asked
# again: it is noisy, AWS's silence would be there each time.
fault_cost()
{
	local attempt pair local_ms alice_ms local_best alice_best best=999999

	for attempt in 1 2 3 4 5; do
		local_best=999999
		alice_best=999999
		for pair in 1 2 3 4; do
			local_ms=$(milliseconds ssh_as local local)
			alice_ms=$(milliseconds ssh_as alice alice)
			[ "$local_ms" -ge "$local_best" ] || local_best=$local_ms
			[ "$alice_ms" -ge "$alice_best" ] || alice_best=$alice_ms
		done
		[ $((alice_best - local_best)) -ge $best ] || best=$((alice_best - local_best))
		[ $best -gt 50 ] || break
	done
	: "$attempt $pair"
	echo "$best"
}

# fault_refusal - milliseconds until somebody who cannot be known is refused
#
# The fastest of two; where that says more than is held, of up to eight: as in fault_cost.
fault_refusal()
{
	local attempt took best=999999

	for attempt in 1 2 3 4 5 6 7 8; do
		took=$(milliseconds ssh_as dave dave)
		[ "$took" -ge "$best" ] || best=$took
		[ "$attempt" -lt 2 ] || [ "$best" -gt 1000 ] || break
	done
	echo "$best"
}

# fault_wrong - wrong decisions in one round: alice is known, bob may not, dave is unknown
fault_wrong()
{
	local n=0

	ssh_as alice alice 2>/dev/null || n=$((n + 1))
	! ssh_as bob bob 2>/dev/null || n=$((n + 1))
	! ssh_as dave dave 2>/dev/null || n=$((n + 1))
	echo $n
}

# fault_start FRESH - the daemon runs and everybody is known
fault_start()
{
	config_for_aws "$1" | configure
	[ -e /logs/faults.json ] || : >/logs/faults.json
	daemon_start
	fault_everybody=$(fault_people)
	matches "alice and deploy are there" 'alice.*deploy' "$fault_everybody"
	ssh_as alice alice
}

# fault_under NAME SECONDS - play it at least that long, and until it has been noticed
fault_under()
{
	local name=$1 before lines cost refused wrong=0 rounds=0 from recovery tokens

	tokens=$(fault_tokens)
	before=$(fault_failures)
	lines=$(fault_log_lines)
	from=$SECONDS
	fault_begin "$name"
	(timeout 45 iamlogin refresh >/dev/null 2>&1 || true) &
	cost=$(fault_cost)
	refused=$(fault_refusal)
	holds "$name: it is noticed" until_holds 75 fault_has_failed_since "$before"
	while [ $rounds -eq 0 ] || [ $((SECONDS - from)) -lt "$2" ]; do
		wrong=$((wrong + $(fault_wrong)))
		rounds=$((rounds + 1))
		[ $((SECONDS - from)) -ge "$2" ] || sleep 5
	done
	equals "$name: wrong decisions in $rounds rounds of logins" 0 "$wrong"
	equals "$name: nobody is removed" "$fault_everybody" "$(fault_people)"
	at_most "$name: ms that a login of alice takes longer than a local one" 50 "$cost"
	at_most "$name: ms until an unknown person is refused" 1000 "$refused"
	before=$(($(fault_failures) - before))
	tokens=$((tokens - $(fault_tokens)))
	at_most "$name: of the 240 requests it used up" 100 "$tokens"
	fault_end "$name"
	from=${EPOCHREALTIME/./}
	holds "$name: fresh again within 60 s, without a restart" until_holds 60 fault_is_over
	recovery=$(((${EPOCHREALTIME/./} - from) / 1000))
	lines=$(($(fault_log_lines) - lines))
	# our own limit is 12 an hour, 12 deep; and one that it works again
	at_most "$name: lines of log" $((13 + $2 / 300)) "$lines"
	jq -cn --arg fault "$name" --argjson seconds "$2" --argjson cost "$cost" \
	    --argjson refused "$refused" --argjson wrong "$wrong" \
	    --argjson rounds "$rounds" --argjson failed "$before" --argjson lines "$lines" \
	    --argjson tokens "$tokens" --argjson peak "$(fault_peak)" --argjson recovery "$recovery" \
	    '{fault: $fault, seconds: $seconds, login_cost_ms: $cost, refused_ms: $refused,
		rounds: $rounds, wrong: $wrong, failed_refreshes: $failed, log_lines: $lines,
		tokens: $tokens, peak_kib: $peak, recovery_ms: $recovery}' >>/logs/faults.json
	timeout 60 iamlogin refresh >/dev/null 2>&1 || true
}

fault_finish()
{
	at_most "the daemon's peak memory in KiB" 65536 "$(fault_peak)"
	holds "it is the same daemon" daemon_runs
	holds "the audit's chain is whole" iamlogin audit verify
	finish
}
