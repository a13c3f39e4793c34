# SPDX-License-Identifier: Apache-2.0
"""Each kind of fault, seen by a client that looks closely."""
import http.client
import socket
import time

import botocore.exceptions

from .bench import check, refused, same
from .signing import LIST

SOON_S = 0.4


def _outcome(emulator):
    """What a raw client of the AWS endpoint lives through: a word and what it has."""
    host, _, port = emulator.addresses["aws"].rpartition(":")
    headers, body = emulator.signed(LIST)
    try:
        plain = socket.create_connection((host, int(port)), SOON_S)
    except OSError:
        return "no connection", b""
    try:
        with emulator.context.wrap_socket(plain, server_hostname=host) as link:
            lines = ["POST / HTTP/1.1", "Content-Length: %d" % len(body)]
            lines += ["%s: %s" % pair for pair in headers.items()]
            link.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
            return _read(link)
    except socket.timeout:
        return "TLS stalled", b""
    except OSError as error:
        return type(error).__name__, b""


def _read(link):
    had = b""
    try:
        while True:
            piece = link.recv(65536)
            had += piece
            head, _, rest = had.partition(b"\r\n\r\n")
            words = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:]
                         if b": " in line)
            if b"Content-Length" in words and len(rest) == int(words[b"Content-Length"]):
                return "whole", had
            if not piece:
                return "ended early", had
    except socket.timeout:
        return "silence", had
    except OSError as error:
        return type(error).__name__, had


def kinds(emulator):
    same("no fault", _outcome(emulator)[0], "whole")
    with emulator.faults({"service": "iam", "kind": "blackhole"}):
        same("blackhole", _outcome(emulator), ("silence", b""))
    with emulator.faults({"service": "iam", "kind": "reset"}):
        # Python's ssl tells a reset and an end apart in some versions only
        word, had = _outcome(emulator)
        check("reset, under TLS", word in ("ConnectionResetError", "ended early")
              and had == b"", (word, had))
    with emulator.faults({"service": "imds", "kind": "reset"}):
        try:
            emulator.imds_token()
            check("reset, in the clear", False, "no error")
        except ConnectionResetError:
            check("reset, in the clear", True)
    with emulator.faults({"service": "*", "kind": "stall_tls"}):
        same("stall_tls", _outcome(emulator), ("TLS stalled", b""))
    same("stall_tls of one service is refused", emulator.control(
        "PUT", "faults", [{"service": "iam", "kind": "stall_tls"}])[0], 400)
    with emulator.faults({"service": "iam", "kind": "stall_body"}):
        word, had = _outcome(emulator)
        check("stall_body: headers, then silence", word == "silence"
              and had.startswith(b"HTTP/1.1 200 ") and had.endswith(b"\r\n\r\n"), had)
    with emulator.faults({"service": "iam", "kind": "drip"}):
        word, had = _outcome(emulator)
        check("drip: a byte, then a long nothing", word == "silence"
              and had.endswith(b"\r\n\r\n<"), had)
    with emulator.faults({"service": "iam", "kind": "truncate"}):
        word, had = _outcome(emulator)
        check("truncate", word in ("ended early", "SSLEOFError", "SSLError")
              and b"<ListUsersResponse" in had and b"</ListUsersResponse" not in had,
              (word, had))
    with emulator.faults({"service": "iam", "kind": "body", "body": "<oops"}):
        word, had = _outcome(emulator)
        check("body", word == "whole" and had.endswith(b"\r\n\r\n<oops"), had)
    log = emulator.control("GET", "requests")[1]["log"]
    same("the record tells faults", [e.get("fault") for e in log], [
        None, "blackhole", "reset", "reset", "stall_tls", "stall_body", "drip",
        "truncate", "body"])


def answers(emulator):
    iam = emulator.client("iam")
    throttle = {"service": "iam", "kind": "status", "status": 400, "code": "Throttling"}
    with emulator.faults(throttle):
        refused("throttling", ("Throttling", 400), iam.list_users)
        same("other services go on", emulator.client(
            "sts").get_caller_identity()["Account"], "111122223333")
    with emulator.faults({"service": "iam", "kind": "status", "status": 500}):
        refused("a fault of the service", ("ServiceFailure", 500), iam.list_users)
    with emulator.faults(dict(throttle, count=1)):
        emulator.control("DELETE", "requests")
        found = emulator.client("iam", attempts=3).list_users()["Users"]
        same("count: botocore's second attempt succeeds",
             (len(found), emulator.counted("iam:ListUsers")), (5, 2))
    with emulator.faults(dict(throttle, action="GetUser")):
        same("action: another one goes on", len(iam.list_users()["Users"]), 5)
        refused("action", ("Throttling", 400), iam.get_user, UserName="bob")
    with emulator.faults(dict(throttle, page=3)):
        seen = []
        try:
            for page in iam.get_paginator("list_users").paginate(
                    PaginationConfig={"PageSize": 1}):
                seen.append(page["Users"][0]["UserName"])
        except botocore.exceptions.ClientError:
            seen.append("error")
        same("page: the third one fails", seen, ["alice", "bob", "error"])
    runs = []
    for _ in "12":
        with emulator.faults(dict(throttle, rate=0.5)):
            headers, body = emulator.signed(LIST)
            runs.append([emulator.post(headers, body)[0] for _ in range(40)])
    check("rate: about half, and the same again",
          10 <= runs[0].count(400) <= 30 and runs[0] == runs[1], runs)
    with emulator.faults({"service": "ec2", "kind": "status", "status": 503,
                          "code": "RequestLimitExceeded"}):
        refused("ec2's errors have ec2's shape", ("RequestLimitExceeded", 503),
                emulator.client("ec2", region="eu-central-1").describe_tags)


def metadata(emulator):
    with emulator.faults({"service": "imds", "action": "token", "kind": "status",
                          "status": 403}):
        same("IMDS refuses tokens", emulator.imds(
            "PUT", "/latest/api/token", X_aws_ec2_metadata_token_ttl_seconds="9")[0], 403)
    with emulator.faults({"service": "imds", "action": "meta-data/iam/*",
                          "kind": "truncate"}):
        try:
            emulator.role_keys()
            check("IMDS cuts an answer short", False, "no error")
        except http.client.IncompleteRead:
            check("IMDS cuts an answer short", True)
    with emulator.faults({"service": "imds", "kind": "drip", "interval": 0.001}):
        same("a drip arrives in the end",
             emulator.imds_get("meta-data/placement/region")[1], "eu-central-1")
    start = time.monotonic()
    same("and after the faults all is well",
         emulator.imds_get("meta-data/placement/region")[0], 200)
    check("at once", time.monotonic() - start < 1)


def run(emulator):
    emulator.control("DELETE", "requests")
    for part in (kinds, answers, metadata):
        part(emulator)
    emulator.control("POST", "reset")
