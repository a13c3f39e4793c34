#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""logsink.py ROOT - the two log sockets of an instance that has neither syslogd nor journald.

Binds ROOT/dev/log and ROOT/run/systemd/journal/socket and writes what arrives, one line a
datagram, to ROOT/logs/syslog and ROOT/logs/journal.
"""
import os
import selectors
import socket
import sys


def listen(directory, name):
    """A datagram socket; chdir first, because a socket path may only have 107 bytes."""
    os.makedirs(directory, exist_ok=True)
    os.chdir(directory)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(name)
    os.chmod(name, 0o666)
    return sock


def main():
    root = os.path.abspath(sys.argv[1])
    events = selectors.DefaultSelector()
    for directory, name, log in (
        ("dev", "log", "syslog"),
        ("run/systemd/journal", "socket", "journal"),
    ):
        out = open(os.path.join(root, "logs", log), "ab", buffering=0)
        sock = listen(os.path.join(root, directory), name)
        events.register(sock, selectors.EVENT_READ, out)
    while True:
        for key, _ in events.select():
            data = key.fileobj.recv(1 << 18)
            key.data.write(data.rstrip(b"\0\n").replace(b"\n", b" | ") + b"\n")


main()
