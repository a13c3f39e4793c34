#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# keys_are_chained.sh - the command that sshd asked before us goes on for accounts not ours
#
# Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

old=/usr/local/lib/old-keys
mkdir -p /usr/local/lib
# old SCRIPT - what the old command does
old()
{
	printf '#!/bin/sh\n%s\n' "$1" >$old.new
	chmod 0755 $old.new
	mv $old.new $old
}
cp /e2e/keys/*.pub /usr/local/lib/
# shellcheck disable=SC2016 # the old command expands
old 'echo "$(id -un) $# $1 $2 ${3%%${3#????}} $(env | grep -vc "^PWD=\|^_=\|^SHLVL=")" >>/tmp/asked
cat /usr/local/lib/ecdsa.pub'
touch /tmp/asked
chmod 0666 /tmp/asked
{ config_for_aws 10m; printf '[keys]\nchain = %s %%u %%t %%k ; before us\n' $old; } | configure
daemon_start

equals "a local account comes in by it" local "$(ssh_as ecdsa local id -un)"
equals "it runs as the key command's user, with its words and no environment" \
    "iamlogin-keys 3 local ecdsa-sha2-nistp256 AAAA 0" "$(tail -n 1 /tmp/asked)"
: >/tmp/asked
fails "it opens no account of ours" ssh_as ecdsa alice
equals "for which it is not asked" "" "$(cat /tmp/asked)"
equals "alice comes in with her own key" alice "$(ssh_as alice alice id -un)"
daemon_kill
equals "it goes on with the daemon dead" local "$(ssh_as ecdsa local id -un)"
mv /run/iamlogin/snapshot /run/iamlogin/snapshot.away
equals "and without any snapshot" local "$(ssh_as ecdsa local id -un)"
mv /run/iamlogin/snapshot.away /run/iamlogin/snapshot

# The ways in which it says nothing.
chmod 0775 $old
fails "a command that its group may write is not run" ssh_as ecdsa local
chmod 0755 $old
chmod 0777 /usr/local/lib
fails "nor one in a directory that anybody may write" ssh_as ecdsa local
chmod 0755 /usr/local/lib
equals "root's alone, it is run" local "$(ssh_as ecdsa local id -un)"
old 'cat /usr/local/lib/ecdsa.pub; exit 1'
fails "keys of a command that fails are none" ssh_as ecdsa local
old 'cat /usr/local/lib/ecdsa.pub; sleep 30'
fails "nor of one that is not done in a second" ssh_as ecdsa local
at_most "which is all that is waited" 1300 "$(milliseconds setpriv --reuid iamlogin-keys \
    --regid iamlogin-keys --init-groups /usr/libexec/iamlogin-authorized-keys local)"
old 'cat /usr/local/lib/ecdsa.pub; head -c 70000 /dev/zero | tr "\0" "\n"'
fails "nor of one that prints more than 64 KiB" ssh_as ecdsa local
equals "local's own file of keys opens the account whatever it does" local "$(ssh_as local local id -un)"
chmod 0666 /etc/iamlogin/iamlogin.conf
old 'cat /usr/local/lib/ecdsa.pub'
fails "a configuration that anybody may write names no command" ssh_as ecdsa local
chmod 0644 /etc/iamlogin/iamlogin.conf

# Closed local accounts.
{
	config_for_aws 10m
	printf '[accounts]\nlocal = break_glass\nbreak_glass = rescue\n[keys]\nchain = %s %%u\n' $old
} | configure
useradd -m -s /bin/bash -p '*' rescue
daemon_start
keys_of()
{
	setpriv --reuid iamlogin-keys --regid iamlogin-keys --init-groups \
	    /usr/libexec/iamlogin-authorized-keys "$1"
}
until_holds 30 state_is FRESH
equals "local = break_glass: no key for an account that it closes" "" "$(keys_of local)"
matches "but for break-glass" '^ecdsa-sha2' "$(keys_of rescue)"
matches "and for root" '^ecdsa-sha2' "$(keys_of root)"

finish
