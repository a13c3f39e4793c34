#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# session_manager_ssh.sh - ssh through Session Manager (AWS-StartSSHSession) is ssh, and is told
#
# The agent is played: its state file of a session of ports, and a worker of root that
# connects to sshd from loopback and carries bytes, as the port plugin does. sshd, the keys,
# PAM and the audit are real. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

people=arn:aws:iam::123456789012:user/people
current=/var/lib/amazon/ssm/i-0123456789abcdef0/document/state/current
declare -A worker

# state_file ID OWNER PID - as amazon-ssm-agent 3.x keeps a session of ports, printed
state_file()
{
	jq -n --arg id "$1" --arg owner "$2" --argjson pid "$3" '{
		DocumentInformation: {
			DocumentID: $id, InstanceID: "i-0123456789abcdef0",
			DocumentName: "AWS-StartSSHSession", DocumentStatus: "InProgress",
			ProcInfo: {Pid: $pid, StartTime: "2026-11-22T10:00:00.1Z"},
			RunAsUser: "", SessionOwner: $owner},
		DocumentType: "StartSession", SchemaVersion: "1.0",
		InstancePluginsInformation: [{
			Configuration: {
				Properties: {portNumber: "22", type: ""}, SessionId: $id,
				SessionOwner: $owner, RunAsEnabled: false, RunAsUser: ""},
			Name: "Port", Result: {}, Id: "Port"}]}'
}

# The session worker: what comes in at a socket goes to port 22 of loopback, and back.
cat >/e2e/worker.py <<'END'
import select, socket, sys, threading

def carry(near):
    far = socket.create_connection(("127.0.0.1", 22))
    while True:
        for ready in select.select([near, far], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                near.close()
                far.close()
                return
            (far if ready is near else near).sendall(data)

listener = socket.socket(socket.AF_UNIX)
listener.bind("/e2e/workers/" + sys.argv[0] + ".sock")
listener.listen(4)
while True:
    near, _ = listener.accept()
    threading.Thread(target=carry, args=(near,), daemon=True).start()
END
# The plugin's end of it.
cat >/e2e/plugin.py <<'END'
import os, select, socket, sys

near = socket.socket(socket.AF_UNIX)
near.connect("/e2e/workers/" + sys.argv[1] + ".sock")
while True:
    for ready in select.select([0, near], [], [])[0]:
        data = os.read(0, 65536) if ready == 0 else near.recv(65536)
        if not data:
            sys.exit()
        near.sendall(data) if ready == 0 else os.write(1, data)
END

# agent_start ID OWNER - a session of ports
agent_start()
{
	state_file "$1" "$2" 0 >"$current/$1"
	cp /e2e/worker.py "/e2e/workers/$1"
	(cd /e2e/workers && exec setsid /usr/bin/ssm-session-worker "$1") \
	    >>/logs/worker.log 2>&1 &
	worker[$1]=$!
	until_holds 30 test -S "/e2e/workers/$1.sock"
	state_file "$1" "$2" "${worker[$1]}" >"$current/$1"
	until_holds 30 shown "$1"
}

# ssh_through ID KEY ACCOUNT [COMMAND...] - what `ssh -o ProxyCommand="aws ssm start-session …"` does
ssh_through()
{
	local id=$1 key=$2 account=$3

	shift 3
	ssh -i "/e2e/keys/$key" -F none -o BatchMode=yes -o IdentitiesOnly=yes \
	    -o IdentityAgent=none -o StrictHostKeyChecking=no -o LogLevel=ERROR \
	    -o UserKnownHostsFile=/dev/null -o ConnectTimeout=30 \
	    -o ProxyCommand="python3 /e2e/plugin.py $id" "$account@i-0123456789abcdef0" \
	    "${@:-true}" </dev/null
}

shown()
{
	iamlogin who --json | jq -e ".[] | select(.rhost == \"$1\" and .service == \"session-manager\")"
}

# a session of sshd's with that tunnel, now open
tunnelled()
{
	iamlogin who --json | jq -e ".[] | select(.service == \"sshd\" and .tunnel == \"$1\")"
}

cp "$(readlink -f /usr/bin/python3)" /usr/bin/ssm-session-worker
mkdir -p "$current"
install -d -m 0700 /e2e/workers
config_for_aws 10m | configure
daemon_start
/usr/libexec/iamlogin-warden --sessions >>/logs/sessions.log 2>&1 &

agent_start carol-01 $people/carol
agent_start alice-02 $people/alice
equals "carol logs in through her session, with her key" deploy \
    "$(ssh_through carol-01 carol deploy id -un)"
recorded "sshd's session is recorded with the Session Manager session it came through" \
    '.event == "session" and .verdict == "allow" and .service == "sshd" and
     .account == "deploy" and .person.name == "carol" and .rhost == "127.0.0.1" and
     .tunnel == "carol-01" and .writer == "daemon"'
recorded "that session says whose it is" \
    ".event == \"session\" and .service == \"session-manager\" and .rhost == \"carol-01\" and
     .person.name == \"carol\" and (.message | test(\"AWS-StartSSHSession\"))"
fails "her key opens nobody else's account" ssh_through carol-01 carol alice
fails "nor does a stranger's key" ssh_through carol-01 dave deploy
equals "one of two sessions is not taken for the other" alice-02 \
    "$(ssh_through alice-02 alice alice >/dev/null && until_holds 30 has_record \
	'.event == "session" and .account == "alice" and .tunnel == "alice-02"' && echo alice-02)"
fails "alice's is never carol's" has_record '.account == "alice" and .tunnel == "carol-01"'

# Who comes from loopback by other ways meanwhile is joined to nothing.
before=$(records '.tunnel' | wc -l)
holds "alice logs in from loopback without a tunnel" ssh_as alice alice
equals "and nothing is said of one" "$before" "$(records '.tunnel' | wc -l)"

# A process that calls itself a worker, as somebody.
as_alice()
{
	setpriv --reuid "$(id -u alice)" --regid "$(id -g alice)" --clear-groups "$@"
}
cp /e2e/keys/alice /tmp/alice.key && chown "$(id -u alice)" /tmp/alice.key
as_alice env HOME=/tmp ssh -i /tmp/alice.key -F none -o BatchMode=yes -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes alice@127.0.0.1 true \
    </dev/null >/dev/null 2>&1
equals "nor of a user's own connection" "$before" "$(records '.tunnel' | wc -l)"

ssh_through carol-01 carol deploy 'echo in; sleep 600' >/tmp/said 2>/dev/null &
holds "she is in" until_holds 30 grep -q in /tmp/said
holds "iamlogin who shows both, joined" until_holds 30 tunnelled carol-01

# With the daemon dead.
daemon_kill
equals "with the daemon dead she logs in through it" deploy \
    "$(ssh_through carol-01 carol deploy id -un)"
daemon_start
recorded "and that is joined as well" \
    '.event == "session" and .tunnel == "carol-01" and .writer == "pam"'

kill -KILL "${worker[carol-01]}"
rm "$current/carol-01"
recorded "the end of the session is recorded" \
    '.event == "close" and .service == "session-manager" and .rhost == "carol-01"'
holds "the audit's chain is whole" iamlogin audit verify
finish
