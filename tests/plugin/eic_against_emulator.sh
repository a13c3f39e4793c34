#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Instance Connect's keys by the network thread, out of an IMDS whose signer can lie.
#
#   eic_against_emulator.sh            NET_PROBE names the built net_probe, srcdir the sources
#
# Records, X.509 chain and OCSP staples are made by openssl (tests/aws/emulated/eic*.py). What
# is printed for each form is compared whole. Loopback only, no root; exit 77 without python3.
set -u

srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
probe=${NET_PROBE:-tests/plugin/net_probe}
for tool in python3 openssl curl ssh-keygen; do
	command -v $tool >/dev/null || { echo "SKIP: needs $tool"; exit 77; }
done
[ -x "$probe" ] || { echo "no net_probe at $probe"; exit 99; }

work=$(mktemp -d)
emulator=
n_passed=0 n_failed=0
trap 'kill "$emulator" 2>/dev/null; wait "$emulator" 2>/dev/null; rm -rf "$work"' EXIT

mkdir "$work/trust"
"$srcdir/tests/aws/emulator" --directory "$srcdir/tests/aws/directory.json" \
	--ca-out "$work/ca.pem" --eic-ca-out "$work/root.pem" --ready-file "$work/ready" \
	--imds 127.0.0.1:0 --aws 127.0.0.1:0 --control 127.0.0.1:0 2>"$work/emulator.log" &
emulator=$!
for _ in $(seq 100); do
	[ -s "$work/ready" ] && break
	sleep 0.1
done
read -r imds aws control < <(python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
print(*[r[k][0] for k in ("imds", "aws", "control")])' "$work/ready") ||
	{ cat "$work/emulator.log"; exit 99; }
cp "$work/root.pem" "$work/trust/$(openssl x509 -hash -noout -in "$work/root.pem").0"

ctl() { # METHOD PATH [JSON-FILE]
	curl -sS -f -X "$1" "http://$control/_emulator/$2" ${3:+--data-binary "@$3"} \
		>"$work/ctl" || echo "control: $* failed"
}

# run COMMANDS [ARGUMENT...]: the daemon trusts what OpenSSL trusts here: the one root
run() {
	local commands=$1
	shift
	printf '%b' "$commands" | SSL_CERT_DIR="$work/trust" SSL_CERT_FILE="$work/none" \
		"$probe" "imds=http://$imds" "iam=https://$aws" "sts=https://$aws" \
		"ec2=https://$aws" "ca=$work/ca.pem" bits="${bits:-2048}" "$@" \
		>"$work/all" 2>"$work/err" || { echo "net_probe: $?"; cat "$work/err"; }
	grep -E '^(eic|error)' "$work/all" | sed 's/SHA1:.*//' >"$work/out"
}

check() { # NAME WANTED...: each a line of the output, in order, and no other
	local name=$1
	shift
	printf '%s\n' "$@" >"$work/wanted"
	if cmp -s "$work/wanted" "$work/out"; then
		n_passed=$((n_passed + 1))
		echo "ok   $name"
	else
		n_failed=$((n_failed + 1))
		echo "FAIL $name"
		diff "$work/wanted" "$work/out" | sed 's/^/     /'
	fi
}

alice=arn:aws:iam::111122223333:user/people/alice
for kind in "ed25519" "ecdsa -b 256" "ecdsa -b 384" "ecdsa -b 521" "rsa -b 2048" "rsa -b 4096" \
	"rsa -b 1024"; do
	# shellcheck disable=SC2086 # a type and its options
	ssh-keygen -q -t $kind -N '' -C '' -f "$work/${kind// -b /-}"
done
key_of() { cut -d' ' -f1,2 "$work/$1.pub"; }
ed=$(key_of ed25519)

# record KEY [PYTHON-DICT]: one record of alice's, JSON; escapes in KEY are Python's
record() {
	python3 -c 'import ast, json, sys
row = {"key": sys.argv[1].encode().decode("unicode_escape"), "caller": sys.argv[2], "request": "req-1"}
row.update(ast.literal_eval(sys.argv[3]))
print(json.dumps(row))' "$1" "$alice" "${2:-{\}}"
}
# put RECORD...: what alice is shown as having been sent
put() {
	local rows

	rows=$(printf '%s,' "$@")
	echo "{\"records\":[${rows%,}]}" >"$work/records"
	ctl PUT eic/alice "$work/records"
}
signer() {
	echo "$1" >"$work/signer"
	ctl PUT eic-signer "$work/signer"
}
ask='eic login 5000 alice\n'

echo "# what is good"
run "$ask"
check "nobody sent a key" "eic n=0"
put "$(record "$ed")"
run "$ask"
check "a key that is valid" "eic n=1" "eic-key good|$alice|req-1|$ed"
for kind in ecdsa-256 ecdsa-384 ecdsa-521 rsa-2048 rsa-4096; do
	put "$(record "$(key_of $kind)")"
	run "$ask"
	check "a key of type $kind" "eic n=1" "eic-key good|$alice|req-1|$(key_of $kind)"
done
sk=$(python3 -c 'import base64
def s(b): return len(b).to_bytes(4, "big") + b
t = b"sk-ssh-ed25519@openssh.com"
print(t.decode(), base64.b64encode(s(t) + s(bytes(range(32))) + s(b"ssh:")).decode())')
put "$(record "$sk")"
run "$ask"
check "a key of a security key" "eic n=1" "eic-key good|$alice|req-1|$sk"
put "$(record "$ed" '{"extra": ["#Future=x y", "#"]}')"
run "$ask"
check "a # line that is not known is signed all the same" "eic n=1" "eic-key good|$alice|req-1|$ed"
put "$(record "$ed comment of the sender")"
run "$ask"
check "a comment is signed and left out" "eic n=1" "eic-key good|$alice|req-1|$ed"
put "$(record "$ed" '{"omit": ["Request"]}')"
run "$ask"
check "without Request" "eic n=1" "eic-key good|$alice||$ed"
run "$ask$ask$ask"
check "three times" "eic n=1" "eic-key good|$alice||$ed" "eic n=1" "eic-key good|$alice||$ed" \
	"eic n=1" "eic-key good|$alice||$ed"
curl -s "http://$control/_emulator/requests" >"$work/ctl"
count() { python3 -c 'import json, sys
print(sum(v for k, v in json.load(open(sys.argv[1]))["by_action"].items() if sys.argv[2] in k))' \
	"$work/ctl" "$1"; }
before=$(count signer-)
run "$ask$ask$ask"
curl -s "http://$control/_emulator/requests" >"$work/ctl"
seq $(($(count signer-) - before)) | wc -l >"$work/out"
check "the certificate and its staples are asked for once" 3
signer '{"form":"staple-delegated"}'
put "$(record "$ed")"
run "$ask"
check "a staple of a delegated responder" "eic n=1" "eic-key good|$alice|req-1|$ed"

echo "# records"
signer '{}'
refused() { # NAME TEXT RECORD [CALLER REQUEST]
	put "$3"
	run "$ask"
	check "$1" "eic n=1" "eic-key $2|${4-$alice}|${5-req-1}|"
}
refused "expired" "its time is over" "$(record "$ed" '{"expires_in": -1}')"
refused "another instance" "it is for another instance" \
	"$(record "$ed" '{"instance": "i-0fedcba9876543210"}')"
refused "a bad signature" "its signature is not good" "$(record "$ed" '{"form": "signature"}')"
refused "half a signature" "its signature is not good" "$(record "$ed" '{"form": "truncated"}')"
refused "no signature" "not a record of Instance Connect" "$(record "$ed" '{"form": "no-signature"}')"
refused "PKCS #1 instead of PSS" "its signature is not good" "$(record "$ed" '{"form": "pkcs1"}')"
refused "another length of salt" "its signature is not good" "$(record "$ed" '{"form": "salt"}')"
refused "a SHA-1 signature" "its signature is not good" "$(record "$ed" '{"form": "sha1"}')"
refused "CR LF" "not a record of Instance Connect" "$(record "$ed" '{"form": "crlf"}')" "" ""
for field in Timestamp Instance Caller; do
	caller=$alice
	[ $field != Caller ] || caller=
	refused "without $field" "Timestamp, Instance or Caller is missing" \
		"$(record "$ed" "{'omit': ['$field']}")" "$caller"
done
refused "two Callers" "not a record of Instance Connect" "$(record "$ed" '{"extra": ["#Caller=x"]}')" x
refused "a time that is none" "not a record of Instance Connect" "$(record "$ed" '{"timestamp": "0x7fffffff"}')" "" ""
refused "a request with a blank" "not a record of Instance Connect" "$(record "$ed" '{"request": "a b"}')" "$alice" ""

echo "# key bodies"
weak=$(key_of rsa-1024)
refused "RSA of 1024 bits" "an RSA key of too few bits" "$(record "$weak")"
bits=3072 refused "RSA below min_rsa_bits" "an RSA key of too few bits" "$(record "$(key_of rsa-2048)")"
bits=3072 run "$ask"
put "$(record "$(key_of rsa-4096)")"
bits=3072 run "$ask"
check "RSA above min_rsa_bits" "eic n=1" "eic-key good|$alice|req-1|$(key_of rsa-4096)"
none="not a public key that sshd takes"
refused "options" "$none" "$(record "command=\"id\" $ed")"
refused "an option without a value" "$none" "$(record "cert-authority $ed")"
refused "wrong base64" "$none" "$(record "${ed%??}=A")"
refused "base64 of another type" "$none" "$(record "ssh-rsa ${ed#* }")"
refused "a type of no key" "$none" "$(record "ssh-ed25519-cert-v01@openssh.com ${ed#* }")"
refused "a tab" "not a record of Instance Connect" "$(record "ssh-ed25519\t${ed#* }")" "" ""
refused "a CR" "not a record of Instance Connect" "$(record "$ed\r")" "" ""
refused "a NUL" "not a record of Instance Connect" "$(record "$ed\0")" "" ""
refused "two lines of keys" "not a record of Instance Connect" "$(record "$ed\n$(key_of ecdsa-256)")"
refused "40,000 bytes of key" "not a record of Instance Connect" \
	"$(record "$ed $(head -c 40000 /dev/zero | tr '\0' x)")" "" ""
python3 -c 'import json, sys
print(json.dumps({"body": "#Timestamp=1\n" + "x" * (1 << 20) + "\n\n"}))' >"$work/records"
ctl PUT eic/alice "$work/records"
run "$ask"
check "1 MB" "error the answer is larger than any we expect"
python3 -c 'import json
print(json.dumps({"body": "\n\n\n#\n\n#a\n\nx"}))' >"$work/records"
ctl PUT eic/alice "$work/records"
run "$ask"
check "no records at all" "eic n=3" "eic-key not a record of Instance Connect|||" \
	"eic-key not a record of Instance Connect|||" "eic-key not a record of Instance Connect|||"
put "$(record "$ed" '{"form": "signature"}')" "$(record "$(key_of ecdsa-256)")" \
	"$(record "$weak")" "$(record "$ed" '{"request": "req-2"}')"
run "$ask"
check "good ones among bad ones" "eic n=4" "eic-key its signature is not good|$alice|req-1|" \
	"eic-key good|$alice|req-1|$(key_of ecdsa-256)" "eic-key an RSA key of too few bits|$alice|req-1|" \
	"eic-key good|$alice|req-2|$ed"
sed 's/user.people.alice/user\/people\/mallory/' "$work/ctl" |
	python3 -c 'import json, sys
print(json.dumps({"body": json.load(sys.stdin)["body"]}))' >"$work/records"
put "$(record "$ed")"
python3 -c 'import json, sys
body = json.load(open(sys.argv[1]))["body"]
print(json.dumps({"body": body.replace("people/alice", "people/mallory")}))' "$work/ctl" >"$work/records"
ctl PUT eic/alice "$work/records"
run "$ask"
check "another caller than was signed" "eic n=1" "eic-key its signature is not good|${alice/alice/mallory}|req-1|"
rows=$(record "$ed")
for _ in 1 2 3 4 5 6; do
	rows=$rows,$rows
done
put "$rows" "$rows"
run "$ask"
mv "$work/out" "$work/long"
grep -c good "$work/long" >"$work/out"
tail -n 1 "$work/long" >>"$work/out"
check "64 records, and no more" 64 "eic-key not a record of Instance Connect|||"

echo "# the signer"
sick() { # FORM WHY
	signer "{\"form\":\"$1\"}"
	put "$(record "$ed")"
	run "$ask"
	check "$1" "eic n=1" "eic-signer $2" "eic-key the signer's certificate is not good|$alice|req-1|"
}
name=managed-ssh-signer.eu-central-1.amazonaws.com
sick wrong-cn "its common name is not: $name"
sick other-region "its common name is not: $name"
sick two-cns "it has not exactly one common name"
sick other-root "its chain: unable to get local issuer certificate"
sick alone "its chain: unable to get local issuer certificate"
sick not-signing "it may not sign"
sick ca "it is a CA"
sick rsa-1024 "its key is not RSA of 2048 to 8192 bits"
sick ec "its key is not RSA of 2048 to 8192 bits"
sick sha1 "its chain: CA signature digest algorithm too weak"
sick expired "its chain: certificate has expired"
sick future "its chain: certificate is not yet valid"
sick revoked "its status by OCSP is: revoked"
sick unknown "its status by OCSP is: unknown"
sick revoked-intermediate "its status by OCSP is: revoked"
sick staple-expired "a staple is over"
sick staple-future "a staple has not begun"
sick staple-endless "a staple has no beginning or no end"
sick staple-missing "a certificate has no staple"
sick staple-garbage "a certificate has no staple"
sick staple-other "a staple is about another certificate"
sick staple-signature "a staple's signature is not good"
sick staple-sha1 "a staple is not signed with SHA-2"
sick staple-foreign "a staple's signature is not good"
sick garbage "not a chain of certificates"
signer '{"region":"us-west-2"}'
put "$(record "$ed")"
run "$ask"
check "a good signer of another region" "eic n=1" "eic-signer its common name is not: $name" \
	"eic-key the signer's certificate is not good|$alice|req-1|"
mv "$work/trust" "$work/trust.away"
signer '{}'
put "$(record "$ed")"
run "$ask"
check "no root is trusted" "eic n=1" "eic-signer its chain: unable to get local issuer certificate" \
	"eic-key the signer's certificate is not good|$alice|req-1|"
mv "$work/trust.away" "$work/trust"
for region in cn-north-1:amazonaws.com.cn us-gov-west-1:amazonaws.com; do
	echo "{\"region\":\"${region%:*}\"}" >"$work/records"
	ctl PATCH instance "$work/records"
	put "$(record "$ed")"
	run "$ask"
	check "in ${region%:*}" "eic n=1" "eic-key good|$alice|req-1|$ed"
done
ctl POST reset

echo "# another signer while the first is known"
mkfifo "$work/in" "$work/answers"
SSL_CERT_DIR="$work/trust" SSL_CERT_FILE="$work/none" "$probe" "imds=http://$imds" \
	"iam=https://$aws" "sts=https://$aws" "ec2=https://$aws" "ca=$work/ca.pem" bits=2048 \
	<"$work/in" >"$work/answers" &
probe_pid=$!
exec 9>"$work/in" 8<"$work/answers"
say() {
	: >"$work/out"
	printf '%b' "$1" >&9
	while IFS= read -r -t 20 line <&8 && [ "$line" != . ]; do
		[[ $line != eic* ]] || echo "$line" >>"$work/out"
	done
}
put "$(record "$ed")"
say "$ask"
check "the first" "eic n=1" "eic-key good|$alice|req-1|$ed"
signer '{"form":"staple-delegated"}'
put "$(record "$ed")"
sleep 10.1
say "$ask"
check "the second, at once" "eic n=1" "eic-key good|$alice|req-1|$ed"
signer '{"form":"revoked"}'
put "$(record "$ed")"
say "$ask"
check "a revoked third, within ten seconds" "eic n=1" "eic-key its signature is not good|$alice|req-1|"
exec 9>&- 8<&-
wait "$probe_pid"

echo "$n_passed passed, $n_failed failed"
[ "$n_failed" -eq 0 ]
