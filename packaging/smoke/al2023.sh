#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2317  # functions that check() calls
#
# al2023.sh RPM - on a fresh Amazon Linux 2023 instance, as root: does it work there?
#
# Installs RPM, enables with a file as the source of people (no AWS needed), logs a person in
# over the real sshd, refuses another, and takes everything back. Prints ok and not ok lines.
# Keep another root session open.
set -uo pipefail

rpm=$(realpath -e "${1:?usage: al2023.sh RPM}")
[ "$(id -u)" -eq 0 ] || { echo "al2023.sh: for root" >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

check() # SENTENCE COMMAND...
{
	local sentence=$1

	shift
	if "$@" >"$work/out" 2>&1; then
		echo "ok - $sentence"
	else
		echo "not ok - $sentence"
		sed 's/^/#   /' "$work/out"
		bad=1
	fi
}

as() # KEY ACCOUNT COMMAND...
{
	ssh -i "$work/$1" -F none -o BatchMode=yes -o StrictHostKeyChecking=no \
	    -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$2@127.0.0.1" "${@:3}"
}

refused()
{
	! as "$@"
}

state()
{
	find /etc/pam.d /etc/nsswitch.conf /etc/authselect /etc/ssh -type f \
	    -exec sha256sum {} + 2>/dev/null | sort | sha256sum
}

grep -q 'Amazon Linux.*2023' /etc/os-release || echo "# this is not Amazon Linux 2023"
before=$(state)
check "the package installs" dnf -y install "$rpm"
for name in alice bob; do
	ssh-keygen -q -t ed25519 -N '' -f "$work/$name"
done
user() # NAME TAG
{
	printf '{"Path":"/people/","UserName":"%s","UserId":"AIDA%sAAAAAAAAAAAA","Arn":"arn:aws:iam::111122223333:user/people/%s","CreateDate":"2024-05-01T00:00:00Z","GroupList":[],"AttachedManagedPolicies":[],"Tags":[{"Key":"platform","Value":"%s"}],"SSHPublicKeys":[{"UserName":"%s","SSHPublicKeyId":"APKA%sAAAAAAAAAAAA","Status":"Active","SSHPublicKeyBody":"%s","UploadDate":"2024-05-01T00:00:00Z"}]}' \
	    "$1" "${1^^}" "$1" "$2" "$1" "${1^^}" "$(cut -d' ' -f1,2 "$work/$1.pub")"
}
printf '{"UserDetailList":[%s,%s],"GroupDetailList":[],"RoleDetailList":[],"Policies":[]}\n' \
    "$(user alice acme)" "$(user bob other)" >/etc/iamlogin/directory.json
printf '[source]\nkind = file\npath = /etc/iamlogin/directory.json\n[instance]\ntag = platform=acme\n' \
    >>/etc/iamlogin/iamlogin.conf
if [ -L /etc/pam.d/password-auth ]; then
	check "authselect takes the profile" authselect select iamlogin with-mkhomedir --force \
	    --backup=before-iamlogin
fi
check "enable" iamlogin enable --users 'path:/people/*' --allow match:platform --break-glass root
sleep 3
check "the daemon is FRESH" iamlogin status
check "alice logs in" as alice alice true
check "bob is refused" refused bob bob true
check "SELinux says nothing about us" sh -c '! ausearch -m avc -ts recent 2>/dev/null | grep iamlogin'
iamlogin doctor
check "disable" iamlogin disable
if [ -L /etc/pam.d/password-auth ]; then
	check "authselect goes back" authselect backup-restore before-iamlogin
fi
check "the package goes" dnf -y remove iamlogin
check "everything is as it was" test "$before" = "$(state)"
exit $bad
