# SPDX-License-Identifier: Apache-2.0
"""What IAM does with an SSH public key: takes RSA of 2048 bits or more, prints it back.

Only the wire form of RFC 4253 and the SubjectPublicKeyInfo of RFC 5280 are read here,
by hand, because the standard library knows neither.
"""
import base64
import binascii
import hashlib
import struct

RSA_OID = bytes.fromhex("300d06092a864886f70d0101010500")


class BadKey(Exception):
    """Not a key that IAM stores; the text says why."""


def _strings(blob):
    found, at = [], 0
    while at < len(blob):
        if at + 4 > len(blob):
            raise BadKey("cut short")
        size = struct.unpack(">I", blob[at:at + 4])[0]
        if at + 4 + size > len(blob):
            raise BadKey("cut short")
        found.append(blob[at + 4:at + 4 + size])
        at += 4 + size
    return found


def _tlv(tag, body):
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def _untlv(data, tag):
    """(body, rest) of the leading DER element, which must have `tag`."""
    if len(data) < 2 or data[0] != tag:
        raise BadKey("not the expected DER")
    size, at = data[1], 2
    if size & 0x80:
        at += size & 0x7F
        size = int.from_bytes(data[2:at], "big")
    if at + size > len(data):
        raise BadKey("DER cut short")
    return data[at:at + size], data[at + size:]


def _mpint(number):
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _from_pem(text):
    lines = [line.strip() for line in text.strip().splitlines()]
    if lines[0] != "-----BEGIN PUBLIC KEY-----" \
            or lines[-1] != "-----END PUBLIC KEY-----":
        raise BadKey("not a PEM public key")
    der = base64.b64decode("".join(lines[1:-1]), validate=True)
    outer, _ = _untlv(der, 0x30)
    if not outer.startswith(RSA_OID):
        raise BadKey("not RSA")
    bits, _ = _untlv(outer[len(RSA_OID):], 0x03)
    pair, _ = _untlv(bits[1:], 0x30)
    n, rest = _untlv(pair, 0x02)
    e, _ = _untlv(rest, 0x02)
    return int.from_bytes(n, "big"), int.from_bytes(e, "big")


def _from_line(text):
    words = text.split()
    if len(words) < 2 or words[0] != "ssh-rsa":
        raise BadKey("not ssh-rsa")
    parts = _strings(base64.b64decode(words[1], validate=True))
    if len(parts) != 3 or parts[0] != b"ssh-rsa":
        raise BadKey("not an RSA key")
    return int.from_bytes(parts[2], "big"), int.from_bytes(parts[1], "big")


def rsa_numbers(text):
    """(n, e) of an ssh-rsa line or a PEM block of one RSA key; BadKey otherwise."""
    try:
        n, e = (_from_pem if text.lstrip().startswith("-----") else _from_line)(text)
    except (binascii.Error, IndexError, ValueError):
        raise BadKey("not a public key")
    if n.bit_length() < 2048:
        raise BadKey("RSA of fewer than 2048 bits")
    return n, e


def blob_of(n, e):
    parts = (b"ssh-rsa", _mpint(e), _mpint(n))
    return b"".join(struct.pack(">I", len(p)) + p for p in parts)


def as_pem(n, e):
    pair = _tlv(0x30, _tlv(0x02, _mpint(n)) + _tlv(0x02, _mpint(e)))
    der = _tlv(0x30, RSA_OID + _tlv(0x03, b"\0" + pair))
    text = base64.b64encode(der).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----"] + lines
                     + ["-----END PUBLIC KEY-----", ""])


def fingerprint(body):
    """MD5 in colon-hex, as IAM gives it: of the blob where there is one."""
    try:
        raw = blob_of(*_from_line(body))
    except (BadKey, binascii.Error, ValueError):
        words = body.split()
        try:
            raw = base64.b64decode(words[1], validate=True)
        except (IndexError, binascii.Error, ValueError):
            raw = body.encode("utf-8")
    digits = hashlib.md5(raw).hexdigest()
    return ":".join(digits[i:i + 2] for i in range(0, 32, 2))
