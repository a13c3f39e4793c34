#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# socket_is_passed.sh - a socket that listened before the daemon: connections wait in it
#
# As iamlogind.socket does it, without a systemd: python3 listens, and keeps the descriptor
# open in this script, which passes it to each daemon as sd_listen_fds(3) says.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

if [ $# -eq 0 ]; then
	install -d -m 0755 -o iamlogin -g iamlogin /run/iamlogin
	exec python3 -c '
import os, socket
listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listening.bind("/run/iamlogin/socket")
os.chmod("/run/iamlogin/socket", 0o666)
listening.listen(256)
os.dup2(listening.fileno(), 3)
os.set_inheritable(3, True)
os.execv("/bin/bash", ["bash", "/e2e/test.sh", "listening"])'
fi
# what daemon_launch reads
export socket_passed=yes

# wait_in_backlog - connect, send what is no question, and wait for the hanging up
wait_in_backlog()
{
	python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(60)
s.connect("/run/iamlogin/socket")
s.send(b"?")
open(sys.argv[1], "w").close()
sys.exit(s.recv(1) != b"")' "$1"
}

socket_inode()
{
	stat -c %i /run/iamlogin/socket
}

inode=$(socket_inode)
config_for_aws 10m | configure
wait_in_backlog /tmp/early &
early=$!
until_holds 30 test -e /tmp/early
holds "a connection is taken before there is a daemon" kill -0 $early
daemon_start
wait $early
equals "which answers it when it comes" 0 $?
equals "the socket is the one that was passed" "$inode" "$(socket_inode)"
holds "alice logs in" ssh_as alice alice true
equals "the socket's owner is who made it" root "$(stat -c %U /run/iamlogin/socket)"
fails "nothing was wrong with it" grep 'not one SEQPACKET' /logs/daemon.log

daemon_stop
wait_in_backlog /tmp/between &
between=$!
until_holds 30 test -e /tmp/between
holds "between two daemons as well" kill -0 $between
holds "alice logs in by the files meanwhile" ssh_as alice alice true
daemon_start
wait $between
equals "the next daemon answers" 0 $?
equals "and the socket is the same" "$inode" "$(socket_inode)"
holds "alice logs in" ssh_as alice alice true
daemon_stop

# what is no socket of ours
exec 3</dev/null
daemon_start
holds "what is no socket of ours is said" grep -q 'not one SEQPACKET' /logs/daemon.log
fails "the daemon makes its own then" test "$inode" = "$(socket_inode)"
holds "and alice logs in" ssh_as alice alice true
daemon_stop
export socket_passed=
daemon_start
holds "with nothing passed it starts as ever" ssh_as alice alice true
finish
