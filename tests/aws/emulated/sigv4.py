# SPDX-License-Identifier: Apache-2.0
"""Signature Version 4, from the description of the algorithm alone.

It shares nothing with the signer of the daemon: the two meet in the signature only.
"""
import hashlib
import hmac
import posixpath
import re
from urllib.parse import quote, unquote_to_bytes

ALGORITHM = "AWS4-HMAC-SHA256"


class Malformed(Exception):
    """The Authorization header cannot be read; the text is AWS's."""


class Request:
    """One HTTP request as it came: `headers` are (name, value) in their order."""

    def __init__(self, method, target, headers, body):
        self.method = method
        self.path, _, self.query = target.partition("?")
        self.headers, self.body = headers, body

    def header(self, name):
        """The first value of `name` (lower case), or None."""
        for key, value in self.headers:
            if key.lower() == name:
                return value.strip()
        return None


def _encoded(raw):
    return quote(raw, safe="-._~")


def canonical_path(path, normalize=True):
    """Dots and double slashes resolved, then each segment encoded once more."""
    if normalize:
        tail = path.endswith("/") or path.endswith("/.") or path.endswith("/..")
        path = posixpath.normpath("/" + path.lstrip("/"))
        path = path + "/" if tail and path != "/" else path
    return "/".join(_encoded(segment) for segment in path.split("/")) or "/"


def canonical_query(query):
    pairs = []
    for piece in query.split("&") if query else []:
        key, _, value = piece.partition("=")
        pairs.append((_encoded(unquote_to_bytes(key)), _encoded(unquote_to_bytes(value))))
    return "&".join("%s=%s" % pair for pair in sorted(pairs))


def canonical_headers(headers, signed):
    """`name:value` lines of the signed names; blanks folded, doubles joined."""
    lines = []
    for name in signed:
        values = [" ".join(v.split()) for k, v in headers if k.lower() == name]
        lines.append("%s:%s\n" % (name, ",".join(values)))
    return "".join(lines)


def canonical_request(request, signed, payload_hash, normalize=True):
    return "\n".join([request.method, canonical_path(request.path, normalize),
                      canonical_query(request.query),
                      canonical_headers(request.headers, signed),
                      ";".join(signed), payload_hash])


def _mac(key, text):
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).digest()


def signature(secret, date, scope, canonical):
    """Hex signature; `scope` is (day, region, service)."""
    text = "\n".join([ALGORITHM, date, "/".join(scope) + "/aws4_request",
                      hashlib.sha256(canonical.encode("utf-8")).hexdigest()])
    key = ("AWS4" + secret).encode("utf-8")
    for part in scope + ("aws4_request",):
        key = _mac(key, part)
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()


class Authorization:
    """A parsed Authorization header."""

    def __init__(self, text):
        word, _, rest = text.partition(" ")
        if word != ALGORITHM:
            raise Malformed("Unsupported AWS 'algorithm': '%s'." % word)
        fields = {}
        for piece in rest.split(","):
            key, _, value = piece.strip().partition("=")
            fields[key] = value
        for needed in ("Credential", "SignedHeaders", "Signature"):
            if not fields.get(needed):
                raise Malformed("Authorization header requires '%s' parameter. "
                                "Authorization=%s" % (needed, word))
        scope = fields["Credential"].split("/")
        if len(scope) != 5 or scope[4] != "aws4_request":
            raise Malformed("Credential must have exactly 5 slash-delimited elements, "
                            "e.g. keyid/date/region/service/term")
        self.key_id, self.scope = scope[0], tuple(scope[1:4])
        self.signed = fields["SignedHeaders"].split(";")
        if self.signed != sorted(set(self.signed)) \
                or any(s != s.lower() for s in self.signed):
            raise Malformed("SignedHeaders must be lower case, sorted, each once.")
        self.signature = fields["Signature"]
        if not re.fullmatch("[0-9a-f]{64}", self.signature):
            raise Malformed("Signature must be 64 lower-case hexadecimal digits.")


def matches(request, authorization, secret, date):
    """Whether `authorization` is the signature of `request` by `secret`."""
    digest = hashlib.sha256(request.body).hexdigest()
    stated = request.header("x-amz-content-sha256")
    if stated is not None and stated != digest:
        return False
    canonical = canonical_request(request, authorization.signed, digest)
    right = signature(secret, date, authorization.scope, canonical)
    return hmac.compare_digest(right, authorization.signature)
