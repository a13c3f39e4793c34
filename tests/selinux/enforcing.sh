#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# enforcing.sh - everything that iamlogin does, with SELinux enforcing and its module loaded
#
# Run inside the virtual machine of selinux_vm.sh, where systemd is PID 1.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

fresh()
{
	[ "$(iamlogin status --json | jq -r .state)" = FRESH ]
}

domain_of() # UNIT
{
	cut -d: -f3 "/proc/$(systemctl show -P MainPID "$1")/attr/current" | tr -d '\0'
}

type_of() # PATH
{
	stat -c %C "$1" | cut -d: -f3
}

# people FILTER - the directory as jq FILTER makes it of the first one
people()
{
	jq "$1" /e2e/directory.json >/etc/iamlogin/directory.new
	mv /etc/iamlogin/directory.new /etc/iamlogin/directory.json
	iamlogin refresh >/dev/null
}

# denials - what was denied to us, or to anybody about what is ours
denials()
{
	journalctl -b --no-pager -o cat | grep 'avc: *denied' | grep iamlogin | sort -u
}

equals "SELinux enforces" 1 "$(cat /sys/fs/selinux/enforce)"
holds "the module is loaded" sh -c 'semodule -l | grep -w iamlogin'
matches "doctor says so" 'ok +selinux +the policy module is loaded' "$(iamlogin doctor)"
until_holds 600 fresh
equals "the daemon runs" active "$(systemctl is-active iamlogind)"
equals "in a domain of its own" iamlogind_t "$(domain_of iamlogind)"
equals "the warden's watcher in another" iamlogin_warden_t "$(domain_of iamlogin-warden-sessions)"
for pair in /run/iamlogin:iamlogin_run_t /run/iamlogin/socket:iamlogin_run_t \
    /run/iamlogin/snapshot:iamlogin_run_t /run/iamlogin/keys:iamlogin_run_t \
    /run/iamlogin/doorbell:iamlogin_doorbell_t /run/iamlogin-pam/session:iamlogin_pam_run_t \
    /var/lib/iamlogin/ledger.json:iamlogin_lib_t /var/log/iamlogin/audit.jsonl:iamlogin_log_t \
    /etc/iamlogin/iamlogin.conf:iamlogin_conf_t \
    /usr/libexec/iamlogin-authorized-keys:bin_t; do
	equals "the type of ${pair%:*}" "${pair#*:}" "$(type_of "${pair%:*}")"
done
holds "the directory is FRESH" fresh

holds "alice logs in" until_holds 300 ssh_as alice alice true
equals "and is root by sudo" 0 "$(ssh_as alice alice sudo -n id -u)"
equals "in the domain of everybody's shell" unconfined_t \
    "$(ssh_as alice alice cut -d: -f3 /proc/self/attr/current | tr -d '\0')"
fails "bob is refused" ssh_as bob bob true
equals "carol is deploy" deploy "$(ssh_as carol deploy id -un)"
holds "root gets in" ssh_as local root true
holds "the local account gets in" ssh_as local local true
holds "su to alice" su alice -c true
holds "su to alice by root's name service" getent passwd alice
fails "nobody knows a stranger, and the doorbell is rung" getent passwd stranger

# what sshd asked before us goes on, in sshd's domain
cat >/usr/local/bin/more-keys <<'END'
#!/bin/sh
[ "$1" != alice ] || cat /etc/more-keys
END
chmod 0755 /usr/local/bin/more-keys
cp /e2e/keys/ed25519.pub /etc/more-keys
printf '[keys]\nchain = /usr/local/bin/more-keys %%u\n' >>/etc/iamlogin/iamlogin.conf
systemctl restart iamlogind
until_holds 300 fresh
holds "a chained command answers for a key of its own" \
    sh -c 'setpriv --reuid iamlogin-keys --regid iamlogin-keys --init-groups \
	/usr/libexec/iamlogin-authorized-keys alice ssh-ed25519 | grep -q ed25519'

# a home for Session Manager, by the warden
people '(.UserDetailList[] | select(.UserName == "carol") | .Tags[] |
    select(.Key == "SSMSessionRunAs") | .Value) = "homely"'
holds "the warden makes a home" until_holds 300 test -d /home/homely
equals "with the type of homes" user_home_dir_t "$(type_of /home/homely)"
equals "and what is in it" user_home_t "$(type_of /home/homely/.profile)"

# revoked: what runs as her is ended
ssh_as alice alice sleep 1000 &
uid=$(id -u alice)
holds "alice works" until_holds 300 pgrep -U "$uid" -x sleep
people '(.UserDetailList[] | select(.UserName == "alice") | .Tags[] |
    select(.Key == "platform") | .Value) = "other"'
gone()
{
	! pgrep -U "$uid"
}
holds "who lost access has no process left" until_holds 300 gone
fails "and does not get in" ssh_as alice alice true
people .
holds "who has it again does" until_holds 300 ssh_as alice alice true

# the socket, and logins without a daemon
systemctl stop iamlogind.service
holds "a question starts the daemon" until_holds 600 fresh
equals "in its domain" iamlogind_t "$(domain_of iamlogind)"
systemctl stop iamlogind.socket iamlogind.service
holds "alice logs in by the files alone" ssh_as alice alice true
spooled()
{
	ls /run/iamlogin-pam/*spool* 2>/dev/null || find /run/iamlogin-pam -type f | grep -v session/
}
matches "and PAM leaves a record" iamlogin "$(spooled)"
systemctl start iamlogind.socket iamlogind.service
until_holds 600 fresh
recorded "which the daemon takes into the audit" '.writer == "pam" and .account == "alice"'
holds "the audit is whole" iamlogin audit verify
equals "nothing was denied" "" "$(denials)"

# and it does confine
cp /bin/cat /usr/local/sbin/confined
chcon -t iamlogind_exec_t /usr/local/sbin/confined
reads_shadow()
{
	systemd-run --quiet --wait --pipe --collect /usr/local/sbin/confined /etc/shadow
}
fails "root in the daemon's domain does not read /etc/shadow" reads_shadow
matches "because it is denied" 'denied.*iamlogind_t.*shadow_t' "$(denials)"
finish
