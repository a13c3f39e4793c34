#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# enable_and_back.sh - `iamlogin enable` and its way back, on a system's own files
#
# The instance was made by `iamlogin enable` (instance_setup.sh). Here: all of it back, bit
# for bit; what is refused; a change that nobody confirms; a change that is cut short at every
# few steps; files that somebody edited in between; and a login at the end.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

stock=/e2e/stock/files

as_stock()
{
	configuration_files | diff $stock -
}

enable()
{
	iamlogin enable --users 'path:/people/*' --break-glass root "$@"
}

# refused SENTENCE REGEX COMMAND... - with exit 1, that reason, and every file as it was
refused()
{
	local sentence=$1 regex=$2 seen rc=0

	shift 2
	seen=$("$@" 2>&1) || rc=$?
	if [ $rc -eq 1 ] && grep -Eq -- "$regex" <<<"$seen" && as_stock >/dev/null; then
		claim_holds "$sentence"
	else
		claim_broken "$sentence" "exit $rc: $seen" "$(as_stock)"
	fi
}

# an sshd that reads its files again does not listen for a moment
local_gets_in()
{
	until_holds 30 ssh_as local local true && until_holds 30 ssh_as local root true
}

enabled=$(configuration_files | sha256sum)
holds "enabling twice changes nothing the second time" enable
equals "and no file" "$enabled" "$(configuration_files | sha256sum)"
holds "disable takes it back" iamlogin disable
holds "every file is as it was, bit for bit" as_stock
holds "disable again has nothing to do" iamlogin disable

# --- a dry run
diff=$(enable --dry-run)
holds "a dry run changes nothing" as_stock
matches "which shows the word in nsswitch.conf" '^\+passwd:.*files iamlogin' "$diff"
matches "and the session line behind pam_loginuid" '^\+session +requisite +pam_iamlogin\.so' "$diff"
fails "a dry run leaves no directory behind" test -e /var/lib/iamlogin-enable

# --- what would lock out
refused "nobody in scope is refused" 'nobody is in scope' iamlogin enable --break-glass root
refused "no break-glass account is refused" 'no break-glass account' \
    iamlogin enable --users 'path:/people/*'
refused "a break-glass account that does not exist is refused" 'jane is not in' \
    iamlogin enable --users 'path:/people/*' --break-glass jane
refused "a break-glass account without a shell is refused" 'cannot log in' \
    iamlogin enable --users 'path:/people/*' --break-glass nobody
refused "a rule that the daemon does not take is refused, with its line" \
    '/etc/iamlogin/iamlogin\.conf:[0-9]+: ' enable --allow 'tga:team=x'

# spoil FILE LINE, unspoil FILE - one more line, and the file as it was again
spoil()
{
	[ -e "$1" ] || : >"$1"
	cp -a "$1" /tmp/spoilt
	echo "$2" >>"$1"
	configuration_files >$stock.spoilt
	stock=$stock.spoilt
}

unspoil()
{
	mv /tmp/spoilt "$1"
	stock=/e2e/stock/files
}

spoil /etc/ssh/sshd_config 'NoSuchOption yes'
refused "an sshd that refuses its configuration is not made worse" 'configuration of today' enable
unspoil /etc/ssh/sshd_config
spoil /etc/ssh/sshd_config.d/a.conf 'AuthorizedKeysCommand /bin/echo %f
AuthorizedKeysCommandUser nobody'
refused "a keys command that wants other tokens cannot be chained" 'cannot be chained' enable
rm -f /etc/ssh/sshd_config.d/a.conf /tmp/spoilt
stock=/e2e/stock/files
spoil /etc/ssh/sshd_config.d/a.conf 'UsePAM no'
refused "an sshd without PAM is refused" 'UsePAM yes' enable
rm -f /etc/ssh/sshd_config.d/a.conf /tmp/spoilt
stock=/e2e/stock/files
sed -i.spoilt 's/^Include/#Include/' /etc/ssh/sshd_config
configuration_files | grep -v spoilt >$stock.noinclude
exits "an sshd that would not read the drop-in is found out, and all goes back" 2 enable
mv /etc/ssh/sshd_config.spoilt /etc/ssh/sshd_config
holds "every file is as it was" as_stock

# --- a change that is cut short
rc=1
for ((step = 1; rc != 0 && step < 200; step += 6)); do
	rc=0
	strace -o /dev/null -e trace=renameat,rename \
	    -e inject=renameat,rename:signal=KILL:when="$step" \
	    iamlogin enable --users 'path:/people/*' --break-glass root --quiet >/dev/null 2>&1 ||
	    rc=$?
	local_gets_in || claim_broken "root and local get in after a kill at step $step"
	iamlogin disable --quiet || claim_broken "disable after a kill at step $step"
	as_stock >/dev/null || claim_broken "a kill at step $step leaves traces" "$(as_stock)"
done
equals "the last step was behind the end of it" 0 "$rc"
claim_holds "killed at any step, local accounts get in, and disable finds the way back"
for step in 1 4 8; do
	enable --quiet
	strace -o /dev/null -e trace=renameat,unlinkat \
	    -e inject=renameat:signal=KILL:when="$step" iamlogin disable >/dev/null 2>&1
	iamlogin disable --quiet
	as_stock >/dev/null || claim_broken "a disable killed at step $step" "$(as_stock)"
done
rc=1
for ((step = 1; rc != 0 && step < 200; step += 5)); do
	enable --quiet
	rc=0
	strace -o /dev/null -e trace=unlinkat -e inject=unlinkat:signal=KILL:when="$step" \
	    iamlogin disable --quiet >/dev/null 2>&1 || rc=$?
	iamlogin disable --quiet
	as_stock >/dev/null || claim_broken "a disable killed as it forgets, at $step" "$(as_stock)"
	enable --quiet --confirm-within 30s
	iamlogin disable --rollback --quiet
	as_stock >/dev/null || claim_broken "a rollback after one killed at $step" "$(as_stock)"
	[ ! -e /var/lib/iamlogin-enable ] || claim_broken "what was killed at $step is remembered"
done
equals "the last step was behind the end of a disable" 0 "$rc"
claim_holds "a disable that is killed is finished by the next one"

# --- nobody confirms
exits "less than 30 s is no time to log in" 64 enable --confirm-within 5s
holds "enable --confirm-within" enable --confirm-within 30s --quiet
exits "the session that made the change cannot confirm it" 1 iamlogin confirm
holds "a boot takes it back" iamlogin disable --rollback
holds "every file is as it was" as_stock
holds "enable --confirm-within, and a new login confirms" enable --confirm-within 10m --quiet
sleep 0.1
holds "from a new login it is confirmed" until_holds 120 ssh_as local root iamlogin confirm
holds "a rollback has nothing to do then" iamlogin disable --rollback
holds "and it is still enabled" grep -q iamlogin /etc/nsswitch.conf
iamlogin disable --quiet
enable --confirm-within 30s --quiet
deadline=$((SECONDS + 40))

# --- meanwhile: the time is over for the one above
until_holds $((deadline - SECONDS)) as_stock
holds "without a confirmation all of it is back after the time" as_stock

# --- edited in between
holds "enable" enable --quiet
echo 'netgroup: files' >>/etc/nsswitch.conf
echo '# ours' >>/etc/pam.d/sshd
holds "disable after somebody's edits" iamlogin disable
fails "nothing of ours is in nsswitch.conf" grep -q iamlogin /etc/nsswitch.conf
holds "their line is" grep -qx 'netgroup: files' /etc/nsswitch.conf
fails "nothing of ours is in a PAM file" grep -rq pam_iamlogin /etc/pam.d
holds "and their line is" grep -qx '# ours' /etc/pam.d/sshd
sed -i '/^netgroup: files$/d' /etc/nsswitch.conf
sed -i '/^# ours$/d' /etc/pam.d/sshd

# --- and it works
holds "enable" enable --quiet
config_for_aws | configure
daemon_start
holds "alice logs in" until_holds 30 ssh_as alice alice true
fails "bob does not" ssh_as bob bob true
holds "disable with people logged in" iamlogin disable
fails "alice does not any more" ssh_as alice alice true
holds "root and local do" local_gets_in
daemon_stop
finish
