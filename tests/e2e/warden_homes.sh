#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# warden_homes.sh - Session Manager's accounts have homes, and nothing else is touched
#
# carol's tag says that Session Manager runs her as deploy; alice has no tag. Runs inside
# (instance.sh); the path unit is a loop here, tests/e2e-boot has the real one.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

warden=/usr/libexec/iamlogin-warden
flag=/run/iamlogin/warden

# warden_loop - what iamlogin-warden.path does: a run while the flag is there
warden_loop()
{
	while sleep 0.05; do
		[ ! -e $flag ] || $warden
	done >>/logs/warden.log 2>&1
}

# deploys NAME - a directory in which carol's tag says NAME, from now on
carol_is()
{
	person_tags carol "[{\"Key\":\"SSMSessionRunAs\",\"Value\":\"$1\"},{\"Key\":\"platform\",\"Value\":\"acme\"}]"
	iamlogin refresh >/dev/null
}

reported()
{
	[ "$(records ".event == \"admin\" and .reason == \"home-foreign\" and .account == \"$1\"" |
		wc -l)" -ge "${2:-1}" ]
}

echo 'greeting from skel' >/etc/skel/welcome
mkdir -p /etc/skel/.config/app
echo x >/etc/skel/.config/app/settings
ln -s welcome /etc/skel/link
mkfifo /etc/skel/fifo
chmod 0666 /etc/skel/welcome
chmod 4755 /etc/skel/.config/app/settings
config_for_aws 10m | configure
daemon_start
holds "a publication raises the flag" test -f $flag

before=$(date +%s%N)
holds "one run makes the home" $warden
holds "in less than a second" test $((($(date +%s%N) - before) / 1000000)) -lt 1000
fails "the flag is gone" test -e $flag
uid=$(id -u deploy)
equals "the home is deploy's, for nobody else to enter" "$uid $uid 700" \
    "$(stat -c '%u %g %a' /home/deploy)"
equals "what is in it came from skel and is deploy's" "$uid $uid 644 greeting from skel" \
    "$(stat -c '%u %g %a' /home/deploy/welcome) $(cat /home/deploy/welcome)"
equals "no set-user-id bit came along" 755 "$(stat -c %a /home/deploy/.config/app/settings)"
equals "a link is a link, and deploy's" "$uid welcome" \
    "$(stat -c %u /home/deploy/link) $(readlink /home/deploy/link)"
fails "a FIFO in skel is left out" test -e /home/deploy/fifo
fails "who has no tag gets no home here" test -e /home/alice
equals "nothing is left over" "" "$(find /home -name '.iamlogin*')"
runuser -u deploy -- sh -c 'echo mine >/home/deploy/welcome'
$warden
equals "a home that is there is left as it is" mine "$(cat /home/deploy/welcome)"

# What stands at the name of the home already.
warden_loop &
loop=$!
mkdir /home/other && touch /home/other/file
carol_is other
holds "a directory of another owner is reported" until_holds 30 reported other
equals "and left alone" "0 file" "$(stat -c %u /home/other) $(ls /home/other)"
mkdir /srv/target && ln -s /srv/target /home/linked
carol_is linked
holds "a symbolic link is reported" until_holds 30 reported linked
equals "and its target left alone" 0 "$(stat -c %u /srv/target)"
mkfifo /home/pipe
carol_is pipe
holds "a FIFO is reported and does not keep the warden" until_holds 30 reported pipe
echo secret >/srv/secret && ln /srv/secret /home/hard
carol_is hard
holds "a hard link is reported" until_holds 30 reported hard
equals "and its file left alone" "0 secret" "$(stat -c %u /srv/secret) $(cat /srv/secret)"
mkdir /home/mounted && mount -t tmpfs -o mode=755 none /home/mounted
carol_is mounted
holds "a mount point is reported" until_holds 30 reported mounted
equals "and left alone" 0 "$(stat -c %u /home/mounted)"
equals "each of them was reported once" 5 \
    "$(records '.event == "admin" and .reason == "home-foreign"' | wc -l)"

# A copy that a killed run left over, with a hostile link in it.
mkdir -m 0700 /home/.iamlogin-warden.late
ln -s /srv/secret /home/.iamlogin-warden.late/welcome
mkdir /home/.iamlogin-warden.late/dir && ln -s /srv /home/.iamlogin-warden.late/dir/out
carol_is late
holds "a left-over copy does not stand in the way" until_holds 30 test -d /home/late
equals "nor is what its links name touched" "0 secret" \
    "$(stat -c %u /srv/secret) $(cat /srv/secret)"

# The parent of homes: only if it is root's alone, and no link.
chmod 0777 /home
carol_is wide
sleep 1
fails "no home is made where others may write" test -e /home/wide
chmod 0755 /home
umount /home/mounted
mv /home /srv/homes && ln -s /srv/homes /home
carol_is linkedhome
sleep 1
fails "nor behind a link" test -e /home/linkedhome
rm /home && mv /srv/homes /home
carol_is again
holds "and it goes on when that is over" until_holds 30 test -d /home/again

# The flag is the daemon's, who is not believed.
kill $loop
rm -f $flag && mkdir $flag && touch /srv/secret
holds "a directory for a flag is taken away" $warden
fails "it is gone" test -e $flag
ln -s /srv/secret $flag
holds "a link for a flag is taken away" $warden
holds "its target is not" test -e /srv/secret
mkfifo $flag
holds "a FIFO for a flag keeps nobody" timeout 5 $warden
mkdir -p $flag/in && touch $flag/in/the-way
holds "what cannot be taken away slows the runs down" \
    test "$(milliseconds $warden)" -ge 1000
rm -r $flag
for ((n = 0; n < 4000; n++)); do : >$flag; done
$warden && fails "4000 flags are one run" test -e $flag

# Homes in another place are not Session Manager's to use.
{
	config_for_aws 10m
	echo '[accounts]'
	echo 'home = /srv/people/%u'
} | configure
daemon_stop
daemon_start
carol_is elsewhere
$warden
fails "a home of another place is not made" test -e /home/elsewhere
fails "in neither place" test -e /srv/people/elsewhere

# Homes are never removed.
person_remove carol
iamlogin refresh --accept >/dev/null
fails "carol's last account does not resolve" account_exists elsewhere
$warden
holds "the homes are all there" test -d /home/deploy -a -d /home/again -a -d /home/late

# What the program can do at most.
strace -f -e trace=all -o /logs/strace $warden
equals "no network, no other program, no process" "" \
    "$(grep -E '(socket|connect|execve|execveat|fork|clone)\(' /logs/strace | sed 1d)"
four='1<<CAP_CHOWN\|1<<CAP_DAC_OVERRIDE\|1<<CAP_FOWNER\|1<<CAP_KILL'
matches "four capabilities and no more" \
    "capset\\(.*effective=$four, permitted=$four, inheritable=0\\}\\) = 0" \
    "$(grep capset /logs/strace)"
finish
