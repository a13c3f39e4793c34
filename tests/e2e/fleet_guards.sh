#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fleet_guards.sh - what a publisher holds back: new administrators, crowds, and their absence
#
# Each is held for [publish] hold, or until `iamlogin publish --confirm`; then it goes out by
# itself. What is no growth does not wait with it. Runs inside (instance.sh).
# shellcheck disable=SC2154  # names of the library
# shellcheck source=/dev/null
. /e2e/instance_lib.sh
# shellcheck source=/dev/null
. /e2e/fleet_lib.sh

hold=40

# crowd FIRST LAST - people of IAM by number
crowd()
{
	local n

	for n in $(seq "$1" "$2"); do
		aws_control PATCH "users/crowd$n" \
		    '{"Path":"/people/","Tags":[{"Key":"platform","Value":"acme"}]}' >/dev/null
	done
}

# has_people N - in the blob that hosts read
has_people()
{
	[ "$(published_blob | jq -r 'select(.name) | .name' | wc -l)" -eq "$1" ]
}

# in_group NAME, not_in_group NAME - HostAdmins, as hosts read it
in_group()
{
	published_blob | jq -se "any(.[]; .name == \"$1\" and (.groups | index(\"HostAdmins\")))"
}

not_in_group()
{
	! in_group "$1"
}

# held FILTER - what the publisher's status says of the view
held()
{
	in_publisher iamlogin status --json | jq -e ".publish.views[0].held | $1"
}

# is_held FILTER
is_held()
{
	in_publisher iamlogin refresh >/dev/null 2>&1
	held "$1"
}

fleet_begin
aws_control PATCH credentials '{"role":"iamlogin-publisher"}' >/dev/null
crowd 1 17
{
	config_for_publisher
	echo "key_file = /etc/iamlogin/fleet.key"
	echo "hold = ${hold}s"
} | publisher_launch
holds "the first blob has everybody: there is nothing to grow from" until_holds 60 has_people 20

# ---------------------------------------------------------------------------------------
# A new member of a group that [sudo] names

person_groups bob '["HostAdmins"]'
from=$SECONDS
holds "a new administrator is held" until_holds 30 is_held '.sudo == 1 and .people == 0'
fails "hosts do not see it" in_group bob
crowd 18 18
in_publisher iamlogin refresh >/dev/null
holds "somebody new without such a group does not wait with it" until_holds 30 has_people 21
fails "which still hosts do not see" in_group bob
holds "nobody confirms: it goes out by itself" until_holds 90 in_group bob
holds "after the time that [publish] hold says" test $((SECONDS - from)) -ge $((hold - 2))
equals "which did not begin anew with somebody new" 1 \
    "$(grep -c 'view default: held' /logs/publisher.log)"
holds "and is held no longer" until_holds 30 held '. == null'

# ---------------------------------------------------------------------------------------
# More than a fifth at once

crowd 19 22
in_publisher iamlogin refresh >/dev/null
holds "four of twenty-one are no crowd" until_holds 30 has_people 25
person_groups bob '[]'
crowd 23 30
holds "eight of twenty-five are, and held" until_holds 30 is_held '.people == 8'
equals "hosts see the twenty-five" 25 "$(published_blob | jq -r 'select(.name) | .name' | wc -l)"
holds "a removal does not wait with them" until_holds 30 not_in_group bob
matches "--dry-run names them" '\+ crowd30 ' "$(in_publisher iamlogin publish --dry-run)"
holds "an administrator confirms" in_publisher iamlogin publish --confirm
holds "then hosts see them" until_holds 30 has_people 33

# ---------------------------------------------------------------------------------------
# More than half are gone

for n in $(seq 1 20); do person_remove "crowd$n"; done
from=$SECONDS
equals "a listing that shrinks by more than half is held by itself, and says so" \
    "2 iamlogin: held: the listing shrank from 33 people to 13; a second one confirms it (if this is right: iamlogin refresh --accept)" \
    "$(in_publisher iamlogin refresh 2>/tmp/held; echo "$? $(cat /tmp/held)")"
equals "hosts see thirty-three" 33 "$(published_blob | jq -r 'select(.name) | .name' | wc -l)"
holds "a second listing confirms it; then the publisher holds" until_holds 30 is_held '.shrunk'
fails "hosts do not see it" has_people 13
holds "until the time is over" until_holds 90 has_people 13
holds "which is that of [publish] hold" test $((SECONDS - from)) -ge $((hold - 2))
holds "the publisher's audit is whole" in_publisher iamlogin audit verify
publisher_stop
finish
