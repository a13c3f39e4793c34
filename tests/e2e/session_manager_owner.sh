#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# session_manager_owner.sh - who stands behind a Session Manager shell, from start to end
#
# The agent is played: its state files, as amazon-ssm-agent 3.x writes them, and a worker of
# root with a shell of the account below it. carol's tag names deploy. Runs inside
# (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

people=arn:aws:iam::123456789012:user/people
current=/var/lib/amazon/ssm/i-0123456789abcdef0/document/state/current
declare -A worker

# state_file ID OWNER ACCOUNT PID [PLUGIN [TYPE]] - what the agent keeps of a session, printed
state_file()
{
	jq -n --arg id "$1" --arg owner "$2" --arg account "$3" --argjson pid "$4" \
	    --arg plugin "${5:-Standard_Stream}" --arg type "${6:-StartSession}" '{
		DocumentInformation: {
			DocumentID: $id, CommandID: "", AssociationID: "",
			InstanceID: "i-0123456789abcdef0", MessageID: "",
			CreatedDate: "2026-11-22T10:00:00.000Z",
			DocumentName: "SSM-SessionManagerRunShell", DocumentVersion: "",
			DocumentStatus: "InProgress", RunCount: 0,
			ProcInfo: {Pid: $pid, StartTime: "2026-11-22T10:00:00.1Z"},
			RunAsUser: $account, SessionOwner: $owner},
		DocumentType: $type, SchemaVersion: "1.0",
		InstancePluginsInformation: [{
			Configuration: {
				Properties: null, SessionId: $id, SessionOwner: $owner,
				OrchestrationDirectory: "/var/lib/amazon/ssm/x",
				RunAsEnabled: ($account != ""), RunAsUser: $account,
				ShellProfile: {linux: "", windows: ""}},
			Name: $plugin, Result: {status: "", code: 0}, Id: $plugin}],
		CancelInformation: {}, IOConfig: {}}'
}

# put_state ID [MODE] - from stdin, as the agent does
put_state()
{
	(umask 077 && cat >"$current/$1")
}

# agent_start ID OWNER ACCOUNT [PLUGIN] - a session: its file, its worker, its shell
agent_start()
{
	local shell=:

	[ -z "$3" ] || shell="setpriv --reuid $3 --regid $3 --init-groups env -i HOME=/home/$3 \\
	    sh -c 'trap \"\" ${ignored:-TERM}; while :; do sleep 1; done'"
	state_file "$1" "$2" "$3" 0 "${4:-}" | put_state "$1"
	# the shell is the worker's own child, as the agent's is
	printf '%s &\nwait\nsleep 1000\n' "$shell" >"/e2e/workers/$1"
	(cd /e2e/workers && exec setsid /usr/bin/ssm-session-worker "$1") &
	worker[$1]=$!
	sleep 0.2
	state_file "$1" "$2" "$3" "${worker[$1]}" "${4:-}" | put_state "$1"
}

agent_end()
{
	kill -KILL -- "-${worker[$1]}" 2>/dev/null
	rm "$current/$1"
}

runs()
{
	kill -0 "${worker[$1]}"
}

is_over()
{
	! pgrep -g "${worker[$1]}"
}

shown()
{
	iamlogin who --json | jq -e ".[] | select(.rhost == \"$1\") | $2"
}

# of ID FILTER - a filter for records of that session
of()
{
	echo ".rhost == \"$1\" and .service == \"session-manager\" and ($2)"
}

config_with()
{
	config_for_aws 10m
	printf '[session]\nsession_manager = %s\n' "$1"
}

cp /bin/bash /usr/bin/ssm-session-worker
mkdir -p "$current" /e2e/workers
config_with audit | configure
daemon_start
/usr/libexec/iamlogin-warden >>/logs/warden.log 2>&1
/usr/libexec/iamlogin-warden --sessions >>/logs/sessions.log 2>&1 &
watcher=$!

agent_start carol-01 $people/carol deploy
recorded "carol as deploy is recorded with her identity, her document and her account" \
    "$(of carol-01 '.event == "session" and .verdict == "allow" and .account == "deploy" and
	.person.id == "AIDAIAMLOGINTESTCAROL" and .person.verified == "yes" and .uid and
	(.message | test("SSM-SessionManagerRunShell"))')"
holds "and shown beside ssh sessions" until_holds 30 shown carol-01 \
    '.account == "deploy" and .person.name == "carol" and .service == "session-manager"'
agent_end carol-01
recorded "its end is recorded" "$(of carol-01 '.event == "close" and .duration_s >= 0')"
fails "and it is shown no more" shown carol-01 true

agent_start alice-02 $people/alice deploy
recorded "alice as deploy is a violation" \
    "$(of alice-02 '.event == "violation" and .reason == "owner-other" and
	.account == "deploy" and .person.name == "alice"')"
sleep 2
holds "that audit does not end" runs alice-02
holds "iamlogin who tells it" until_holds 30 shown alice-02 .violation
kill $watcher
wait $watcher 2>/dev/null
/usr/libexec/iamlogin-warden --sessions >>/logs/sessions.log 2>&1 &
watcher=$!
agent_start carol-02 $people/carol deploy
recorded "the watcher is started again" "$(of carol-02 '.event == "session"')"
sleep 2
equals "a violation that goes on is recorded once" 1 \
    "$(records "$(of alice-02 '.event == "violation"')" | wc -l)"
equals "so is its start" 1 "$(records "$(of alice-02 '.event == "session"')" | wc -l)"
agent_end alice-02
agent_end carol-02

agent_start stranger-03 arn:aws:iam::123456789012:user/other/mallory deploy
agent_start jit-04 arn:aws:sts::123456789012:assumed-role/JustInTime/alice deploy
agent_start nobody-05 $people/alice ''
agent_start port-06 $people/alice '' Port
recorded "an owner who is nobody in scope is unknown" \
    "$(of stranger-03 '.event == "session" and .verdict == "unknown" and
	.reason == "owner-unknown" and .person.verified == "unknown"')"
recorded "so is a role that is not in scope" \
    "$(of jit-04 '.verdict == "unknown" and .reason == "owner-unknown"')"
recorded "a document without RunAs is told" \
    "$(of nobody-05 '.verdict == "unknown" and .reason == "no-account" and
	(.message | test("no RunAs"))')"
recorded "a session of ports is told" "$(of port-06 '.message | test("ports only")')"
state_file shape-07 $people/carol deploy 1 | jq 'del(.InstancePluginsInformation)' |
	put_state shape-07
recorded "a file of another shape is told, with the field" \
    "$(of shape-07 '.verdict == "unknown" and (.message | test("InstancePlugins"))')"

# Now with teeth.
config_with terminate | configure
daemon_stop
daemon_start
agent_start carol-10 $people/carol deploy
agent_start alice-11 $people/alice deploy
recorded "the violation is recorded as ended" \
    "$(of alice-11 '.event == "violation" and (.message | test("is ended"))')"
holds "and the shell and the worker are gone" until_holds 30 is_over alice-11
holds "the owner's own is not touched" runs carol-10
holds "nor one of an unknown owner" runs stranger-03
holds "nor one of a role that is not in scope" runs jit-04
holds "nor one without RunAs" runs nobody-05
holds "nor one of ports" runs port-06
fails "nothing was recorded of them but their start" has_record \
    '(.rhost == "stranger-03" or .rhost == "jit-04" or .rhost == "nobody-05" or
      .rhost == "port-06" or .rhost == "shape-07") and .event != "session"'

# A tag that was changed a minute ago is no violation.
person_tags alice '[{"Key":"SSMSessionRunAs","Value":"ops"},{"Key":"platform","Value":"acme"}]'
agent_start alice-12 $people/alice ops
holds "what IAM says now decides, not what it said before" until_holds 30 has_record \
    "$(of alice-12 '.event == "session"')"
sleep 3
holds "the session goes on" runs alice-12
fails "and there is no violation" has_record "$(of alice-12 '.event == "violation"')"

# AWS is away: nothing is certain any more.
daemon_stop
config_with terminate | sed 's/fresh = 10m/fresh = 1s/' | configure
daemon_start
aws_black_hole
sleep 2
agent_start alice-13 $people/alice deploy
recorded "without AWS the mismatch is recorded with its age" \
    "$(of alice-13 '.event == "session" and .verdict == "deny" and .age_s >= 1')"
sleep 3
holds "but nothing is ended" runs alice-13
aws_return
iamlogin refresh >/dev/null
config_with terminate | configure
daemon_stop
daemon_start
holds "until it is certain" until_holds 30 is_over alice-13

# A machine so busy that the watcher stands still while it ends somebody who takes no notice.
is_being_ended()
{
	grep '"violation"' /run/iamlogin-pam/audit | grep -q "\"$1\""
}
ignored="TERM HUP" agent_start alice-14 $people/alice deploy
until_holds 30 is_being_ended alice-14
kill -STOP $watcher
sleep 9
kill -CONT $watcher
holds "who takes no notice is out, however late" until_holds 30 is_over alice-14

# carol loses her permission while she is there.
person_tags carol '[{"Key":"SSMSessionRunAs","Value":"deploy"},{"Key":"platform","Value":"x"}]'
iamlogin refresh >/dev/null
holds "who loses the account while inside is out" until_holds 30 is_over carol-10

# The watcher is started again: what is open stays known, what ended meanwhile is told.
kill $watcher
wait $watcher 2>/dev/null
agent_end stranger-03
strace -f -o /logs/strace.sessions /usr/libexec/iamlogin-warden --sessions >>/logs/sessions.log 2>&1 &
watcher=$!
recorded "an end that nobody watched is recorded" "$(of stranger-03 '.event == "close"')"
equals "a start is recorded once" 1 "$(records "$(of jit-04 '.event == "session"')" | wc -l)"

# What stands in the agent's directory and is not the agent's.
ln -s /etc/shadow "$current/link-20"
mkfifo "$current/fifo-21"
state_file hard-22 $people/alice deploy 1 >/srv/hard && chmod 0666 /srv/hard
ln /srv/hard "$current/hard-22"
state_file term-23 $people/alice deploy 1 '' TerminateSession | put_state term-23
head -c 2000000 /dev/zero | tr '\0' '[' | put_state large-24
agent_start late-25 $people/nobody deploy
recorded "links, FIFOs, large files do not keep it" "$(of late-25 '.event == "session"')"
fails "a session that is being terminated starts none" has_record '.rhost == "term-23"'
recorded "a file that others may write is of no known shape" \
    "$(of hard-22 '.verdict == "unknown"')"
kill "$(pgrep -f 'iamlogin-warden --sessions' | tail -n 1)"
sleep 0.5
equals "no network, no other program, no process" "" \
    "$(grep -E '(socket|connect|execve|execveat|fork|clone)\(' /logs/strace.sessions | sed 1d)"
holds "the audit's chain is whole" iamlogin audit verify
finish
