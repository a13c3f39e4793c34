#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# shared_account.sh - several people use one account, and the accepted key says who it is
#
# ops is carol's and dave's, both by their own keys; bob maps to it and may not log in. A
# second sshd on port 2222 takes what the shipped drop-in forbids (authorized_keys, passwords,
# several keys in a row), so that all of it reaches PAM. Runs inside (instance.sh).
# shellcheck disable=SC2016,SC2154 # expanded by the other side; set by what is sourced
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

options=(-F none -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none
	-o StrictHostKeyChecking=no -o LogLevel=ERROR -o UserKnownHostsFile=/dev/null
	-o ConnectTimeout=10)

# keys PORT KEY,KEY... ACCOUNT [COMMAND...] - a login that offers these keys in this order
keys()
{
	local port=$1 account=$3 key identities=()

	for key in ${2//,/ }; do
		identities+=(-i "/e2e/keys/$key")
	done
	shift 3
	ssh "${options[@]}" "${identities[@]}" -p "$port" "$account@127.0.0.1" "${@:-true}" </dev/null
}

# by_password PORT ACCOUNT PASSWORD METHOD
by_password()
{
	printf '#!/bin/sh\necho %s\n' "$3" >/tmp/askpass
	chmod 0755 /tmp/askpass
	SSH_ASKPASS=/tmp/askpass SSH_ASKPASS_REQUIRE=force DISPLAY=: ssh -F none \
	    -o PreferredAuthentications="$4" -o PubkeyAuthentication=no -o LogLevel=ERROR \
	    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	    -o NumberOfPasswordPrompts=1 -p "$1" "$2@127.0.0.1" true </dev/null
}

# second_sshd [LINE...] - one that takes everything; its lines come first
second_sshd()
{
	[ ! -e /run/second.pid ] || kill "$(cat /run/second.pid)"
	{
		printf '%s\n' "$@"
		cat <<-END
		Port 2222
		PidFile /run/second.pid
		UsePAM yes
		PasswordAuthentication yes
		KbdInteractiveAuthentication yes
		AuthorizedKeysFile .ssh/authorized_keys
		AuthorizedKeysCommand $(sed -n 's/^\tAuthorizedKeysCommand //p' /etc/ssh/sshd_config.d/00-iamlogin.conf)
		AuthorizedKeysCommandUser iamlogin-keys
		AllowTcpForwarding yes
		Subsystem sftp internal-sftp
		LogLevel VERBOSE
		END
		cat /etc/ssh/sshd_config.d/90-penalties.conf 2>/dev/null
	} >/e2e/second.conf
	rm -f /run/second.pid
	/usr/sbin/sshd -f /e2e/second.conf -E /logs/second.log
	until_holds 30 test -s /run/second.pid
}

# last_session FILTER - the newest session record of it
last_session()
{
	records ".event == \"session\" and .account == \"ops\"" | tail -n 1 | jq -r "$1"
}

# says SENTENCE VERDICT PERSON-OR-REASON - the last session of ops
says()
{
	if until_holds 30 said "$2" "$3"; then
		claim_holds "$1"
	else
		claim_broken "$1" "$(records '.event == "session"' | tail -n 2)"
	fi
}

said()
{
	[ "$(last_session '"\(.verdict) \(if .verdict == "allow" then .person.name else .reason end)"')" = "$1 $2" ]
}

configure <<END
$(config_for_aws 10m)
[accounts]
shared = ops ec2-user
[keys]
instance_connect = no
END
sed -i 's/^allow = group:HostAdmins.*/allow = group:HostAdmins/' /etc/iamlogin/iamlogin.conf
useradd -m -s /bin/bash ec2-user
echo 'ec2-user:secret' | chpasswd
install -d -m 0700 -o ec2-user -g ec2-user /home/ec2-user/.ssh
install -m 0600 -o ec2-user -g ec2-user /e2e/keys/local.pub /home/ec2-user/.ssh/authorized_keys
runas='[{"Key":"SSMSessionRunAs","Value":"ops"},{"Key":"platform","Value":"acme"}]'
person_create dave dave
person_create erin ecdsa
person_tags carol "$runas"
person_tags dave "$runas"
person_tags bob "${runas/acme/other}"
person_tags erin "${runas/ops/ec2-user}"
person_groups carol '["HostAdmins"]'
daemon_start
second_sshd

# Everybody by their own key.
holds "carol logs in to ops" ssh_as carol ops
says "and it is carol" allow carol
recorded "the end of it is carol's, too" \
    '.event == "close" and .account == "ops" and .person.name == "carol" and .duration_s >= 0'
holds "dave logs in to ops" ssh_as dave ops
says "and it is dave" allow dave
equals "both are one account" "$(ssh_as carol ops id -u)" "$(ssh_as dave ops id -u)"
fails "bob, who may not log in, is not let in to ops" ssh_as bob ops
fails "somebody else's key is not" ssh_as alice ops
fails "erin's is not: she is of ec2-user" ssh_as ecdsa ops

# One key queried, another one signed.
cp /e2e/keys/carol /e2e/keys/carols_locked
cp /e2e/keys/carol.pub /e2e/keys/carols_locked.pub
ssh-keygen -q -p -P '' -N secret -f /e2e/keys/carols_locked
holds "dave shows carol's public key and signs with his own" keys 22 carols_locked,dave ops
says "it is dave" allow dave

# A home that all of them write to. Debian 13 no longer reads this file by itself.
grep -q user_readenv /etc/pam.d/sshd ||
	sed -i 's/^session.*pam_env\.so envfile=.*/& user_readenv=1/' /etc/pam.d/sshd
forged="SSH_AUTH_INFO_0 OVERRIDE=\"publickey $(cut -d' ' -f1,2 /e2e/keys/carol.pub)\""
ssh_as dave ops "echo '$forged' >~/.pam_environment"
ssh_as dave ops 'echo "FORGED OVERRIDE=yes" >>~/.pam_environment'
equals "pam_env obeys it (the test tests something)" yes "$(ssh_as dave ops 'echo "$FORGED"')"
holds "dave logs in with ~/.pam_environment forged" ssh_as dave ops
says "it is dave" allow dave
ssh_as dave ops "umask 077; mkdir -p ~/.ssh; echo '$(cat /e2e/keys/ed25519.pub)' >~/.ssh/authorized_keys"
fails "a key from authorized_keys is not even asked for" ssh_as ed25519 ops
fails "where sshd takes it, PAM does not" keys 2222 ed25519 ops
says "since it belongs to nobody here" deny key-unknown
fails "carol's public key shown before does not help" keys 2222 carols_locked,ed25519 ops
says "the last key counts" deny key-unknown
ssh_as dave ops "echo '$(cat /e2e/keys/bob.pub)' >>~/.ssh/authorized_keys"
fails "the key of bob, who may not, is refused as well" keys 2222 bob ops
says "whose keys IAM is not even asked for" deny key-unknown
fails "so is the key of alice, who is nobody on ops" keys 2222 alice ops

# What a refused session can do: nothing.
refused=(keys 2222 ed25519 ops)
fails "a refused session runs no command" "${refused[@]}" 'touch /tmp/ran'
fails "nor has it a terminal" keys 2222 ed25519 ops -tt 'touch /tmp/ran'
fails "it left no trace" test -e /tmp/ran
echo 'put /etc/hostname /tmp/put' >/tmp/batch
fails "sftp is refused" sftp "${options[@]}" -i /e2e/keys/ed25519 -P 2222 -b /tmp/batch ops@127.0.0.1
fails "it has put nothing" test -e /tmp/put
fails "a forward is refused" timeout 5 ssh "${options[@]}" -i /e2e/keys/ed25519 -p 2222 \
    -W 127.0.0.1:22 ops@127.0.0.1
ssh "${options[@]}" -i /e2e/keys/ed25519 -p 2222 -N -L 2300:127.0.0.1:22 -o ExitOnForwardFailure=yes \
    ops@127.0.0.1 </dev/null >/dev/null 2>&1 &
forward=$!
sleep 1
fails "a local forward carries nothing" bash -c 'exec 3<>/dev/tcp/127.0.0.1/2300; read -t 2 line <&3; [[ $line = SSH* ]]'
kill $forward 2>/dev/null
wait $forward 2>/dev/null

# Two keys in a row.
second_sshd 'AuthenticationMethods publickey,publickey'
holds "with two keys asked for, carol's and dave's open it" keys 2222 carol,dave ops
says "it is whose key was the last" allow dave
holds "the other way round" keys 2222 dave,carol ops
says "it is carol" allow carol
fails "carol's and a key of nobody's do not" keys 2222 carol,ed25519 ops
second_sshd

# A local account that is listed.
holds "erin logs in to ec2-user" ssh_as ecdsa ec2-user
recorded "it is erin" '.event == "session" and .account == "ec2-user" and .verdict == "allow" and .person.name == "erin"'
equals "whose ids stay those of /etc/passwd" "$(awk -F: '$1 == "ec2-user" { print $3 }' /etc/passwd)" \
    "$(ssh_as ecdsa ec2-user id -u)"
fails "the launch key does not open it any more" ssh_as local ec2-user
fails "nor where sshd takes it" keys 2222 local ec2-user
fails "a password does not" by_password 2222 ec2-user secret password
recorded "the method is refused" '.event == "session" and .account == "ec2-user" and .reason == "method"'
fails "nor by keyboard-interactive" by_password 2222 ec2-user secret keyboard-interactive
echo 'local:secret' | chpasswd
holds "while an account that is not listed has both (the test tests something)" \
    by_password 2222 local secret password
holds "and keyboard-interactive" by_password 2222 local secret keyboard-interactive
holds "root runs what it likes as ec2-user" su - ec2-user -c true

# sudo: [sudo] admits carol and not dave, who can act as carol. With Instance Connect everybody
# whom [login] lets in could come as well and would have to be admitted: it is off here.
fails "carol has no sudo on ops" ssh_as carol ops sudo -n true
echo 'ops ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ops
echo 'ec2-user ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ec2-user
fails "not with a sudoers rule of the administrator's either" ssh_as carol ops sudo -n true
fails "nor has ec2-user, whom cloud-init gave NOPASSWD" ssh_as ecdsa ec2-user sudo -n true
recorded "it is refused, in carol's session" \
    '.event == "sudo" and .account == "ops" and .verdict == "deny" and .person.name == "carol"'
rm /etc/sudoers.d/ops /etc/sudoers.d/ec2-user
person_groups dave '["HostAdmins"]'
iamlogin refresh
matches "once [sudo] admits all of them, they have it" '^uid=0' "$(ssh_as carol ops sudo -n id 2>&1)"
recorded "the record says in whose session it ran, as a claim" \
    '.event == "sudo" and .account == "ops" and .verdict == "allow" and
     .person.name == "carol" and .person.verified == "claimed" and .session > 0'

# What outlives its login is nobody's any more; tmux is tried in distributions.sh.
ssh_as carol ops 'mkfifo ~/in; setsid -f sh -c "while read line <~/in; do eval \"\$line\"; done" >/dev/null 2>&1 </dev/null'
before=$(records '.event == "sudo" and .account == "ops"' | wc -l)
ssh_as dave ops 'echo "sudo -n true; echo done >~/out" >~/in; for i in $(seq 50); do [ -e ~/out ] && exit; sleep 0.1; done'
holds "dave runs sudo in what carol has left behind" until_holds 30 \
    bash -c "[ \$(jq -c 'select(.event == \"sudo\" and .account == \"ops\")' $audit_file | wc -l) -gt $before ]"
equals "that is not recorded as carol's" null \
    "$(records '.event == "sudo" and .account == "ops"' | tail -n 1 | jq -c .person)"

# The same from the files.
decisions()
{
	holds "$1: carol is let in" ssh_as carol ops
	fails "$1: bob is not" ssh_as bob ops
	fails "$1: nor with his key in authorized_keys" keys 2222 bob ops
	fails "$1: nor is a key of nobody's" keys 2222 ed25519 ops
	holds "$1: erin is let in to ec2-user" ssh_as ecdsa ec2-user
	fails "$1: the launch key is not" keys 2222 local ec2-user
	matches "$1: sudo works" '^uid=0' "$(ssh_as carol ops sudo -n id 2>&1)"
}

decisions running
daemon_freeze
decisions wedged
daemon_thaw
daemon_stop
decisions stopped
daemon_start
recorded "PAM's own records say who it was" \
    '.writer == "pam" and .event == "session" and .account == "ops" and .verdict == "allow" and .person.name == "carol"'
recorded "and in whose session sudo ran" \
    '.writer == "pam" and .event == "sudo" and .account == "ops" and .person.name == "carol" and .person.verified == "claimed"'
holds "the audit's chain is whole" iamlogin audit verify
finish
