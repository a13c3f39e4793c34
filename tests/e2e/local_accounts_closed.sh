#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# local_accounts_closed.sh - [accounts] local closes the side doors, and never the last one
#
# local is nobody's, rescue is for emergencies, ec2-user is listed and erin's. Runs inside
# (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# policy WORD - with everything else as it is
policy()
{
	{
		config_for_aws 10m
		printf '[accounts]\nshared = ec2-user\nbreak_glass = rescue\nlocal = %s\n' "$1"
	} | configure
	[ -z "$daemon_pid" ] || daemon_stop
	daemon_start
}

# doors SENTENCE LOCAL - root and rescue always open, ec2-user by erin's key alone
doors()
{
	holds "$1: root logs in" ssh_as local root
	holds "$1: the account for emergencies logs in" ssh_as local rescue
	if [ "$2" = open ]; then
		holds "$1: another local account logs in" ssh_as local local
	else
		fails "$1: another local account does not" ssh_as local local
	fi
	holds "$1: erin logs in to ec2-user" ssh_as ecdsa ec2-user
	fails "$1: the launch key does not open ec2-user" ssh_as local ec2-user
	holds "$1: cron, su and sudo take local accounts as ever" su - local -c true
	holds "$1: a person logs in" ssh_as alice alice
}

for name in rescue ec2-user; do
	useradd -m -s /bin/bash -p '*' $name
	install -d -m 0700 -o $name -g $name /home/$name/.ssh
	install -m 0600 -o $name -g $name /e2e/keys/local.pub /home/$name/.ssh/authorized_keys
done
person_create erin ecdsa
person_tags erin '[{"Key":"SSMSessionRunAs","Value":"ec2-user"},{"Key":"platform","Value":"acme"}]'

policy any
doors any open
policy listed
doors listed closed
recorded "the refusal is recorded, by whichever account and reason" \
    '.event == "login" and .account == "local" and .verdict == "deny" and .reason == "local-refused"'
policy break_glass
doors break_glass closed
daemon_freeze
doors "break_glass, wedged" closed
daemon_thaw
daemon_stop
doors "break_glass, stopped" closed

# What is damaged or gone closes no door but a person's.
last_doors()
{
	holds "$1: root logs in" ssh_as local root
	holds "$1: the account for emergencies logs in" ssh_as local rescue
	holds "$1: so does a local account" ssh_as local local
	fails "$1: a person does not" ssh_as alice alice
}
cp -a /run/iamlogin /run/kept
printf 'garbage' >/run/iamlogin/new
chown iamlogin:iamlogin /run/iamlogin/new
mv /run/iamlogin/new /run/iamlogin/snapshot
last_doors "a snapshot of garbage"
rm -f /run/iamlogin/snapshot /run/iamlogin/keys
last_doors "no files"
rm -rf /run/iamlogin /run/iamlogin-pam
last_doors "no directories"
mv /run/kept /run/iamlogin

# The package half upgraded: a snapshot of a later version, a socket that talks another one.
cp -a /run/iamlogin/snapshot /run/iamlogin/new
printf '\002' | dd of=/run/iamlogin/new bs=1 seek=12 conv=notrunc status=none
mv /run/iamlogin/new /run/iamlogin/snapshot
last_doors "a snapshot of another major version"
cat >/tmp/other_version.py <<END
import os, socket
path = "/run/iamlogin/socket"
if os.path.exists(path):
    os.unlink(path)
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind(path)
os.chmod(path, 0o666)
s.listen(64)
while True:
    c, _ = s.accept()
    data = bytearray(c.recv(65536))
    if len(data) >= 16:
        data[4] = 9
        c.send(bytes(data[:16]))
    c.close()
END
systemd-tmpfiles --create /usr/lib/tmpfiles.d/iamlogin.conf
python3 /tmp/other_version.py &
other=$!
until_holds 30 test -S /run/iamlogin/socket
last_doors "a daemon of another version as well"
kill $other
wait $other 2>/dev/null
daemon_start
doors "started again" closed

# The module is replaced while people log in: never is anybody refused or let in by it.
module=$(find /usr/lib /lib -name pam_iamlogin.so -path '*/security/*' | head -n 1)
cp -a "$module" /tmp/module.so
(for _ in $(seq 200); do cp -a /tmp/module.so "$module.new" && mv "$module.new" "$module"; sleep 0.02; done) &
replacing=$!
wrong=0
while kill -0 $replacing 2>/dev/null; do
	ssh_as local root || wrong=$((wrong + 1))
	ssh_as alice alice || wrong=$((wrong + 1))
	! ssh_as bob bob 2>/dev/null || wrong=$((wrong + 1))
	! ssh_as local local 2>/dev/null || wrong=$((wrong + 1))
done
equals "while the module was replaced, no login went wrong" 0 $wrong
finish
