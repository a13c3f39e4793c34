# SPDX-License-Identifier: Apache-2.0
"""Faults: which request meets one, and what it does to the connection.

A fault is chosen by service, action (both may be patterns), page of a listing, rate and
count; the first of the list that fits acts. The dice are seeded at PUT, so that a run
can be repeated.
"""
import fnmatch
import gzip
import os
import random
import socket
import struct
import time

from .query import AwsError

KINDS = ("blackhole", "reset", "stall_tls", "stall_body", "drip", "status", "body",
         "truncate", "huge", "deep", "bomb", "gzip", "two_lengths", "short_length",
         "long_length")
TWISTED = ("deep", "bomb", "gzip", "two_lengths", "short_length", "long_length")
SERVICES = ("iam", "sts", "ec2", "s3", "kms", "imds", "*")
DEFAULTS = {"service": "*", "action": "*", "kind": None, "status": None, "code": None,
            "message": None, "body": None, "rate": 1.0, "count": None, "page": None,
            "interval": 10.0}
HOLD_S = 3600.0
HUGE = 100 << 20
DEEP = 1000000
BOMB = ('<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY a0 "ha">%s]>\n<a>&a20;</a>\n'
        % "".join('<!ENTITY a%d "%s">' % (n, "&a%d;" % (n - 1) * 10)
                  for n in range(1, 21)))
MESSAGES = {"Throttling": "Rate exceeded",
            "ServiceFailure": "We encountered an internal error. Please try again.",
            "ServiceUnavailable": "Service is unavailable"}
GARBAGE = "<html><head><title>Captive portal</title></head><body>Log in<br></html>"


class Faults:
    def __init__(self):
        self.rules, self.dice = [], random.Random(0)

    def replace(self, rules):
        """PUT of the control API; ValueError names what is wrong."""
        if not isinstance(rules, list):
            raise ValueError("faults: not a list")
        made = []
        for rule in rules:
            if not isinstance(rule, dict) or set(rule) - set(DEFAULTS):
                raise ValueError("faults: unknown field in %r" % (rule,))
            one = dict(DEFAULTS, **rule)
            if one["kind"] not in KINDS or one["service"] not in SERVICES:
                raise ValueError("faults: kind or service of %r" % (rule,))
            if one["kind"] == "stall_tls" and one["service"] != "*":
                raise ValueError("faults: stall_tls acts before the service is known: "
                                 'give "service":"*"')
            for key in ("status", "rate", "count", "page", "interval"):
                if not isinstance(one[key], (int, float, type(None))) \
                        or isinstance(one[key], bool):
                    raise ValueError("faults: %s of %r" % (key, rule))
            one["rate"] = 1.0 if one["rate"] is None else one["rate"]
            made.append(one)
        self.rules, self.dice = made, random.Random(0)

    def _take(self, fits):
        for rule in self.rules:
            if rule["count"] is not None and rule["count"] <= 0:
                continue
            if not fits(rule) or self.dice.random() >= rule["rate"]:
                continue
            if rule["count"] is not None:
                rule["count"] -= 1
            return dict(rule)
        return None

    def for_connection(self):
        """The stall_tls fault that a new TLS connection meets, or None."""
        return self._take(lambda r: r["kind"] == "stall_tls")

    def for_request(self, service, action, page=1):
        return self._take(
            lambda r: r["kind"] != "stall_tls" and r["service"] in ("*", service)
            and fnmatch.fnmatchcase(action, r["action"])
            and r["page"] in (None, page))


def error_of(fault):
    """The AwsError a `status` fault answers with."""
    status = fault["status"] or 400
    code = fault["code"] or ("ServiceFailure" if status >= 500 else "Throttling")
    return AwsError(code, fault["message"] or MESSAGES.get(code, code), status)


def hold(sock):
    """Say nothing until the peer gives up."""
    try:
        sock.settimeout(HOLD_S)
        while sock.recv(4096):
            pass
    except OSError:
        pass


def abort(sock):
    """Close with RST, below TLS: no close_notify, nothing polite."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(sock.detach())
    except OSError:
        pass


def _twist(reply, kind):
    """The content of an answer that lies: the status stays what it was."""
    if kind == "deep":
        reply.body = b"<a>" * DEEP
    elif kind == "bomb":
        reply.body = BOMB.encode("utf-8")
    elif kind == "gzip":
        reply.body = gzip.compress(reply.body)
        reply.headers["Content-Encoding"] = "gzip"
    elif kind == "two_lengths":
        reply.headers["content-length"] = str(len(reply.body) // 2)
    elif kind == "short_length":
        reply.length = len(reply.body) // 2
    elif kind == "long_length":
        reply.length = len(reply.body) + 1000


def _send_huge(handler, reply):
    """Well-formed as far as it goes, and it goes on: nobody should read to its end."""
    reply.length = HUGE
    root = reply.body.split(b">", 1)[0] + b">"
    handler.send_reply(reply, headers_only=True)
    handler.wfile.write(root)
    piece = b"<x>" + b"y" * 1000 + b"</x>"
    for _ in range((HUGE - len(root)) // len(piece)):
        handler.wfile.write(piece)


def deliver(handler, reply, fault):
    """Send `reply` as `fault` wants it."""
    kind = fault["kind"] if fault else None
    _twist(reply, kind)
    if kind == "body":
        reply.status = fault["status"] or 200
        reply.body = (GARBAGE if fault["body"] is None else fault["body"]).encode("utf-8")
    if kind in (None, "status", "body"):
        handler.send_reply(reply)
        return
    handler.close_connection, handler.is_polite = True, False
    if kind == "huge":
        _send_huge(handler, reply)
        return
    if kind in TWISTED:
        handler.is_polite = True
        handler.send_reply(reply)
        return
    if kind == "blackhole":
        hold(handler.connection)
        return
    if kind == "reset":
        abort(handler.connection)
        return
    handler.send_reply(reply, headers_only=True)
    if kind == "truncate":
        handler.wfile.write(reply.body[:len(reply.body) // 2])
    elif kind == "stall_body":
        hold(handler.connection)
    else:
        for byte in reply.body:
            handler.wfile.write(bytes([byte]))
            time.sleep(fault["interval"])


def answer(handler, world, entry, reply, fault, code=None):
    """Deliver and finish the request's entry in the record.

    The entry is finished before the last byte leaves wherever an answer is whole, so
    that a client that has its answer finds it in the record.
    """
    if fault is None or fault["kind"] in ("status", "body"):
        status = reply.status
        if fault and fault["kind"] == "body":
            status = fault["status"] or 200
    else:
        status = 0 if fault["kind"] in ("blackhole", "reset") else reply.status
    world.answered(entry, status, code, fault)
    deliver(handler, reply, fault)
