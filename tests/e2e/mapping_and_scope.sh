#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# mapping_and_scope.sh - who is whom: no tag makes anybody of a stranger, roles and uids by tag
#
# Runs inside (instance.sh).
# shellcheck disable=SC2016 # a tag's value is not to be expanded
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# with_role NAME PATH TAGS-JSON - that directory on stdin plus one role, printed
with_role()
{
	jq --arg name "$1" --arg path "$2" --argjson tags "$3" '
		.RoleDetailList += [{
			Path: $path, RoleName: $name,
			RoleId: ("AROA" + (($name | ascii_upcase) + "ZZZZZZZZZZZZZZZZZ")[0:17]),
			Arn: ("arn:aws:iam::123456789012:role" + $path + $name),
			CreateDate: "2026-01-01T00:00:00Z", InstanceProfileList: [],
			RolePolicyList: [], AttachedManagedPolicies: [],
			AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []},
			Tags: $tags
		}]'
}

# uid_of ACCOUNT
uid_of()
{
	as_local getent passwd "$1" | cut -d: -f3
}

# tagged JSON-VALUE - bob's RunAs tag from now on
tagged()
{
	person_tags bob "[{\"Key\":\"platform\",\"Value\":\"acme\"},
		{\"Key\":\"SSMSessionRunAs\",\"Value\":$1}]"
	iamlogin refresh >/dev/null
}

config_for_aws | sed '/^users/a roles = path:/automation/*
	/^\[login\]/i [accounts]\nuid_tag = posix-uid' | configure
daemon_start
equals "alice is who she is" alice "$(ssh_as alice alice id -un)"
alice_uid=$(uid_of alice)

# out of the scope nothing counts: not the name, not a tag, not an older date
aws_control PATCH users/mallory '{"Path": "/", "CreateDate": "2001-01-01T00:00:00Z", "Tags": [
	{"Key": "platform", "Value": "acme"}, {"Key": "SSMSessionRunAs", "Value": "alice"},
	{"Key": "posix-uid", "Value": "'"$alice_uid"'"}]}' >/dev/null
aws_control PATCH users/Alice2 '{"Path": "/peoples/", "Tags": [
	{"Key": "platform", "Value": "acme"}, {"Key": "SSMSessionRunAs", "Value": "root"}]}' >/dev/null
holds "strangers change nothing" iamlogin refresh
equals "alice keeps her name" alice "$(ssh_as alice alice id -un)"
equals "and her uid" "$alice_uid" "$(uid_of alice)"
fails "mallory is nobody here" account_exists mallory

# nor can somebody in scope take what is another's
tagged '"alice"'
fails "bob, tagged alice, is not let in as her" ssh_as bob alice
exits "and is denied" 1 iamlogin explain bob
matches "since the older claim wins" name-claimed "$(iamlogin explain --json bob | jq -r .reason)"
person_tags bob '[{"Key":"platform","Value":"acme"},{"Key":"posix-uid","Value":"'"$alice_uid"'"}]'
iamlogin refresh >/dev/null
matches "bob, tagged alice's uid, gets none" id-collision "$(iamlogin explain --json bob | jq -r .reason)"
equals "alice still has it" alice "$(as_local getent passwd "$alice_uid" | cut -d: -f1)"

# what is no name of an account is nobody's, and said once
for value in root 0 alice,root '../x' 'x;id' '$(id)' docker '' Alice; do
	tagged "$(jq -n --arg v "$value" '$v')"
	exits "a tag '$value' gives no account" 1 iamlogin explain bob
done
iamlogin refresh >/dev/null
iamlogin refresh >/dev/null
equals "a reserved one was reported once" 1 "$(records '.event == "verdict" and
	.person.name == "bob" and .reason == "reserved-name" and (.rule | contains("\"docker\""))' | wc -l)"
equals "and what is no name at all" 1 "$(records '.event == "verdict" and
	.person.name == "bob" and .reason == "bad-name" and (.rule | contains("\"\""))' | wc -l)"

# a uid by tag, for somebody new; and the ledger before the tag
person_tags bob '[{"Key":"platform","Value":"acme"},{"Key":"posix-uid","Value":"1879100000"}]'
iamlogin refresh >/dev/null
equals "a tag gives bob his uid" 1879100000 "$(ssh_as bob bob id -u)"
person_tags bob '[{"Key":"platform","Value":"acme"},{"Key":"posix-uid","Value":"1879100001"}]'
iamlogin refresh >/dev/null
equals "and never another one" 1879100000 "$(uid_of bob)"
equals "explain says where it is from" ledger "$(iamlogin explain --json bob | jq -r .account.uid_from)"

# a name that is given anew: another uid, and no home of its former owner's
[ -d /home/alice ] || install -d -m 0700 -o "$alice_uid" -g "$alice_uid" /home/alice
chown "$alice_uid:$alice_uid" /home/alice
holds "alice logs in to her home" ssh_as alice alice test -w /home/alice
person_remove alice
holds "alice is removed" iamlogin refresh
person_create alice alice
holds "and somebody new gets her name" iamlogin refresh
fails "with another uid" test "$(uid_of alice)" = "$alice_uid"
said=$(ssh -i /e2e/keys/alice -F none -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null alice@127.0.0.1 true 2>&1 </dev/null)
matches "who does not inherit the home silently, but is denied with the reason" \
    "/home/alice belongs to uid $alice_uid and not to alice" "$said"
fails "by su as well" su alice -c true
recorded "it is recorded" \
    '.event == "login" and .verdict == "deny" and .reason == "home-foreign" and .account == "alice"'
mv /home/alice /home/alice.former
holds "once it is out of the way, the new alice logs in" ssh_as alice alice
holds "and one that root has made keeps nobody out" install -d /home/alice
holds "so she logs in" ssh_as alice alice
rmdir /home/alice

# roles: in scope by path, an account by tag, a key by tag, shared by nature
aws_control GET directory | with_role ci /automation/ "$(jq -n --rawfile key /e2e/keys/dave.pub '[
	{Key: "platform", Value: "acme"}, {Key: "SSMSessionRunAs", Value: "ci"},
	{Key: "iamlogin:key-1", Value: "'"$(cut -d' ' -f1,2 /e2e/keys/ed25519.pub)"'"}]')" |
	with_role intruder / '[{"Key": "platform", "Value": "acme"},
		{"Key": "SSMSessionRunAs", "Value": "intruder"}]' >/run/directory.json
aws_control PUT directory "$(cat /run/directory.json)" >/dev/null
holds "roles are listed" iamlogin refresh
equals "ci logs in with its role's key" ci "$(ssh_as ed25519 ci id -un)"
equals "its account is shared" true "$(iamlogin explain --json ci | jq .account.shared)"
equals "and a role's" role "$(iamlogin explain --json ci | jq -r '.people[0].kind')"
fails "a role elsewhere is nobody" account_exists intruder
exits "for explain, too" 3 iamlogin explain intruder
config_for_aws | sed '/^users/a roles = path:/automation/*
	/^kind/a directory = details' | configure
daemon_stop
daemon_start
holds "the same by details" iamlogin refresh
equals "ci logs in" ci "$(ssh_as ed25519 ci id -un)"
aws_black_hole
daemon_stop
daemon_launch
until_holds 30 daemon_answers
equals "and after a restart without AWS" ci "$(ssh_as ed25519 ci id -un)"
finish
