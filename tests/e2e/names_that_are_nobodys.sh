#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# names_that_are_nobodys.sh - what is no name of an account gives none, and is reported once
#
# By tag and by IAM's own name, all of them at once; and the two ways in which an IAM name
# becomes an OS name. Runs inside (instance.sh).
# shellcheck disable=SC2016,SC2154 # not to be expanded; set by what is sourced
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# tag value -> reason
tags=('root reserved-name' 'docker reserved-name' 'iamlogin reserved-name' 'local local-name'
	'0 bad-name' '1879048192 bad-name' '-1 bad-name' '0x70000000 bad-name' 'alice,root bad-name'
	'alice:root bad-name' '../x bad-name' '/etc/passwd bad-name' 'x;id bad-name' '$(id) bad-name'
	'`id` bad-name' '-alice bad-name' 'Alice bad-name' 'alice. bad-name' 'a..b bad-name'
	'älice bad-name' ' bad-name' 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bad-name' '* bad-name')
# IAM name -> reason
names=('root reserved-name' 'docker reserved-name' 'local local-name' '0 bad-name' 'a,b bad-name'
	'a+b bad-name' 'x=y bad-name' 'Jo.Doe bad-name' 'a@corp.com bad-name' '-x bad-name' '.. bad-name')

verdicts_of()
{
	records ".event == \"verdict\" and .verdict == \"deny\" and .service == \"login\" and
		.reason == \"$2\"" | jq -c --arg name "$1" 'select(.person.name == $name)' | wc -l
}

# each SENTENCE - of all those, once
each()
{
	local n wrong=

	for n in "${!tags[@]}"; do
		[ "$(verdicts_of "tagged-$n" "${tags[$n]##* }")" = 1 ] || wrong+=" tag:${tags[$n]}"
	done
	for n in "${names[@]}"; do
		[ "$(verdicts_of "${n% *}" "${n##* }")" = 1 ] || wrong+=" name:$n"
	done
	equals "$1" "" "$wrong"
}

directory=/tmp/directory.json
cp /e2e/directory.json $directory
for n in "${!tags[@]}"; do
	directory_with "tagged-$n" dave <$directory | jq --arg name "tagged-$n" --arg value "${tags[$n]% *}" '
		(.UserDetailList[] | select(.UserName == $name)) |= (.UserId = "AIDATAG\($name)" |
		 .Tags += [{Key: "SSMSessionRunAs", Value: $value}])' >/tmp/next.json
	mv /tmp/next.json $directory
done
for n in "${!names[@]}"; do
	directory_with "${names[$n]% *}" dave <$directory | jq --arg name "${names[$n]% *}" --arg n "$n" '
		(.UserDetailList[] | select(.UserName == $name)).UserId = "AIDANAME\($n)"' >/tmp/next.json
	mv /tmp/next.json $directory
done
install -m 0644 $directory /etc/iamlogin/directory.json
config_for_file | configure
daemon_start

accounts()
{
	iamlogin users --json | jq -r '[.[].name] | sort | join(" ")'
}

equals "nobody has an account but those who had one" "alice deploy" "$(accounts)"
each "each of them is reported, once"
for n in 1 2; do
	iamlogin refresh >/dev/null
done
daemon_stop
daemon_start
iamlogin refresh >/dev/null
each "and not again by refreshing, or by a restart"
for n in "${!tags[@]}"; do
	exits "a tag '${tags[$n]% *}' gives no account" 1 iamlogin explain "tagged-$n"
	fails "whatever is asked for" ssh_as dave "${tags[$n]% *}"
done
for n in "${names[@]}"; do
	fails "the IAM name ${n% *} is no account" ssh_as dave "${n% *}"
done
matches "explain says of a name what would give one" 'SSMSessionRunAs=NAME' "$(iamlogin explain a+b)"
matches "and of a tag what it is" 'is "x;id", which is no OS name' "$(iamlogin explain tagged-12)"
equals "uids are no way, either" "" "$(getent passwd 1879048192)"

# What is configured makes names of some, and of nothing else.
daemon_stop
{
	config_for_file
	printf '[accounts]\nfold_case = yes\nstrip_domain = corp.com\n'
} | configure
daemon_start
equals "fold_case and strip_domain give two more" "a alice deploy jo.doe" "$(accounts)"
equals "Jo.Doe is jo.doe" jo.doe "$(ssh_as dave jo.doe id -un)"
fails "the name that somebody logs in by is never folded" ssh_as dave Jo.Doe
equals "a@corp.com is a" a "$(ssh_as dave a id -un)"
fails "and only that" ssh_as dave a@corp.com
holds "the audit's chain is whole" iamlogin audit verify
finish
