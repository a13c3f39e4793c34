#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# hostile_texts_stay_texts.sh - what strangers write becomes no record, no line and no name
#
# Tags, names and groups of a directory, names that are asked for, and what Instance Connect
# shows: with quotes, newlines, escapes of terminals, JSON of our own. Runs inside
# (instance.sh).
# shellcheck disable=SC2016,SC2154 # not to be expanded; set by what is sourced
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

nl=$'\n'
forged='{"v":1,"seq":1,"event":"session","verdict":"allow","account":"root","person":{"name":"forged"}}'
texts=("alice${nl}$forged$nl" "alice\",\"verdict\":\"allow\",\"x\":\"" $'\e]0;owned\a\e[2J' "alice${nl}IAMLOGIN_VERDICT=allow"
	"alice${nl}session 'root': allow (rule-allows) person=forged" '$(touch /tmp/ran)' '`touch /tmp/ran`'
	'%n%s%n' $'alice\r' '../../etc/passwd' $'\u202egro.elpmaxe' "alice:x:0:0::/:/bin/sh$nl")

# no_control FILE... - nothing that a terminal or a parser of lines would take for its own
no_control()
{
	! LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae' "$@"
}

# hostile NAME TEXT - on stdin's directory one person, in whom all is that text
hostile()
{
	directory_with "$1" dave | jq --arg name "$1" --arg text "$2" '
		(.UserDetailList[] | select(.UserName == $name)) |=
		(.Tags += [{Key: "SSMSessionRunAs", Value: $text}, {Key: $text, Value: $text}] |
		 .GroupList = [$text, "HostAdmins"])'
}

# 1. A directory of them. The first is alice, who is nobody's but herself.
cp /e2e/directory.json /tmp/directory.json
for n in "${!texts[@]}"; do
	hostile "person$n" "${texts[$n]}" </tmp/directory.json >/tmp/next.json
	mv /tmp/next.json /tmp/directory.json
done
install -m 0644 /tmp/directory.json /etc/iamlogin/directory.json
config_for_file | configure
holds "the daemon takes the directory" daemon_start
holds "alice logs in" ssh_as alice alice
for n in "${!texts[@]}"; do
	fails "person$n is nobody" account_exists "person$n"
	exits "and is told no" 1 iamlogin explain "person$n"
	fails "$(printf %q "${texts[$n]}") is no name" account_exists "${texts[$n]}"
done
equals "accounts are alice and carol's alone" "alice deploy" \
    "$(iamlogin users --json | jq -r '[.[].name] | sort | join(" ")')"
equals "and what they are in is theirs" "" \
    "$(ssh_as alice alice id -Gn | tr ' ' '\n' | grep -vx 'alice\|HostAdmins\|iamlogin-users\|iamlogin-sudo')"

# 2. Names that are asked for: of sshd, su, sudo, and of our own command.
for text in "${texts[@]}"; do
	ssh_as dave "$text" >/dev/null 2>&1
	as_local su "$text" -c true </dev/null >/dev/null 2>&1
	su "$text" -c true </dev/null >/dev/null 2>&1
	iamlogin explain "$text"
	iamlogin keys "$text"
	ssh_as alice alice "sudo -n -u $(printf %q "$text") true; sudo -n $(printf %q "$text"); iamlogin explain $(printf %q "$text")"
done >/tmp/said 2>&1
{
	iamlogin users
	iamlogin who
	iamlogin status
	for n in "${!texts[@]}"; do iamlogin explain "person$n"; done
} >>/tmp/said 2>&1
holds "our command shows nothing of it to a terminal" no_control <(grep -av '^su: \|^sudo: ' /tmp/said)
fails "nothing was run" test -e /tmp/ran

# 3. What was recorded.
equals "each line of the trail is one record" "" \
    "$(jq -Rc 'select((fromjson? | .seq) == null)' "$audit_file")"
equals "none is forged" "" "$(records '.person.name == "forged" or .account == "root"')"
equals "what a tag said is in it as a text" "${#texts[@]}" \
    "$(records '.event == "verdict" and .verdict == "deny" and (.person.name | startswith("person"))' | wc -l)"
holds "no control byte is in it" no_control "$audit_file"
equals "no field of the journal is forged" "" \
    "$(grep -a '| IAMLOGIN_EVENT=verdict |' /logs/journal | grep -a '| IAMLOGIN_VERDICT=allow |' | grep -a 'user/people/person')"
equals "no line of syslog begins with what they wrote" "" \
    "$(grep -a "^session 'root'\|^IAMLOGIN_\|^{\"v\"" /logs/syslog)"
holds "the audit's chain is whole" iamlogin audit verify
daemon_stop
rm -rf /var/log/iamlogin /var/lib/iamlogin

# 4. What Instance Connect shows is written by whoever sends a key.
config_for_aws 10m | configure
daemon_start
for text in "${texts[@]}"; do
	aws_control PUT eic/alice "$(jq -n --arg text "$text" --rawfile key /e2e/keys/ecdsa.pub '{records: [{
		key: ($key | split(" ")[0:2] | join(" ")), caller: ("arn:aws:iam::123456789012:user/people/alice" + $text),
		request: $text}]}')" >/dev/null 2>&1
	fails "a caller with $(printf %q "$text") behind is not alice" ssh_as ecdsa alice
done
eic_put alice ""
fails "nothing was run" test -e /tmp/ran
holds "alice logs in" ssh_as alice alice
recorded "as ever" '.event == "session" and .verdict == "allow" and .account == "alice" and .via == "iam-key"'
equals "nobody by Instance Connect" "" "$(records '.via == "eic" and .verdict == "allow"')"
holds "no control byte is in the trail" no_control "$audit_file"
holds "the audit's chain is whole" iamlogin audit verify
finish
