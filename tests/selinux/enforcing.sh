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
	iamlogin status --json | jq -e '.state == "FRESH" and .from != "files"'
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
	refreshed
}

# denials - what was denied to us, to anybody about what is ours, or to who logs people in
denials()
{
	journalctl -b --no-pager -o cat | grep 'avc: *denied' |
	    grep -E 'iamlogin|scontext=[^ ]*:(sshd|crond|local_login|[a-z]+_sudo|[a-z]+_su)_t:' |
	    sort -u
}

wait_fresh()
{
	until_holds 600 fresh || claim_broken "the daemon has a directory" \
	    "$(iamlogin status 2>&1)" "$(journalctl -b -u iamlogind -n 10 -o cat --no-pager)"
}

# restart - with a new configuration; a start takes a while here
restart()
{
	systemctl restart iamlogind
	wait_fresh
}

# refreshed - the daemon has looked at its source again, and publishes what it saw
refreshed()
{
	until_holds 300 iamlogin refresh
}

# logs_in ACCOUNT KEY - in the end: what is decided here is not how long it takes
logs_in()
{
	until_holds 300 ssh_as "$2" "$1" true
}

# said_by KEY ACCOUNT COMMAND... - what a login prints, in the end
said_by()
{
	local deadline=$((SECONDS + 300)) said

	until said=$(ssh_as "$@" | tr -d '\0') && [ -n "$said" ]; do
		[ $SECONDS -lt $deadline ] || break
		sleep 1
	done
	echo "$said"
}

# stays ACCOUNT KEY - somebody has logged in, and stays; no claim: that would wait for the end
stays()
{
	pgrep -U "$1" -x sleep && return 0
	ssh_as "$2" "$1" sleep 1000 >/dev/null 2>&1 &
	until_holds 30 pgrep -U "$1" -x sleep
}

# kept SENTENCE FILTER - such a record comes
kept()
{
	until_holds 300 has_record "$2"
	recorded "$@"
}

equals "SELinux enforces" 1 "$(cat /sys/fs/selinux/enforce)"
holds "the module is loaded" sh -c 'semodule -l | grep -w iamlogin'
matches "doctor says so" 'ok +selinux +the policy module is loaded' "$(iamlogin doctor)"
wait_fresh
equals "the daemon runs" active "$(systemctl is-active iamlogind)"
equals "in a domain of its own" iamlogind_t "$(domain_of iamlogind)"
equals "the warden's watcher in another" iamlogin_warden_t "$(domain_of iamlogin-warden-sessions)"
for pair in /run/iamlogin:iamlogin_run_t /run/iamlogin/socket:iamlogin_run_t \
    /run/iamlogin/snapshot:iamlogin_run_t /run/iamlogin/keys:iamlogin_run_t \
    /run/iamlogin/local:iamlogin_run_t \
    /run/iamlogin/doorbell:iamlogin_doorbell_t /run/iamlogin-pam/session:iamlogin_pam_run_t \
    /var/lib/iamlogin/ledger.json:iamlogin_lib_t /var/log/iamlogin/audit.jsonl:iamlogin_log_t \
    /etc/iamlogin/iamlogin.conf:iamlogin_conf_t \
    /usr/libexec/iamlogin-authorized-keys:bin_t; do
	equals "the type of ${pair%:*}" "${pair#*:}" "$(type_of "${pair%:*}")"
done
holds "its directory is FRESH" fresh

# --- who logs in, and as what
holds "alice logs in" logs_in alice alice
equals "is root by sudo" 0 "$(said_by alice alice sudo -n id -u)"
equals "in the domain of everybody's shell" unconfined_t \
    "$(said_by alice alice cut -d: -f3 /proc/self/attr/current)"
equals "at home, where pam_mkhomedir has made one" /home/alice "$(said_by alice alice pwd)"
equals "that has the type of homes" user_home_dir_t "$(type_of /home/alice)"
fails "bob is refused" ssh_as bob bob true
equals "carol is deploy" deploy "$(said_by carol deploy id -un)"
holds "root gets in" logs_in root local
holds "the local account gets in" logs_in local local
holds "su to alice" su alice -c true
holds "by root's name service" getent passwd alice
fails "nobody knows a stranger, and the doorbell is rung" getent passwd stranger
has_session()
{
	[ -n "$(find /run/iamlogin-pam/session -type f -newer /e2e/test.sh)" ]
}
until_holds 300 stays alice alice
holds "PAM registers a session" until_holds 300 has_session
equals "as what programs with PAM may write" iamlogin_pam_run_t \
    "$(type_of "$(find /run/iamlogin-pam/session -type f | head -n 1)")"
pkill -x sleep
# shellcheck disable=SC2016 # cron's shell expands
echo '* * * * * alice test "$(id -un)" = alice && touch /tmp/cron-was-here' >/etc/cron.d/alice
chmod 0644 /etc/cron.d/alice
holds "cron runs her job" until_holds 400 test -e /tmp/cron-was-here
rm /etc/cron.d/alice

# --- with the snapshot gone, what is said of local accounts is in a link beside it
mv /run/iamlogin/snapshot /run/iamlogin/snapshot.away
holds "root gets in without a snapshot" logs_in root local
holds "and the local account" logs_in local local
mv /run/iamlogin/snapshot.away /run/iamlogin/snapshot
holds "alice does with it back" logs_in alice alice

# --- what sshd asked before us goes on for accounts that are not ours, in sshd's domain
# shellcheck disable=SC2016 # the script expands
printf '#!/bin/sh\n[ "$1" != local ] || cat /etc/more-keys\n' >/usr/local/bin/more-keys
chmod 0755 /usr/local/bin/more-keys
install -m 0644 /e2e/keys/ed25519.pub /etc/more-keys
fails "a key that only a chained command knows is refused before there is one" \
    ssh_as ed25519 local true
cp /etc/iamlogin/iamlogin.conf /etc/iamlogin/before
printf '[keys]\nchain = /usr/local/bin/more-keys %%u\n' >>/etc/iamlogin/iamlogin.conf
restart
holds "with it, it opens the local account" logs_in local ed25519
fails "and none of ours" ssh_as ed25519 alice true
cp /etc/iamlogin/before /etc/iamlogin/iamlogin.conf
restart

# --- a home for Session Manager, by the warden
people '(.UserDetailList[] | select(.UserName == "carol") | .Tags[] |
    select(.Key == "SSMSessionRunAs") | .Value) = "homely"'
holds "the warden makes a home" until_holds 300 test -e /home/homely/.profile
equals "with the type of homes" user_home_dir_t "$(type_of /home/homely)"
equals "and what is in it" user_home_t "$(type_of /home/homely/.profile)"
flag_gone()
{
	[ ! -e /run/iamlogin/warden ]
}
holds "and takes away what woke it" until_holds 300 flag_gone

# --- revoked: what runs as her is ended
uid=$(id -u alice)
until_holds 300 stays alice alice
holds "alice works" pgrep -U "$uid" -x sleep
people '(.UserDetailList[] | select(.UserName == "alice") | .Tags[] |
    select(.Key == "platform") | .Value) = "other"'
gone()
{
	! pgrep -U "$uid"
}
holds "who lost access has no process left" until_holds 300 gone
fails "and does not get in" ssh_as alice alice true
people .
holds "who has it again does" logs_in alice alice
kept "the end of her session is in the audit" '.writer == "warden" and .account == "alice"'

# --- told and not ended; and who stands behind a Session Manager shell, its agent played
printf '[session]\non_revoke = notify\nsession_manager = terminate\n' >>/etc/iamlogin/iamlogin.conf
restart
# shellcheck source=/dev/null
. <(sed '1,/instance_lib.sh$/d; /^cp /,$d' /e2e/support/session_manager_owner.sh)
terminal()
{
	grep -q 'was withdrawn' /tmp/terminal && return 0
	pgrep -U "$uid" -x sleep && return 1
	ssh -tt -i /e2e/keys/alice -F none -o BatchMode=yes -o IdentitiesOnly=yes \
	    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	    alice@127.0.0.1 sleep 1000 </dev/null >/tmp/terminal 2>&1 &
	until_holds 30 pgrep -U "$uid" -x sleep
}
until_holds 300 terminal
people '(.UserDetailList[] | select(.UserName == "alice") | .Tags[] |
    select(.Key == "platform") | .Value) = "other"'
holds "who lost access is told at her terminal" until_holds 300 grep -q 'was withdrawn' /tmp/terminal
holds "and not ended" pgrep -U "$uid" -x sleep
pkill -U "$uid" -x sleep
people .
cp /bin/bash /usr/bin/ssm-session-worker
# shellcheck disable=SC2154 # session_manager_owner.sh's
mkdir -p "$current" /e2e/workers
# shellcheck disable=SC2154
agent_start alice-11 "$people/alice" deploy >/dev/null 2>&1
kept "a Session Manager session of another owner is recorded as ended" \
    "$(of alice-11 '.event == "violation" and (.message | test("is ended"))')"
holds "and its shell and its worker are gone" until_holds 300 is_over alice-11
cp /etc/iamlogin/before /etc/iamlogin/iamlogin.conf
restart

# --- the socket, and logins without a daemon
systemctl stop iamlogind.service 2>/dev/null
holds "a question starts the daemon" until_holds 600 fresh
equals "in its domain" iamlogind_t "$(domain_of iamlogind)"
systemctl stop iamlogind.socket iamlogind.service
holds "alice logs in by the files alone" logs_in alice alice
holds "and root" logs_in root local
holds "and PAM leaves a record" test -s /run/iamlogin-pam/audit
equals "in its spool" iamlogin_pam_run_t "$(type_of /run/iamlogin-pam/audit)"
systemctl start iamlogind.socket iamlogind.service
wait_fresh
kept "which the daemon takes into the audit" '.writer == "pam" and .account == "alice"'

# --- AWS: IMDS, a name server and TLS, at their own addresses and ports
for address in 169.254.169.254 10.0.9.9 10.0.9.10 10.0.9.53; do
	ip addr add $address/32 dev lo
done
python3 /e2e/support/dns.py 10.0.9.53 10.0.9.9 10.0.9.10 >/logs/dns.log 2>&1 &
python3 /e2e/aws/emulator --directory /e2e/directory.json --imds 169.254.169.254:80 \
    --aws 10.0.9.9:443 --aws 10.0.9.10:443 --control 127.0.0.1:8099 \
    --ca-out /etc/iamlogin/test-ca.pem --account 123456789012 --tag platform=acme \
    >/logs/emulator.log 2>&1 &
echo "nameserver 10.0.9.53" >/etc/resolv.conf
# shellcheck disable=SC2034 # aws_requests asks there
control=http://127.0.0.1:8099/_emulator
until_holds 300 test -s /etc/iamlogin/test-ca.pem
holds "AWS listens" until_holds 300 aws_requests
config_for_aws | configure
restart
holds "a directory comes from AWS" fresh
matches "through IMDS, the name server and TLS" '^[1-9]' "$(aws_requests '.by_action["iam:ListUsers"]')"
equals "by this configuration" iam "$(iamlogin status --json | jq -r .source)"
holds "alice logs in" logs_in alice alice
fails "bob does not" ssh_as bob bob true
cp /etc/iamlogin/before /etc/iamlogin/iamlogin.conf
restart

holds "the audit is whole" iamlogin audit verify
chcon -t bin_t /usr/sbin/mkhomedir_helper
matches "doctor sees where pam_mkhomedir would make no home" \
    'warning +selinux +pam_mkhomedir makes no home.*' "$(iamlogin doctor)"
restorecon /usr/sbin/mkhomedir_helper
fails "and that the labels are right again" sh -c 'iamlogin doctor | grep pam_mkhomedir'
matches "doctor still says so" 'ok +selinux +the policy module is loaded' "$(iamlogin doctor)"
equals "nothing was denied" "" "$(denials)"

# and it does confine
cp /bin/cat /usr/local/sbin/confined
chcon -t iamlogind_exec_t /usr/local/sbin/confined
reads_shadow()
{
	systemd-run --quiet --wait --collect -p StandardOutput=null -p StandardError=null \
	    /usr/local/sbin/confined /etc/shadow
}
fails "root in the daemon's domain does not read /etc/shadow" reads_shadow
matches "because it is denied" 'denied.*iamlogind_t.*shadow_t' "$(denials)"
finish
