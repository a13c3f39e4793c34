#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The network thread against the emulated AWS: what it lists, how it fails, what it never asks.
#
#   net_against_emulator.sh            NET_PROBE names the built net_probe, srcdir the sources
#
# Loopback only, no root. Prints a line per check; exit 0 when all passed, 77 without python3.
set -u

srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
probe=${NET_PROBE:-tests/plugin/net_probe}
for tool in python3 openssl curl; do
	command -v $tool >/dev/null || { echo "SKIP: needs $tool"; exit 77; }
done
[ -x "$probe" ] || { echo "no net_probe at $probe"; exit 99; }

work=$(mktemp -d)
emulator=
n_passed=0 n_failed=0

stop_emulator() {
	[ -z "$emulator" ] || { kill "$emulator" && wait "$emulator"; } 2>/dev/null
	emulator=
}
trap 'stop_emulator; rm -rf "$work"' EXIT

# start_emulator [CLOCK_OFFSET_S]: sets imds, aws, other (a second TLS address) and control
start_emulator() {
	rm -f "$work/ready"
	python3 - "${1:-0}" "$srcdir/tests/aws/emulator" --directory "$work/directory.json" \
		--ca-out "$work/ca.pem" --ready-file "$work/ready" --imds 127.0.0.1:0 \
		--aws 127.0.0.1:0 --aws 127.0.0.2:0 --control 127.0.0.1:0 --page-max 2 \
		--tag platform=shop --tag env=dev 2>"$work/emulator.log" <<-'PY' &
		import runpy, sys, time
		offset, real = int(sys.argv[1]), time.time
		if offset:
		    time.time = lambda: real() + offset
		sys.argv = sys.argv[2:]
		sys.path.insert(0, sys.argv[0].rsplit("/", 1)[0])
		runpy.run_path(sys.argv[0], run_name="__main__")
	PY
	emulator=$!
	for _ in $(seq 100); do
		[ -s "$work/ready" ] && break
		sleep 0.1
	done
	read -r imds aws other control < <(python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
print(r["imds"][0], *r["aws"], r["control"][0] if isinstance(r["control"], list) else r["control"])' \
		"$work/ready") || { cat "$work/emulator.log"; exit 99; }
}

ctl() { # METHOD PATH [JSON]
	curl -sS -f -X "$1" "http://$control/_emulator/$2" ${3:+--data-binary "$3"} >"$work/ctl" ||
		echo "control: $* failed"
}

reset() {
	ctl POST reset
	ctl DELETE requests
}

# count PATTERN: requests whose service:action fits the regular expression
count() {
	ctl GET requests
	python3 -c 'import json, re, sys
rows = json.load(open(sys.argv[1]))["log"]
print(sum(bool(re.search(sys.argv[2], "%s:%s=%s" % (r["service"], r["action"], r["status"])))
          for r in rows))' "$work/ctl" "$1"
}

# run COMMANDS [ARGUMENT...]: the probe's output in $work/out
run() {
	local commands=$1
	shift
	printf '%b' "$commands" | "$probe" "imds=http://$imds" "iam=https://$aws" \
		"sts=https://$aws" "ec2=https://$aws" "ca=$work/ca.pem" "scope=path:/people/*" "$@" >"$work/out" 2>"$work/err"
	local code=$?
	[ $code -eq 0 ] || { echo "net_probe: exit $code"; cat "$work/err"; }
}

check() { # NAME COMMAND...
	local name=$1
	shift
	if "$@"; then
		n_passed=$((n_passed + 1))
		echo "ok   $name"
	else
		n_failed=$((n_failed + 1))
		echo "FAIL $name"
		sed 's/^/     /' "$work/out"
	fi
}

has() { grep -Eq -- "$1" "$work/out"; }
hasnt() { ! has "$1"; }
equal() { [ "$1" = "$2" ] || { echo "     $1 is not $2"; false; }; }
at_most() { [ "$1" -le "$2" ] || { echo "     $1 is more than $2"; false; }; }

# One fault, one directory job: it fails with this code, gives nobody, and ends in time.
fails() { # NAME FAULTS CODE [DEADLINE_MS]
	local deadline=${4:-2500} ms
	reset
	ctl PUT faults "$2"
	run "directory background $deadline\n"
	ms=$(sed -n 's/^result .* ms=//p' "$work/out")
	check "$1: fails with $3" has "^result r=-[0-9]+ .*people=0 .*code=$3 "
	check "$1: nothing partial" hasnt '^(partial!|person )'
	check "$1: in time ($ms of $deadline ms)" at_most "${ms:-99999}" $((deadline + 300))
}

rsa() { openssl genrsa 2048 2>/dev/null | python3 -c 'import base64, re, subprocess, sys
text = subprocess.run(["openssl", "rsa", "-noout", "-modulus"], input=sys.stdin.read(),
                      capture_output=True, text=True, check=True).stdout
n = bytes.fromhex(re.search("=([0-9A-F]+)", text).group(1))
part = lambda b: len(b).to_bytes(4, "big") + b
print("ssh-rsa " + base64.b64encode(part(b"ssh-rsa") + part(b"\x01\0\x01") + part(b"\0" + n)).decode())'; }

cp "$srcdir/tests/aws/directory.json" "$work/directory.json"
start_emulator

echo "# what is listed"
reset
run 'directory background 8000\nstats\n' scope=group:engineers scope=user:ci-bot scope=user:nobody scope=group:None
check "everybody in scope, once, over several pages" has '^result r=0 instance_r=0 people=5 '
check "tags and groups" has '^person carol AIDA0SYNTHETICCAROL01 /people/ tag:platform=shop tag:SSMSessionRunAs=deploy group:engineers$'
check "the instance" has '^instance i-0123456789abcdef0 111122223333 eu-central-1 aws known$'
check "its tags" has '^instance-tag platform=shop$'
check "as old as its first question" has '^age 1$'
check "groups of people" has '^group HostAdmins$'
check "listings were paged" equal "$(count 'iam:ListUsers=200')" 2
check "one token for all of IMDS" equal "$(count 'imds:token=200')" 1
check "no metadata without a token" equal "$(count '=401')" 0
check "requests are counted" has "^stats requests=$(count '^iam:') failures=0 retries=0 throttled=0 role=iamlogin-host "
run 'directory background 8000\n' scope=path:/
check "path:/ without an asterisk is / alone" has '^person ci-bot '
run 'directory background 8000\n' account=999999999999
check "another account is refused" has '^result r=-[0-9]+ .*people=0 .*code=wrong-account '
ctl PATCH instance '{"imds_tags":false}'
run 'directory background 8000\n'
check "tags switched off are unknown, and it says how" has '^instance .*--instance-metadata-tags enabled, or allow the instance.s role ec2:DescribeTags$'

check "EC2 is not asked when no rule looks at them" equal "$(count '^ec2:')" 0
run 'directory background 8000\n' tags=yes
check "else EC2 tells them" has '^instance .* known$'
check "those of this instance" has '^instance-tag env=dev$'
check "and of no other" hasnt '^instance-tag Name='
ctl PATCH instance '{"tags":{"a":"1","b":"2","c":"3","d":"4","e":"5","f":"6","g":"7"},"imds_tags":false}'
run 'directory background 8000\n' tags=yes
check "over several pages" equal "$(grep -c '^instance-tag ' "$work/out")" 7
ctl PATCH credentials '{"deny":["ec2:*"]}'
run 'directory background 8000\n' tags=yes
check "without the permission they are unknown, and the people are listed" \
	has '^result r=0 .*people=4 '
check "and it says how" has '^instance .*ec2:DescribeTags$'
check "and what is missing" has '^tags-error ec2:DescribeTags UnauthorizedOperation$'
ctl PATCH credentials '{"deny":[]}'
ctl PUT faults '[{"service":"ec2","kind":"status","status":503}]'
run 'directory background 8000\n' tags=yes
check "an error of EC2 is told apart from that" has '^tags-error ec2:DescribeTags ServiceFailure$'

echo "# details: the same directory from a few large answers"
people_of() { sed -n -e '/^person /p' -e '/^group /p' "$1"; }
for scope in 'path:/people/*' group:engineers user:ci-bot path:/; do
	reset
	run 'directory background 8000\n' "scope=$scope"
	people_of "$work/out" >"$work/scoped"
	reset
	run 'directory background 8000\n' "scope=$scope" directory=details
	people_of "$work/out" >"$work/details"
	check "as scoped: $scope" cmp "$work/scoped" "$work/details"
done
check "over several pages" at_most 2 "$(count 'iam:GetAccountAuthorizationDetails=200')"
check "and nothing else is asked" equal "$(count 'iam:(List|GetU|GetG)')" 0
for n in 2 3; do
	reset
	ctl PUT faults "[{\"service\":\"iam\",\"kind\":\"status\",\"status\":500,\"page\":$n}]"
	run 'directory background 8000\n' directory=details
	check "page $n fails: nobody" has '^result r=-[0-9]+ .*people=0 .*code=ServiceFailure '
	ctl PUT faults "[{\"service\":\"iam\",\"kind\":\"truncate\",\"page\":$n,\"count\":1}]"
	run 'directory background 8000\n' directory=details
	check "page $n is cut once: read again" has '^result r=0 .*people=4 '
done
details() { echo "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>$1<UserDetailList>$2</UserDetailList><GroupDetailList/></GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"; }
twice='<member><Path>/people/</Path><UserName>alice</UserName><UserId>AIDA0SYNTHETICALICE01</UserId><Arn>arn:aws:iam::111122223333:user/people/alice</Arn><CreateDate>2024-01-02T03:04:05Z</CreateDate></member>'
more='<IsTruncated>true</IsTruncated>'
with_body() { printf '[{"service":"iam","kind":"body","body":"%s","count":1}]' "$1"; }
for row in "no marker|$(details "$more" '')|paging" \
	"a marker that comes back|$(details "$more<Marker>m</Marker>" '')|paging" \
	"somebody on two pages|$(details "$more<Marker>m</Marker>" "$twice")|duplicate" \
	"another account|$(details '<IsTruncated>false</IsTruncated>' "${twice/1111/9999}")|wrong-account" \
	"a captive portal|<html></html>|garbage"; do
	IFS='|' read -r name body code <<<"$row"
	reset
	# what follows a made page goes on from the start: the emulator knows no such marker
	ctl PUT faults "$(with_body "$body")"
	[ "$name" != "a marker that comes back" ] || ctl PUT faults "[{\"service\":\"iam\",\"kind\":\"body\",\"body\":\"$body\",\"count\":2}]"
	[ "$code" != duplicate ] || ctl PUT faults "[{\"service\":\"iam\",\"kind\":\"body\",\"body\":\"$body\",\"count\":1},{\"service\":\"iam\",\"kind\":\"body\",\"body\":\"$(details '<IsTruncated>false</IsTruncated>' "$twice")\"}]"
	run 'directory background 8000\n' directory=details
	check "details, $name: fails with $code" has "^result r=-[0-9]+ .*people=0 .*code=$code "
done

echo "# scoped: pages that do not fit together"
users() { echo "<ListUsersResponse><ListUsersResult>$1<Users>$2</Users></ListUsersResult></ListUsersResponse>"; }
page_of() { printf '{"service":"iam","action":"ListUsers","kind":"body","body":"%s","count":%d}' "$1" "$2"; }
reset
ctl PUT faults "[$(page_of "$(users "$more" "$twice")" 1)]"
run 'directory background 8000\n'
check "a page that goes on without a marker: nobody" has '^result r=-[0-9]+ .*people=0 .*code=(paging|garbage) '
reset
ctl PUT faults "[$(page_of "$(users "$more<Marker>m</Marker>" "$twice")" 2)]"
run 'directory background 8000\n'
check "a marker that comes back: nobody" has '^result r=-[0-9]+ .*people=0 .*code=paging '
reset
ctl PUT faults "[$(page_of "$(users "$more<Marker>m</Marker>" "$twice")" 1),$(page_of "$(users '<IsTruncated>false</IsTruncated>' "$twice")" 1)]"
run 'directory background 8000\n'
check "somebody on two pages is one person" has '^result r=0 .*people=1 '
reset
ctl PUT faults '[{"service":"iam","action":"ListUsers","kind":"status","status":500,"page":2}]'
run 'directory background 8000\n'
check "a page that fails: nobody" has '^result r=-[0-9]+ .*people=0 .*code=ServiceFailure '

echo "# a night of failures leaves what the morning needs"
job='directory background 8000\n'
for fault in '{"service":"iam","kind":"status","status":503}' '{"service":"iam","kind":"body"}' \
	'{"service":"iam","kind":"reset"}'; do
	reset
	ctl PUT faults "[$fault]"
	run "$job$job${job}stats\n"
	check "three failures of $fault cost nothing" has '^stats .* background=240 '
done
reset
ctl PUT faults '[{"service":"iam","action":"ListGroupsForUser","kind":"status","status":403,"code":"AccessDenied"}]'
run "$job$job${job}stats\n"
check "nor do those in the middle of a listing" has '^stats .* background=2[34][0-9] '
reset
ctl PUT faults '[{"service":"iam","kind":"status","status":503,"rate":0.9}]'
run "$(for _ in $(seq 60); do printf '%s' 'directory careful 8000\n'; done)stats\n"
check "nor sixty at 90 %" has '^stats .* background=2[2-4][0-9] '
check "a careful listing asks once, and goes on when it was answered" at_most "$(count '^iam:')" 150
reset
run 'directory careful 8000\n'
check "and lists as any other when all is well" has '^result r=0 .*people=4 '

echo "# more people than the bucket has requests: the job may take as long as they need"
reset
ctl GET directory
cp "$work/ctl" "$work/before.json"
python3 -c 'import json
print(json.dumps({"UserDetailList": [{"Path": "/people/", "UserName": "p%d" % n,
    "UserId": "AIDASYNTHETIC%08d" % n, "Arn": "arn:aws:iam::111122223333:user/people/p%d" % n,
    "CreateDate": "2024-05-01T09:00:00Z", "GroupList": [], "Tags": [],
    "AttachedManagedPolicies": [], "UserPolicyList": []} for n in range(96)],
    "GroupDetailList": [], "RoleDetailList": [], "Policies": []}))' >"$work/ninety-six.json"
ctl PUT directory "@$work/ninety-six.json"
# 48 pages, one group, two questions for each of 96: one more than the bucket holds, and the
# next one comes after 27 s
run 'directory background 12000\n' scope=group:None
took=$(sed -n 's/^result .* ms=//p' "$work/out")
check "all are listed after the time the job was given" has '^result r=0 .*people=96 '
check "and that was past ($took of 12000 ms)" at_most 12001 "${took:-0}"
ctl PUT directory "@$work/before.json"
reset
ctl PUT faults "[{\"service\":\"iam\",\"kind\":\"body\",\"body\":\"$(details "$more<Marker>m</Marker>" '')\"}]"
run 'directory background 8000\n' directory=details
check "details, pages in circles: fails with paging" has '^result r=-[0-9]+ .*code=paging '
check "at the second of them" equal "$(count 'iam:GetAccountAuthorizationDetails')" 2

echo "# a role in another account"
reset
role=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["RoleDetailList"][0]["Arn"])' "$work/directory.json")
ctl PATCH instance '{"account":"999999999999"}'
run 'directory background 8000\n'
check "without role_arn people of another account are refused" has '^result r=-[0-9]+ .*code=wrong-account '
reset
ctl PATCH instance '{"account":"999999999999"}'
run 'directory background 8000\nstats\n' "role=$role"
check "with it they are listed" has '^result r=0 .*people=4 '
check "as that role" has "^stats .*assumed=${role##*/} "
check "assumed once" equal "$(count 'sts:AssumeRole=200')" 1
check "in the name of the instance" grep -q "assumed-role/${role##*/}/i-0123456789abcdef0" "$work/ctl"
ctl PATCH credentials '{"deny":["sts:AssumeRole"]}'
run 'directory background 4000\n' "role=$role"
check "a role that may not be assumed is named" has '^result r=-[0-9]+ .*action=sts:AssumeRole code=AccessDenied denied=1 '

echo "# keys"
reset
good=$(rsa)
other_key=$(rsa)
ctl PATCH users/alice "{\"SSHPublicKeys\":[
	{\"SSHPublicKeyId\":\"APKAGOOD00000000000001\",\"SSHPublicKeyBody\":\"$good\",\"Status\":\"Active\"},
	{\"SSHPublicKeyId\":\"APKAKNOWN0000000000001\",\"SSHPublicKeyBody\":\"$other_key\",\"Status\":\"Active\"},
	{\"SSHPublicKeyId\":\"APKAOFF000000000000001\",\"SSHPublicKeyBody\":\"$good\",\"Status\":\"Inactive\"},
	{\"SSHPublicKeyId\":\"APKAENDED0000000000001\",\"SSHPublicKeyBody\":\"$good\",\"Status\":\"Expired\"},
	{\"SSHPublicKeyId\":\"APKAHOSTILE00000000001\",\"SSHPublicKeyBody\":\"command=evil ssh-rsa AAAA\",\"Status\":\"Active\"}]}"
run 'keys login 3000 AIDA0SYNTHETICALICE01 alice,APKAKNOWN0000000000001 AIDA0NOBODY0000000001 nobody\n'
check "keys without a directory before" has '^result r=0 '
check "active keys that parse, and no others" has '^keys-of AIDA0SYNTHETICALICE01 r=0 n=2$'
check "a key's bytes" has '^key APKAGOOD00000000000001 ssh-rsa 279$'
check "a known key is not asked again" has '^key APKAKNOWN0000000000001 - 0$'
check "inactive and known keys cost nothing" equal "$(count 'iam:GetSSHPublicKey')" 2
check "nobody is authoritatively gone" has '^keys-of AIDA0NOBODY0000000001 r=-2 n=0$'
check "over several pages" equal "$(count 'iam:ListSSHPublicKeys=200')" 3
check "a login asks whether the name is still hers" equal "$(count 'iam:GetUser=200')" 1
run 'keys login 3000 AIDA0SOMEBODYELSE0001 alice\n'
check "keys of somebody else under the name are nobody's" has '^keys-of AIDA0SOMEBODYELSE0001 r=-2 n=0$'
run 'keys background 3000 AIDA0SYNTHETICALICE01 alice\n'
check "the background rests on the listing before" equal "$(count 'iam:GetUser=200')" 2
ctl PUT faults '[{"service":"iam","action":"GetUser","kind":"status","status":500}]'
run 'keys login 3000 AIDA0SYNTHETICALICE01 alice\n'
check "without that answer nothing is said" has '^keys-of AIDA0SYNTHETICALICE01 r=-5 n=0$'
ctl PUT faults '[{"service":"iam","action":"ListSSHPublicKeys","kind":"status","status":500}]'
run 'keys login 3000 AIDA0SYNTHETICALICE01 alice\n'
check "a failure says nothing about keys" has '^keys-of AIDA0SYNTHETICALICE01 r=-5 n=0$'

echo "# faults: a failure with its name, and nothing else"
fails "black hole" '[{"service":"iam","kind":"blackhole"}]' timeout
fails "reset" '[{"service":"iam","action":"GetUser","kind":"reset"}]' reset
fails "TLS never begins" '[{"service":"*","kind":"stall_tls"}]' timeout
fails "half a body, then silence" '[{"service":"iam","action":"GetUser","kind":"stall_body"}]' timeout
fails "a drip" '[{"service":"iam","action":"GetUser","kind":"drip"}]' timeout
fails "a cut body" '[{"service":"iam","action":"ListGroupsForUser","kind":"truncate"}]' reset 8000
fails "HTTP 500" '[{"service":"iam","action":"ListUsers","kind":"status","status":500}]' ServiceFailure 8000
fails "HTTP 503" '[{"service":"iam","kind":"status","status":503,"code":"ServiceUnavailable"}]' ServiceUnavailable 8000
fails "throttling" '[{"service":"iam","action":"GetUser","kind":"status","status":400,"code":"Throttling"}]' Throttling 8000
fails "throttling of the second page" '[{"service":"iam","action":"ListUsers","kind":"status","status":400,"code":"Throttling","page":2}]' Throttling 8000
fails "a captive portal" '[{"service":"iam","kind":"body"}]' garbage
fails "another answer's root" '[{"service":"iam","action":"ListUsers","kind":"body","body":"<GetUserResponse/>"}]' garbage
fails "an empty answer" '[{"service":"iam","action":"ListUsers","kind":"body","body":"<ListUsersResponse/>"}]' garbage
fails "more pages but no marker" '[{"service":"iam","action":"ListUsers","kind":"body","body":"<ListUsersResponse><ListUsersResult><Users/><IsTruncated>true</IsTruncated></ListUsersResult></ListUsersResponse>"}]' paging
fails "pages in circles" '[{"service":"iam","action":"ListUsers","kind":"body","body":"<ListUsersResponse><ListUsersResult><Users/><IsTruncated>true</IsTruncated><Marker>m</Marker></ListUsersResult></ListUsersResponse>"}]' paging
fails "100 MB" '[{"service":"iam","action":"ListUsers","kind":"huge"}]' too-large 8000
fails "a million deep" '[{"service":"iam","action":"ListUsers","kind":"deep"}]' garbage
fails "an entity bomb" '[{"service":"iam","action":"ListUsers","kind":"bomb"}]' garbage
fails "gzip that nobody asked for" '[{"service":"iam","action":"ListUsers","kind":"gzip"}]' garbage
fails "two lengths" '[{"service":"iam","action":"ListUsers","kind":"two_lengths"}]' reset 8000
fails "half its length" '[{"service":"iam","action":"ListUsers","kind":"short_length"}]' garbage
fails "more than its length" '[{"service":"iam","action":"ListUsers","kind":"long_length"}]' reset 8000
fails "an empty body" '[{"service":"iam","action":"ListUsers","kind":"body","body":""}]' garbage
fails "IMDS in a black hole" '[{"service":"imds","kind":"blackhole"}]' timeout
fails "IMDS without tokens" '[{"service":"imds","action":"token","kind":"status","status":403}]' http-403
check "IMDS without tokens: no version 1" equal "$(count 'imds:(dynamic|meta-data)')" 0
fails "IMDS redirects" '[{"service":"imds","action":"dynamic/*","kind":"status","status":302}]' http-302
fails "an identity of garbage" '[{"service":"imds","action":"dynamic/*","kind":"body"}]' garbage
fails "credentials of garbage" '[{"service":"imds","action":"meta-data/iam/security-credentials/*","kind":"body","body":"{}"}]' garbage
fails "credentials that EC2 refuses" '[{"service":"imds","action":"meta-data/iam/security-credentials/iamlogin-host","kind":"body","body":"{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"no\"}"}]' AssumeRoleUnauthorizedAccess
reset
ctl PATCH credentials '{"deny":["iam:ListGroupsForUser"]}'
run 'directory background 3000\n'
check "a missing permission is named" has '^result r=-[0-9]+ .*action=iam:ListGroupsForUser code=AccessDenied denied=1 '
reset
ctl PATCH credentials '{"role":null}'
run 'directory background 3000\n'
check "no role is named" has '^result r=-[0-9]+ instance_r=0 .*code=no-role '

echo "# recovery"
reset
ctl PUT faults '[{"service":"iam","action":"GetUser","kind":"status","status":400,"code":"Throttling","count":2},{"service":"imds","action":"meta-data/*","kind":"reset","count":1}]'
run 'directory background 8000\nstats\n'
check "a stumble is tried again" has '^result r=0 .*people=4 '
check "and counted" has '^stats .*retries=2 throttled=2 '
reset
ctl PUT faults '[{"service":"iam","action":"GetUser","kind":"status","status":404,"code":"NoSuchEntity","count":1}]'
run 'directory background 8000\n'
check "gone in between is left out" has '^result r=0 .*people=3 '
reset
mkfifo "$work/in" "$work/answers"
"$probe" "imds=http://$imds" "iam=https://$aws" "sts=https://$aws" "ec2=https://$aws" \
	"ca=$work/ca.pem" "scope=path:/people/*" <"$work/in" >"$work/answers" &
probe_pid=$!
exec 9>"$work/in" 8<"$work/answers"
ask() {
	: >"$work/out"
	echo "$1" >&9
	while IFS= read -r -t 20 line <&8 && [ "$line" != . ]; do
		echo "$line" >>"$work/out"
	done
}
ask 'directory background 8000'
check "before" has '^result r=0 '
ctl PATCH instance '{"instance_id":"i-0fedcba9876543210"}'
ask 'directory background 8000'
check "a 401 in mid-life: one new token" equal "$(count 'imds:token=200')" 2
check "and the answer" has '^instance i-0fedcba9876543210 '
ctl PATCH credentials '{"expires_in":0}'
ctl PATCH credentials '{"expires_in":null}'
ask 'directory background 8000'
check "expired credentials are renewed" has '^result r=0 .*people=4 '
check "after AWS said so, not before" at_most 1 "$(count '^iam:.*=403')"
ctl PATCH credentials '{"expires_in":0}'
ask 'directory background 8000'
check "credentials that stay expired fail" has '^result r=-[0-9]+ .*code=ExpiredToken '
ctl PATCH credentials '{"expires_in":null}'
ask 'directory background 8000'
check "and are renewed when there are new ones" has '^result r=0 '
exec 9>&-
check "ends in order" wait "$probe_pid"
exec 8<&-

echo "# bounds"
reset
run 'directory login 5000\ndirectory login 5000\ndirectory login 5000\nstats\n'
check "an empty bucket refuses at once" has '^result r=-[0-9]+ .*code=bucket .* ms=[0-9]{1,2}$'
check "AWS sees no more than the bucket" at_most "$(count '^iam:')" 20
reset
ctl PUT faults '[{"service":"iam","kind":"blackhole"}]'
run 'leave 60000\n'
check "ends within a second in a black hole" at_most "$(sed -n 's/^stopped //p' "$work/out")" 1000
reset
run 'directory background 3000\n' "iam=https://$other"
check "a certificate for another name" has '^result r=-[0-9]+ .*code=tls '
check "gets no request" equal "$(count '^iam:')" 0
run 'directory background 3000\n' ca=/etc/ssl/certs/ca-certificates.crt
check "a certificate of an unknown CA" has '^result r=-[0-9]+ .*code=tls '
https_proxy=http://127.0.0.1:9 http_proxy=http://127.0.0.1:9 ALL_PROXY=http://127.0.0.1:9 \
	run 'directory background 3000\n'
check "proxies of the environment are ignored" has '^result r=0 '
run 'directory background 3000\n' proxy=http://127.0.0.1:9
check "the configured proxy is used, but not for IMDS" has '^result r=-[0-9]+ instance_r=0 .*code=connect '
stop_emulator
start_emulator 7200
run 'directory background 8000\nstats\n'
check "a clock that is two hours off is corrected" has '^result r=0 .*people=4 '
check "and reported" has '^stats .*skew=(7199|7200|7201) '

echo "$n_passed passed, $n_failed failed"
[ "$n_failed" -eq 0 ]
