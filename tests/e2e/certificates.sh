#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# certificates.sh - SSH certificates: the authority says who it is, [login] whether they may
#
# A real sshd, set up by `iamlogin enable`, and certificates by ssh-keygen. A second sshd on port
# 2222 takes what the drop-in forbids, so that it reaches PAM. Runs inside (instance.sh).
# shellcheck disable=SC2016,SC2034,SC2154 # expanded by the other side; set and used by what is sourced
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

arn=arn:aws:iam::123456789012:user/people
authorities=/etc/iamlogin/ca.pub
helper=/usr/libexec/iamlogin-authorized-keys

# issue NAME CA PRINCIPALS [OPTION...] - /e2e/keys/NAME: a new key with a certificate of this CA
issue()
{
	local name=$1 ca=$2 principals=$3

	shift 3
	rm -f "/e2e/keys/$name" "/e2e/keys/$name.pub" "/e2e/keys/$name-cert.pub"
	ssh-keygen -q -t ed25519 -N '' -C '' -f "/e2e/keys/$name"
	# shellcheck disable=SC2046 # no principals are no option
	ssh-keygen -q -s "/e2e/$ca" -I "id-$name" -z 4711 -V -1m:+1h \
	    $([ -z "$principals" ] || echo "-n $principals") "$@" "/e2e/keys/$name.pub"
}

# principals ACCOUNT [CERTIFICATE] - what sshd is told
principals()
{
	local type='' blob=''

	[ $# -eq 1 ] || read -r type blob _ <"/e2e/keys/$2-cert.pub"
	setpriv --reuid iamlogin-keys --regid iamlogin-keys --init-groups \
	    $helper --principals "$1" ${type:+"$type" "$blob"} 2>/dev/null
}

# config RULE... - with these lines under [login]
config()
{
	config_for_aws 10m | sed "/^allow = match:platform/d"
	cat <<-END
	[accounts]
	shared = ops
	break_glass = root
	[keys]
	trusted_user_ca_keys = $authorities
	END
	printf '[login]\n'
	printf '%s\n' "$@"
}

# in_force RULE... - the daemon runs with them
in_force()
{
	[ -z "$daemon_pid" ] || daemon_stop
	config "$@" | configure
	daemon_start
}

for ca in ca other-ca; do
	ssh-keygen -q -t ed25519 -N '' -C "$ca" -f /e2e/$ca
done
ssh-keygen -q -t rsa -b 3072 -N '' -C rsa-ca -f /e2e/rsa-ca
ssh-keygen -q -t ecdsa -b 384 -N '' -C ecdsa-ca -f /e2e/ecdsa-ca

# 1. Without the key in the configuration there are no certificates.
config_for_aws 10m | configure
daemon_start
issue alice_cert ca alice
fails "a certificate opens nothing" ssh_as alice_cert alice
equals "and the command prints no principals" "" "$(principals alice alice_cert)"
daemon_stop

# 2. enable puts it into sshd.
config 'allow = match:platform' | configure
fails "enable refuses an authority that is not there" iamlogin enable
{ echo '# those who sign'; cat /e2e/ca.pub /e2e/rsa-ca.pub /e2e/ecdsa-ca.pub; } >$authorities
chmod 0666 $authorities
fails "and one that everybody may write to" iamlogin enable
chmod 0644 $authorities
holds "enable takes it" iamlogin enable
equals "sshd trusts it for people of ours" "trustedusercakeys $authorities" \
    "$(sshd -T -C user=alice,host=h,addr=127.0.0.1 | grep ^trustedusercakeys)"
equals "and for nobody else" "trustedusercakeys none" \
    "$(sshd -T -C user=local,host=h,addr=127.0.0.1 | grep ^trustedusercakeys)"
daemon_start
holds "enable has reloaded sshd" until_holds 30 ssh_as alice_cert alice

# 3. Whose it is.
equals "alice comes in by a certificate for her account" alice "$(ssh_as alice_cert alice id -un)"
fingerprint=$(ssh-keygen -lf /e2e/keys/alice_cert.pub | cut -d' ' -f2)
authority=$(ssh-keygen -lf /e2e/ca.pub | cut -d' ' -f2)
recorded "the record has key id, serial, authority, and whose it is" \
    ".event == \"session\" and .verdict == \"allow\" and .account == \"alice\" and .via == \"cert\" and
     .key.cert_id == \"id-alice_cert\" and .key.cert_serial == \"4711\" and
     .key.cert_ca == \"$authority\" and .key.fingerprint == \"$fingerprint\" and
     .key.type == \"ssh-ed25519-cert-v01@openssh.com\" and .person.arn == \"$arn/alice\" and
     .person.verified == \"yes\""
recorded "the end of the session is hers, too" \
    '.event == "close" and .account == "alice" and .person.name == "alice"'
equals "who lists it as one" '"cert"' \
    "$(ssh_as alice_cert alice 'sleep 1; true' & until_holds 30 eval \
	'[ -n "$(iamlogin who --json | jq -c ".[] | select(.account == \"alice\")")" ]'
	iamlogin who --json | jq -c '.[] | select(.account == "alice") | .via' | head -n 1; wait)"
issue by_id ca AIDAIAMLOGINTESTALICE
issue by_arn ca $arn/alice
issue several ca "root,deploy,alice,nobody"
issue carols ca carol
issue deploys rsa-ca deploy
issue of_ecdsa ecdsa-ca alice
for cert in by_id by_arn several of_ecdsa; do
	equals "$cert opens alice's account" alice "$(ssh_as $cert alice id -un)"
done
for cert in carols deploys; do
	equals "$cert opens carol's account, deploy" deploy "$(ssh_as $cert deploy id -un)"
	fails "$cert does not open alice's" ssh_as $cert alice
done
fails "alice's does not open carol's" ssh_as alice_cert deploy
for type in rsa ecdsa; do
	rm -f /e2e/keys/t_$type*
	ssh-keygen -q -t $type -N '' -C '' -f /e2e/keys/t_$type
	ssh-keygen -q -s /e2e/ca -I t -n alice -V -1m:+1h /e2e/keys/t_$type.pub
	equals "so does one of an $type key" alice "$(ssh_as t_$type alice id -un)"
done
equals "the command prints the names of an account" \
    "$(printf '%s\n' alice AIDAIAMLOGINTESTALICE $arn/alice)" "$(principals alice)"
equals "with a certificate, those that it has" alice "$(principals alice several)"
equals "of somebody else's account, none" "" "$(principals deploy alice_cert)"
for name in root local nobody iamlogin 'a b' '*' ''; do
	equals "of \"$name\", none" "" "$(principals "$name" several)"
done
fails "it refuses to run as root" $helper --principals alice

# 4. Certificates that sshd, or we, take for none.
issue expired ca alice -V -2h:-1h
issue future ca alice -V +1h:+2h
issue other other-ca alice
issue nameless ca ''
issue hosts ca alice -h
issue elsewhere ca alice -O source-address=192.0.2.1
for cert in expired future other nameless hosts elsewhere; do
	fails "$cert opens nothing" ssh_as $cert alice
done
issue forced ca alice -O force-command="echo forced"
equals "a forced command is the only one" forced "$(ssh_as forced alice id -un)"
issue roots ca root
for name in root local bob ops ec2-user nobody; do
	fails "a certificate for root does not open $name" ssh_as roots $name
done
issue locals ca local
fails "no local account is opened by one" ssh_as locals local
equals "its own key still opens it" local "$(ssh_as local local id -un)"
issue bobs ca bob
fails "bob's is no use: [login] does not allow him" ssh_as bobs bob

# 5. What an authority can write.
many=alice
for ((i = 1; i < 256; i++)); do
	many=$many,p$i
done
issue many ca "$many"
equals "256 principals are looked through" alice "$(ssh_as many alice id -un)"
issue comma ca 'x'
hostile=$'x","account":"root"\n{"v":1} \e[2J\x01\xff%s%n\\'
ssh-keygen -q -s /e2e/ca -I "$hostile" -z 18446744073709551615 -n alice -V -1m:+1h \
    /e2e/keys/comma.pub
equals "a key id of control characters lets in as any other" alice "$(ssh_as comma alice id -un)"
recorded "and stands in the record, escaped, with the largest serial" \
    '.account == "alice" and .key.cert_serial == "18446744073709551615" and
     (.key.cert_id | startswith("x\",\"account\":\"root\"\n{\"v\":1} \u001b[2J\u0001"))'
equals "no line of the audit is torn by it" "$(wc -l <"$audit_file")" \
    "$(jq -c .seq "$audit_file" | wc -l)"
long=$(printf 'L%.0s' {1..6000})
ssh-keygen -q -s /e2e/ca -I "$long" -z 1 -n alice -V -1m:+1h /e2e/keys/comma.pub
equals "one of 6000 bytes, too" alice "$(ssh_as comma alice id -un)"
recorded "cut in the record" '.key.cert_id | type == "string" and startswith("LLLLLLLL") and
    length < 600'
for name in ' alice' 'alice ' 'alice bob' '*' 'alic?' '!bob' '#alice' '"alice"' ALICE; do
	ssh-keygen -q -s /e2e/ca -I odd -n "$name" -V -1m:+1h /e2e/keys/comma.pub
	fails "the principal \"$name\" is not alice" ssh_as comma alice
	equals "and is not printed" "" "$(principals alice comma)"
done

# 6. Shared accounts want via:cert.
person_tags carol '[{"Key":"SSMSessionRunAs","Value":"ops"},{"Key":"platform","Value":"acme"}]'
in_force 'allow = match:platform'
until_holds 30 account_exists ops
equals "carol's own key opens ops" ops "$(ssh_as carol ops id -un)"
fails "a certificate does not" ssh_as carols ops
recorded "since no rule says via:cert" '.event == "session" and .account == "ops" and
    .verdict == "deny" and .reason == "method" and .key.cert_id == "id-carols"'
in_force 'allow = match:platform' 'allow = match:platform & via:cert'
equals "with via:cert it does" ops "$(ssh_as carols ops id -un)"
recorded "and it is carol" '.account == "ops" and .verdict == "allow" and .via == "cert" and
    .person.name == "carol" and .key.cert_id == "id-carols"'
equals "alice comes as a guest, by her own name" ops "$(ssh_as alice_cert ops id -un)"
recorded "and it is alice" '.account == "ops" and .verdict == "allow" and .via == "cert" and
    .person.name == "alice"'
fails "the account's name is nobody's" ssh_as deploys ops
issue opses ca ops
fails "neither is that of a shared one" ssh_as opses ops
issue both ca alice,carol
fails "one for two people is for neither" ssh_as both ops
recorded "it is not known whose it is" '.account == "ops" and .verdict == "deny" and
    .reason == "key-unknown" and .key.cert_id == "id-both"'
fails "bob is no guest" ssh_as bobs ops

# 7. A compromised authority: one line closes the way.
in_force 'allow = match:platform' 'deny = via:cert'
fails "deny = via:cert closes it" ssh_as alice_cert alice
equals "her own key still opens" alice "$(ssh_as alice alice id -un)"

# 8. An authority of one's own.
in_force 'allow = match:platform'
install -d -m 0700 -o alice -g alice /home/alice/.ssh
{ printf 'cert-authority '; cat /e2e/other-ca.pub; } >/home/alice/.ssh/authorized_keys
chown alice:alice /home/alice/.ssh/authorized_keys
fails "a cert-authority line at home is not asked" ssh_as other alice
cat >/e2e/second.conf <<-END
Port 2222
PidFile /run/second.pid
UsePAM yes
AuthorizedKeysFile .ssh/authorized_keys
END
/usr/sbin/sshd -f /e2e/second.conf -E /logs/second.log
until_holds 30 test -s /run/second.pid
ssh_port=2222
fails "where sshd takes it, PAM does not" ssh_as other alice
recorded "and says whose it was" '.account == "alice" and .verdict == "deny" and
    .reason == "key-unknown" and .key.cert_id == "id-other"'
{ printf 'cert-authority '; cat /e2e/ca.pub; } >/home/alice/.ssh/authorized_keys
equals "the trusted one comes in there, too" alice "$(ssh_as alice_cert alice id -un)"
fails "but not for somebody else's name" ssh_as carols alice
ssh_port=22

# 9. The daemon is wedged, then dead: the files decide.
daemon_freeze
equals "with a wedged daemon, alice comes in" alice "$(ssh_as alice_cert alice id -un)"
fails "and carol does not, to her account" ssh_as carols alice
fails "a shared account stays shut" ssh_as carols ops
daemon_thaw
daemon_kill
equals "with a dead one, too" alice "$(ssh_as alice_cert alice id -un)"
recorded_by_pam()
{
	[ -n "$(jq -c 'select(.account == "alice" and .verdict == "allow" and .via == "cert" and
	    .key.cert_serial == "4711" and .key.cert_id == "id-alice_cert" and
	    .person.name == "alice")' /run/iamlogin-pam/audit)" ]
}
holds "PAM writes the record, with key id and serial" recorded_by_pam
fails "and carol does not" ssh_as carols alice
rm $authorities
fails "without the authorities' file nobody does" ssh_as alice_cert alice

finish
