#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# doctor_finds_what_is_wrong.sh - each fault is found, named with its remedy, and gone when mended
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

lines()
{
	iamlogin doctor "$@" --json | jq -c '.checks[]'
}

# finds SENTENCE LEVEL CHECK REGEX [OPTION] - a line of that level, with a remedy
finds()
{
	local sentence=$1 level=$2 check=$3 regex=$4 seen

	shift 4
	seen=$(lines "$@" | jq -c --arg l "$level" --arg c "$check" --arg r "$regex" \
	    'select(.level == $l and .check == $c and (.text | test($r)) and
		(.remedy // "") != "")')
	if [ -n "$seen" ]; then
		claim_holds "$sentence"
	else
		claim_broken "$sentence" "no $level of $check with $regex in:" "$(lines "$@")"
	fi
}

config_for_aws | configure
sed -i 's/^\[login\]/[accounts]\nbreak_glass = root\n[login]/' /etc/iamlogin/iamlogin.conf
daemon_start

iamlogin doctor >/tmp/doctor
rc=$?
at_most "a system made by enable has nothing that failed" 1 $rc
fails "not one line" grep -q '^failed' /tmp/doctor
matches "the PAM stacks were evaluated" '^ok +pam +[0-9]+ services: none ends in success' \
    "$(cat /tmp/doctor)"
matches "and who gives alice's keys" '^ok +sshd +for alice, iamlogin gives the keys' \
    "$(cat /tmp/doctor)"
equals "the JSON says the same" "$rc" "$(iamlogin doctor --json | jq .exit)"
exits "only root may ask" 77 as_local iamlogin doctor

sed -i.good 's/files iamlogin/iamlogin files/' /etc/nsswitch.conf
finds "local names that would lose" failed nsswitch 'before files'
sed -i 's/iamlogin files/files sss/' /etc/nsswitch.conf
finds "a missing word in nsswitch.conf" failed nsswitch 'does not name iamlogin'
finds "another source" warning nsswitch 'sss'
mv /etc/nsswitch.conf.good /etc/nsswitch.conf

sed -i.good '1i account sufficient pam_permit.so' /etc/pam.d/common-account
finds "a PAM line that ends in success before ours" failed pam 'sshd lets in.*pam_permit'
mv /etc/pam.d/common-account.good /etc/pam.d/common-account
sed -i.good '/pam_iamlogin/d' /etc/pam.d/sshd
finds "a missing session line" failed pam 'session line is missing'
mv /etc/pam.d/sshd.good /etc/pam.d/sshd

printf 'Match User alice\n\tAuthorizedKeysFile .ssh/authorized_keys\n\tPermitTunnel yes\n' \
    >/etc/ssh/sshd_config.d/00-admin.conf
finds "an earlier Match for one person" failed sshd 'alice may log in by keys in'
finds "and her tunnel" failed sshd 'alice would still get a tunnel'
printf 'Match all\n\tAuthorizedKeysCommand /bin/true\n\tAuthorizedKeysCommandUser nobody\n' \
    >/etc/ssh/sshd_config.d/00-admin.conf
finds "somebody else's keys command" failed sshd 'AuthorizedKeysCommand is "/bin/true"'
rm /etc/ssh/sshd_config.d/00-admin.conf

mkdir -p /home/alice/.ssh
echo x >/home/alice/.ssh/authorized_keys
finds "a stray key" warning 'stray keys' '/home/alice/.ssh/authorized_keys'
rm -r /home/alice/.ssh
cp -p /etc/subuid /etc/subuid.good
echo 'local:1879048000:65536' >>/etc/subuid
finds "a subuid range that overlaps ours" failed ids 'overlaps ours'
mv /etc/subuid.good /etc/subuid
truncate -s 2G /var/log/lastlog
finds "a lastlog that backups would choke on" warning lastlog 'GiB'
rm /var/log/lastlog
person_tags alice '[{"Key":"platform","Value":"acme"},{"Key":"SSMSessionRunAs","Value":"local.staff"}]'
iamlogin refresh >/dev/null
finds "an account that chown reads as user.group" warning names 'local.staff'
person_tags alice '[{"Key":"platform","Value":"acme"}]'
iamlogin refresh >/dev/null

# --- the ways that IAM does not govern
finds "a local account with keys" failed accounts 'local account local opens with keys' --bypass
echo 'local ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/90-local
finds "and with sudo for nothing" warning sudo '90-local: local is root without' --bypass
rm /etc/sudoers.d/90-local
usermod -aG shadow local
finds "a group that is as good as root" warning groups 'shadow .*local' --bypass
gpasswd -d local shadow >/dev/null
echo 'TrustedUserCAKeys /etc/ssh/ca.pub' >/etc/ssh/sshd_config.d/ca.conf
touch /etc/ssh/ca.pub
finds "another authority's certificates" failed sshd 'certificates' --bypass
rm /etc/ssh/sshd_config.d/ca.conf
useradd -o -u 0 -M -p '*' toor
finds "a second root" failed accounts 'toor is another root' --bypass
userdel -f toor >/dev/null 2>&1
exits "for an image's tests it ends with 2" 2 iamlogin doctor --bypass
rm -r /home/local/.ssh
iamlogin doctor --bypass >/tmp/bypass
fails "and without the account's keys no longer" grep -q 'local account local' /tmp/bypass
matches "root's keys are break-glass" '^ok +accounts +root has keys: break-glass' "$(cat /tmp/bypass)"

daemon_stop
finds "a daemon that is down" failed daemon 'does not answer'
finish
