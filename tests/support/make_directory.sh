#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# make_directory.sh DIR [ACCOUNT] - DIR/directory.json and DIR/NAME.key for alice, bob, carol
#
# The shape is that of `aws iam get-account-authorization-details`, each user with the keys
# that GetSSHPublicKey would show. The keys are RSA-2048, as IAM takes no others, and made
# afresh: private keys never stand in the tree. Needs ssh-keygen.
set -eu

dir=${1:?usage: make_directory.sh DIR [ACCOUNT]}
account=${2:-111122223333}

make_key() # NAME
{
	rm -f "$dir/$1.key" "$dir/$1.key.pub"
	ssh-keygen -q -t rsa -b 2048 -N '' -C "$1" -f "$dir/$1.key"
}

# Type and base64 without the comment, as IAM answers with Encoding=SSH.
body() # NAME
{
	cut -d ' ' -f 1,2 "$dir/$1.key.pub"
}

user() # NAME ID DAY GROUPS TAGS
{
	cat <<USER
    {
      "Path": "/people/",
      "UserName": "$1",
      "UserId": "AIDA$2",
      "Arn": "arn:aws:iam::$account:user/people/$1",
      "CreateDate": "2024-05-${3}T12:00:00Z",
      "UserPolicyList": [
        {
          "PolicyName": "OwnKeys",
          "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
              {
                "Effect": "Allow",
                "Action": ["iam:ListSSHPublicKeys", "iam:UploadSSHPublicKey"],
                "Resource": "arn:aws:iam::$account:user/people/\${aws:username}"
              }
            ]
          }
        }
      ],
      "GroupList": [$4],
      "AttachedManagedPolicies": [],
      "Tags": [$5],
      "SSHPublicKeys": [
        {
          "UserName": "$1",
          "SSHPublicKeyId": "APKA$2",
          "Status": "Active",
          "UploadDate": "2024-06-${3}T09:00:00Z",
          "SSHPublicKeyBody": "$(body "$1")"
        }
      ]
    }
USER
}

mkdir -p "$dir"
for name in alice bob carol; do
	make_key "$name"
done
acme='{"Key": "platform", "Value": "acme"}'
other='{"Key": "platform", "Value": "other"}'
runas='{"Key": "SSMSessionRunAs", "Value": "deploy"}'
{
	printf '{\n  "UserDetailList": [\n'
	user alice 0EXAMPLEALICE0001 01 '"HostAdmins"' "$acme"
	printf '    ,\n'
	user bob 0EXAMPLEBOB000001 02 '' "$other"
	printf '    ,\n'
	user carol 0EXAMPLECAROL0001 03 '' "$runas, $acme"
	cat <<GROUPS
  ],
  "GroupDetailList": [
    {
      "Path": "/",
      "GroupName": "HostAdmins",
      "GroupId": "AGPA0EXAMPLEHOSTADMN",
      "Arn": "arn:aws:iam::$account:group/HostAdmins",
      "CreateDate": "2024-04-30T08:00:00Z",
      "GroupPolicyList": [],
      "AttachedManagedPolicies": []
    }
  ],
  "RoleDetailList": [],
  "Policies": []
}
GROUPS
} >"$dir/directory.json.new"
mv "$dir/directory.json.new" "$dir/directory.json"
