#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# session_manager_runas.sh - the agent's own steps, over 1,000 accounts of 0 to 64 groups
#
# What amazon-ssm-agent 3.x does with RunAs (agent/session/shell/shell_unix.go): as root,
# through `sh -c` and with the name unquoted, `id NAME`, `id -u NAME`, `id -g NAME`, `id NAME`;
# the text behind the first "groups=" split at commas, each piece a number before a "(";
# uid and gid above 0; then setgroups, setgid, setuid and sh with HOME=/home/NAME, in
# /usr/bin. Runs inside (instance.sh); no AWS.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# 1,000 people with 0 to 65 groups, five of which may be no OS group; and dangerous tags
cat >/e2e/bad.json <<'END'
["x;touch /tmp/pwned", "$(touch /tmp/pwned)", "`touch /tmp/pwned`", "-u", "--help", "a b",
 "p0001 p0002", "0", "1000", "+1000", "root", "ssm-user", "p0001,p0002", "p:1", "../p0001",
 "", " p0001", "p0001\n", "P0001", "ppppppppppppppppppppppppppppppppp", "p..1", "p0001.", "*",
 "~", "docker", "sudo", "nobody", "ec2-user\u2028", "\u0440001", "groups=1(x)"]
END
install -d /etc/iamlogin
jq -n --slurpfile bad /e2e/bad.json '
	def digits: "000" + tostring | .[-4:];
	def person($n; $tag; $groups): {
		Path: "/people/", UserName: "iam-\($n | digits)",
		UserId: "AIDA0000000000000\($n | digits)",
		Arn: "arn:aws:iam::123456789012:user/people/iam-\($n | digits)",
		CreateDate: "2024-01-01T00:00:00Z", GroupList: $groups,
		AttachedManagedPolicies: [],
		Tags: [{Key: "SSMSessionRunAs", Value: $tag}, {Key: "platform", Value: "acme"}]};
	([range(60) | "g\(.)"] + ["a,b", "a(b", "a)b", "a b", "Te@m+x=y"]) as $groups | {
	UserDetailList: ([range(1000) | person(.; "p\(digits)"; $groups[:. % 66])] +
		[$bad[0] | to_entries[] | person(5000 + .key; .value; $groups[:3])]),
	GroupDetailList: [$groups | to_entries[] | {
		Path: "/", GroupName: .value, GroupId: "AGPA0000000000000\(.key | digits)",
		Arn: "arn:aws:iam::123456789012:group/g\(.key)",
		CreateDate: "2024-01-01T00:00:00Z", GroupPolicyList: [],
		AttachedManagedPolicies: []}],
	RoleDetailList: [], Policies: []}' >/etc/iamlogin/directory.json
cat >/e2e/agent.py <<'END'
# agent.py NAME... - the agent's steps for each; one line for each that fails
import os, subprocess, sys

def sh(text):
    done = subprocess.run(["sh", "-c", text], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})
    return done.returncode, done.stdout.decode()

def credentials(name):
    code, first = sh("id %s" % name)
    if code != 0:
        raise ValueError("RunAs user %s does not exist" % name)
    uid = int(sh("id -u %s" % name)[1].strip())
    gid = int(sh("id -g %s" % name)[1].strip())
    fourth = sh("id %s" % name)[1]
    if fourth != first:
        raise ValueError("two processes got two answers")
    groups = []
    if "groups=" in fourth:
        for piece in fourth.strip().split("groups=", 1)[1].split(","):
            at = piece.find("(")
            if at <= 0:
                raise ValueError("invalid group: " + piece)
            groups.append(int(piece[:at]))
    if uid <= 0 or gid <= 0:
        raise ValueError("invalid uid and gid")
    return uid, gid, groups

def shell(name, uid, gid, groups):
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(into, 1)
        os.setgroups(groups)
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        os.chdir("/usr/bin")
        os.execvpe("sh", ["sh", "-c", "id -un; cd && pwd && touch .ok && ls -d .ok; id -G | wc -w"],
                   {"PATH": os.environ["PATH"], "HOME": "/home/" + name, "TERM": "xterm-256color"})
    os.close(into)
    text = os.fdopen(out).read()
    os.waitpid(pid, 0)
    if text.split() != [name, "/home/" + name, ".ok", str(len(set(groups)))]:
        raise ValueError("the shell said " + repr(text))

bad = 0
for name in sys.argv[1:]:
    try:
        uid, gid, groups = credentials(name)
        shell(name, uid, gid, groups)
    except (ValueError, OSError) as error:
        bad += 1
        print("%s: %s" % (name, error))
print("%d of %d passed" % (len(sys.argv) - 1 - bad, len(sys.argv) - 1))
sys.exit(bad != 0)
END

config_for_file | configure
daemon_launch
holds "1,000 people are published" until_holds 30 account_exists p0999
from=${EPOCHREALTIME/./}
/usr/libexec/iamlogin-warden >>/logs/warden.log 2>&1
at_most "their homes are made in one run, within 20,000 ms" 20000 $(((${EPOCHREALTIME/./} - from) / 1000))
equals "there are 1,000" 1000 "$(find /home -maxdepth 1 -name 'p[0-9]*' | wc -l)"
names=$(seq -f 'p%04g' 0 999)
# shellcheck disable=SC2086  # words
holds "the agent's steps pass for a hundred of them" python3 /e2e/agent.py $(seq -f 'p%04g' 3 10 999)
daemon_kill
# shellcheck disable=SC2086
holds "and for all 1,000 with the daemon dead" python3 /e2e/agent.py $names
equals "no group's name has a comma or a parenthesis" "" \
    "$(for gid in $(id -G p0065); do getent group "$gid"; done | cut -d: -f1 | grep '[,()]')"
equals "nobody lacks a group that may be one" 63 "$(id -G p0065 | wc -w)"
fails "ssm-user is never ours" getent -s iamlogin passwd ssm-user
equals "no dangerous value became an account" "1000" \
    "$(iamlogin users --json 2>/dev/null | jq length)"
equals "nor does one of them resolve as one of ours" "" \
    "$(jq -r '.[] | @base64' /e2e/bad.json | while read -r name; do
	name=$(base64 -d <<<"$name"; echo .)
	getent -s iamlogin passwd -- "${name%.}"
done)"
fails "nothing ran what they say" test -e /tmp/pwned

daemon_launch
holds "the daemon is back" until_holds 30 daemon_answers
jq '(.UserDetailList[] | select(.UserName == "iam-0001") | .Tags[1].Value) = "other"' \
    /etc/iamlogin/directory.json >/etc/iamlogin/directory.new
mv /etc/iamlogin/directory.new /etc/iamlogin/directory.json
iamlogin refresh >/dev/null
holds "(the tag is read again)" until_holds 30 test -e /run/iamlogin/warden
fails "who lost access does not resolve by name" python3 /e2e/agent.py p0001
holds "the others do" python3 /e2e/agent.py p0000 p0002
finish
