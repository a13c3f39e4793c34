#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hold the emulator to AWS's own clients: the `aws` command of Debian, then botocore and
# raw sockets (checks/). TAP lines, a plan at the end, exit code 1 when one failed.
# Talks to loopback only. Needs: awscli, python3-botocore, openssl, openssh-client, curl.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
emulator=

clean_up() {
	[ -z "$emulator" ] || kill "$emulator" 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT

bail_out() {
	echo "Bail out! $*"
	exit 1
}

for needed in /usr/bin/aws /usr/bin/python3 openssl ssh-keygen curl; do
	command -v "$needed" >/dev/null || bail_out "$needed is not installed"
done
/usr/bin/python3 -c 'import botocore' || bail_out "python3-botocore is not installed"

# Nothing of the caller's own AWS configuration may reach the client.
for name in $(compgen -e | grep -i -e '^AWS_' -e '_proxy$'); do
	unset "$name"
done
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export AWS_EC2_METADATA_DISABLED=true AWS_MAX_ATTEMPTS=1 AWS_PAGER=
export AWS_DEFAULT_REGION=us-east-1 AWS_CA_BUNDLE=$work/ca.pem

"$here/emulator" --directory "$here/directory.json" --imds 127.0.0.1:0 \
	--aws 127.0.0.1:0 --control 127.0.0.1:0 --ca-out "$work/ca.pem" \
	--ready-file "$work/ready" --tag platform=shop &
emulator=$!
for _ in $(seq 200); do
	[ -e "$work/ready" ] && break
	kill -0 "$emulator" 2>/dev/null || bail_out "the emulator does not start"
	sleep 0.05
done
[ -e "$work/ready" ] || bail_out "the emulator is not ready after 10 s"
aws_address=$(sed 's/.*"aws": \["\([^"]*\)".*/\1/' "$work/ready")
eval "$("$here/emulator" --help | sed -n 's/^ *\(AWS_[A-Z_]*=.*\)/export \1/p')"

# same WHAT WANTED AWS-ARGUMENT… : `aws` prints WANTED, blanks folded
same() {
	local what=$1 wanted=$2 got
	shift 2
	got=$(/usr/bin/aws --endpoint-url "https://$aws_address" "$@" 2>&1 |
		tr -s '[:space:]' ' ')
	got=${got# }
	got=${got% }
	# shellcheck disable=SC2053 # a pattern: ids differ from run to run
	if [[ $got == $wanted ]]; then
		echo "ok - $what"
	else
		echo "not ok - $what"
		echo "# got: $got"
	fi
}

by_aws() {
	ssh-keygen -q -t rsa -b 2048 -N '' -C alice@laptop -f "$work/key"
	same "aws iam list-users, in pages of two" \
		"alice bob carol erin.o+hara@example.com ci-bot" \
		iam list-users --page-size 2 --query 'Users[].[UserName]' --output text
	same "aws iam get-user" "platform shop SSMSessionRunAs deploy" \
		iam get-user --user-name carol --output text --query 'User.Tags[].[Key,Value]'
	same "aws iam get-user of nobody" \
		"*(NoSuchEntity)*The user with name zoe cannot be found." \
		iam get-user --user-name zoe
	same "aws iam list-groups-for-user" "HostAdmins engineers" \
		iam list-groups-for-user --user-name alice \
		--query 'Groups[].GroupName' --output text
	same "aws iam get-group" "alice bob carol" \
		iam get-group --group-name engineers --query 'Users[].UserName' --output text
	same "aws iam upload-ssh-public-key" "APKA* Active" \
		iam upload-ssh-public-key --user-name alice \
		--ssh-public-key-body "file://$work/key.pub" \
		--query 'SSHPublicKey.[SSHPublicKeyId,Status]' --output text
	same "aws iam list-ssh-public-keys" "1" \
		iam list-ssh-public-keys --user-name alice --query 'length(SSHPublicKeys)'
	key_id=$(curl -s "http://$control/_emulator/directory" |
		sed -n 's/.*"SSHPublicKeyId": "\(APKA[A-Z0-9]*\)".*/\1/p')
	same "aws iam get-ssh-public-key" "$(cat "$work/key.pub")" \
		iam get-ssh-public-key --user-name alice --encoding SSH \
		--ssh-public-key-id "$key_id" --query SSHPublicKey.SSHPublicKeyBody --output text
	same "aws iam get-account-authorization-details" "5 2 1" \
		iam get-account-authorization-details --output text \
		--query '[length(UserDetailList),length(GroupDetailList),length(RoleDetailList)]'
	same "aws sts get-caller-identity" "arn:aws:iam::111122223333:user/emulator-admin" \
		sts get-caller-identity --query Arn --output text
	same "aws ec2 describe-tags" "platform shop" \
		--region eu-central-1 ec2 describe-tags --output text \
		--filters Name=resource-id,Values=i-0123456789abcdef0 --query 'Tags[].[Key,Value]'
}

by_a_user() {
	local pair answer

	pair=$(/usr/bin/aws --endpoint-url "https://$aws_address" iam create-access-key \
		--user-name alice --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text)
	AWS_ACCESS_KEY_ID=${pair%%[[:space:]]*} AWS_SECRET_ACCESS_KEY=${pair##*[[:space:]]} \
		same "aws ec2-instance-connect send-ssh-public-key, as a user" "True" \
		--region eu-central-1 ec2-instance-connect send-ssh-public-key \
		--instance-id i-0123456789abcdef0 --instance-os-user alice \
		--ssh-public-key "file://$work/key.pub" --query Success --output text
	same "aws ec2-instance-connect, to another instance" "*EC2InstanceNotFoundException*" \
		--region eu-central-1 ec2-instance-connect send-ssh-public-key \
		--instance-id i-0fedcba9876543210 --instance-os-user alice \
		--ssh-public-key "file://$work/key.pub"
	answer=$(curl -s "http://$control/_emulator/requests")
	if [[ $answer == *"ec2-instance-connect:SendSSHPublicKey"*user/people/alice* ]]; then
		echo "ok - its caller is the user"
	else
		echo "not ok - its caller is the user"
	fi
}

control=$(sed 's/.*"control": \["\([^"]*\)".*/\1/' "$work/ready")
{
	by_aws
	by_a_user
	(cd "$here" && exec /usr/bin/python3 -B -m checks) ||
		echo "not ok - botocore's part ended well"
} | tee "$work/out"
failed=$(grep -c '^not ok' "$work/out")
echo "1..$(grep -c -e '^ok' -e '^not ok' "$work/out")"
[ "$failed" -eq 0 ]
