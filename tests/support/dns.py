#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""dns.py ADDRESS ANSWER S3 - a name server for *.amazonaws.com and *.api.aws: ANSWER, or S3's.

Any other name does not exist; a question other than A gets an empty answer. Each name is
printed when it is first asked for. This is what
lets an instance use the real endpoint names, and a test take name resolution away. RFC 1035.
"""
import socket
import struct
import sys


ASKED = set()


def reply(query, address, s3):
    if len(query) < 17 or query[2] & 0x80:
        return None
    labels, at = [], 12
    while at < len(query) and query[at] != 0:
        size = query[at]
        labels.append(query[at + 1 : at + 1 + size].lower())
        at += size + 1
    end = at + 5
    if end > len(query):
        return None
    (kind,) = struct.unpack(">H", query[at + 1 : at + 3])
    ours = labels[-2:] in ([b"amazonaws", b"com"], [b"api", b"aws"])
    name = b".".join(labels).decode("latin-1")
    if name not in ASKED and len(ASKED) < 1000:
        ASKED.add(name)
        print(name, flush=True)
    answer = b""
    if any(label == b"s3" or label.startswith(b"s3-") for label in labels):
        address = s3
    if ours and kind == 1:
        answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 5, 4) + address
    flags = 0x8580 if ours else 0x8583
    head = query[:2] + struct.pack(">HHHHH", flags, 1, 1 if answer else 0, 0, 0)
    return head + query[12:end] + answer


def main():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((sys.argv[1], 53))
    address, s3 = (socket.inet_aton(text) for text in sys.argv[2:4])
    while True:
        query, peer = sock.recvfrom(4096)
        answer = reply(query, address, s3)
        if answer is not None:
            try:
                sock.sendto(answer, peer)
            except OSError:
                pass  # a blackhole route: to lose the answer is what it is for


main()
