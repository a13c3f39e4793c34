#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# instance_connect.sh - keys that `aws ec2-instance-connect send-ssh-public-key` sent
#
# Whoever may call SendSSHPublicKey chooses the OS user's name; here the caller's own account
# decides. Runs inside (instance.sh).
# shellcheck disable=SC2034 # ssh_port is what instance_lib.sh uses
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

arn=arn:aws:iam::123456789012:user/people
helper=/usr/libexec/iamlogin-authorized-keys
config_for_aws 10m | configure
daemon_start

# lines ACCOUNT KEY - what sshd would be told about this offered key
lines()
{
	local type blob

	read -r type blob _ <"/e2e/keys/$2.pub"
	setpriv --reuid iamlogin-keys --regid iamlogin-keys --init-groups \
	    $helper "$1" "$type" "$blob" 2>/dev/null
}

# told TEXT... - how many lines of the daemon's log say all of this
told()
{
	local text=$1

	grep -c -F -- "$text" /logs/daemon.log
}

told_once()
{
	[ "$(told "$1")" = 1 ]
}

# 1. The real aws, the real sshd.
fails "alice has no such key" ssh_as ed25519 alice
aws_as alice
request=$(aws_send_key alice ed25519)
matches "aws has sent her key" '^[0-9a-f-]{36}$' "$request"
sent=$SECONDS
equals "she comes in with it" alice "$(ssh_as ed25519 alice id -un)"
recorded "her session names the request that CloudTrail has, and how she came in" \
    ".event == \"session\" and .verdict == \"allow\" and .account == \"alice\" and
     .via == \"eic\" and .key.source == \"eic\" and .key.request == \"$request\" and
     .person.id == \"AIDAIAMLOGINTESTALICE\" and .person.verified == \"yes\""
aws_as
fails "nobody else comes in with it" ssh_as ed25519 deploy
equals "her keys in IAM still open her account" alice "$(ssh_as alice alice id -un)"

# 2. A caller of one account sends a key for another.
refused() # NAME ACCOUNT CALLER REQUEST WHY
{
	eic_put "$2" "$(eic_record ecdsa "$3" "$4")"
	equals "$1: no line" "" "$(lines "$2" ecdsa)"
	equals "$1: no line again" "" "$(lines "$2" ecdsa)"
	equals "$1: one line in the log, with caller and request" 1 \
	    "$(told "no key for $2: $5; caller $3, request $4")"
	fails "$1: no login" ssh_as ecdsa "$2"
	eic_put "$2" ""
}
refused "alice's caller for carol's account" deploy $arn/alice r-alice-deploy \
    "the caller's account is another"
recorded "it is recorded with caller and request" \
    '.event == "login" and .verdict == "deny" and .account == "deploy" and .via == "eic" and
     .key.request == "r-alice-deploy" and .person.name == "alice"'
refused "somebody of another account" alice $arn/bob r-bob "the caller's account is another"
refused "a foreign account" alice arn:aws:iam::999999999999:user/people/alice r-foreign \
    "the caller is of another AWS account"
refused "another user of her name" alice arn:aws:iam::123456789012:user/alice r-path \
    "the caller is not among [principals]"
refused "a session that calls itself alice" alice \
    arn:aws:sts::123456789012:assumed-role/Dev/alice r-session \
    "the caller is not among [principals]"
refused "another partition" alice arn:aws-cn:iam::123456789012:user/people/alice r-cn \
    "the caller is of another AWS account"
refused "the account's root" alice arn:aws:iam::123456789012:root r-root \
    "the caller is no IAM user and no role"
for name in root local ec2-user bob nobody; do
	eic_put $name "$(eic_record ecdsa $arn/alice r-$name)"
	equals "alice's caller for $name: no line" "" "$(lines $name ecdsa)"
	fails "alice's caller for $name: no login" ssh_as ecdsa $name
	holds "alice's caller for $name: one line in the log, with caller and request" until_holds 30 \
	    told_once "no key for $name: the caller's account is another; caller $arn/alice, request r-$name"
	eic_put $name ""
done
recorded "a key for root is recorded with caller and request" \
    '.event == "login" and .verdict == "deny" and .account == "root" and .via == "eic" and
     .key.request == "r-root" and .person.name == "alice"'
equals "carol's caller for carol's account" "$(cut -d' ' -f1,2 /e2e/keys/ecdsa.pub)" \
    "$(eic_put deploy "$(eic_record ecdsa $arn/carol r-carol)"; lines deploy ecdsa)"
eic_put deploy ""

# 3. A signer that is not AWS's, and keys that are none.
aws_control PUT eic-signer '{"form":"other-root"}' >/dev/null
eic_put alice "$(eic_record ecdsa $arn/alice r-root-ca)"
sleep 10.2 # the good signer is known: its certificate is asked for again at most so often
equals "a signer under another root: no line" "" "$(lines alice ecdsa)"
equals "and one line in the log" 1 "$(told 'caller '$arn'/alice, request r-root-ca')"
aws_control PUT eic-signer '{}' >/dev/null
eic_put alice "$(eic_record ecdsa $arn/alice r-again)"
until_holds 15 test -n "$(lines alice ecdsa)" || sleep 10.2
matches "the good one is back" '^ecdsa-sha2' "$(lines alice ecdsa)"
key=$(cut -d' ' -f1,2 /e2e/keys/ecdsa.pub)
eic_put alice "{\"key\":\"command=\\\"id\\\" $key\",\"caller\":\"$arn/alice\",\"request\":\"r-o\"}"
all=$(setpriv --reuid iamlogin-keys --regid iamlogin-keys --init-groups $helper alice)
matches "without %k all keys are printed" "^ssh-rsa " "$all"
fails "and no options" grep -q command <<<"$all"
eic_put alice ""

# 4. After a minute.
equals "the helper prints the line of that key alone" 1 "$(lines alice ed25519 | wc -l)"
while [ $((SECONDS - sent)) -le 61 ]; do
	sleep 1
done
equals "after a minute there is no line" "" "$(lines alice ed25519)"
fails "after a minute the key opens nothing" ssh_as ed25519 alice

# 5. A daemon that was started between the key's lookup and the session: sshd has the key from
# somebody who does not forget.
printf '#!/bin/sh\ncut -d" " -f1,2 /e2e/keys/ecdsa.pub\n' >/usr/local/bin/remembers
chmod 0755 /usr/local/bin/remembers
chmod 0644 /e2e/keys/ecdsa.pub
chmod a+x /e2e /e2e/keys
cat >/e2e/second.conf <<-END
Port 2222
PidFile /run/second.pid
UsePAM yes
AuthorizedKeysFile none
AuthorizedKeysCommand /usr/local/bin/remembers
AuthorizedKeysCommandUser nobody
END
/usr/sbin/sshd -f /e2e/second.conf -E /logs/second.log
until_holds 30 test -s /run/second.pid
daemon_stop
daemon_start
ssh_port=2222
fails "a key that nobody sent opens nothing" ssh_as ecdsa alice
eic_put alice "$(eic_record ecdsa $arn/alice r-restart)"
equals "the daemon looks once more for a key that it has forgotten" alice "$(ssh_as ecdsa alice id -un)"
recorded "and knows whose it is" '.event == "session" and .verdict == "allow" and .via == "eic" and
    .key.request == "r-restart" and .person.name == "alice"'
eic_put alice "$(eic_record ecdsa $arn/bob r-restart-bob)"
daemon_stop
daemon_start
fails "somebody else's stays shut" ssh_as ecdsa alice
eic_put alice ""
ssh_port=22

# 6. IMDS is dead.
imds_black_hole
equals "with IMDS dead, the keys in IAM still work" alice "$(ssh_as alice alice id -un)"
at_most "a key that nobody knows costs no more than 2.2 s" 2200 \
    "$(milliseconds lines alice ed25519)"
lines alice ed25519
lines alice ed25519
at_most "and nothing when IMDS has failed three times" 200 "$(milliseconds lines alice ed25519)"
imds_return

# 7. Switched off.
daemon_stop
{ config_for_aws 10m; printf '[keys]\ninstance_connect = no\n'; } | configure
daemon_start
eic_put alice "$(eic_record ecdsa $arn/alice r-off)"
before=$(aws_requests '[.log[] | select(.action | test("active-keys"))] | length')
equals "instance_connect = no: no line" "" "$(lines alice ecdsa)"
equals "and IMDS is not asked" "$before" \
    "$(aws_requests '[.log[] | select(.action | test("active-keys"))] | length')"

finish
