# SPDX-License-Identifier: Apache-2.0
"""AWS's query protocols: parameters in, XML out, errors, paging.

Shapes: aws-facts.md section 6. `iam` and `sts` speak query (<member> lists, a Result
wrapper), `ec2` its dialect (<item> lists, no wrapper).
"""
import base64
import binascii
import json
import re
import uuid
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

SERVICES = {
    "iam": {"version": "2010-05-08", "ns": "https://iam.amazonaws.com/doc/2010-05-08/"},
    "sts": {"version": "2011-06-15", "ns": "https://sts.amazonaws.com/doc/2011-06-15/"},
    "ec2": {"version": "2016-11-15", "ns": "http://ec2.amazonaws.com/doc/2016-11-15/"},
}
FAULT_NS = "http://webservices.amazon.com/AWSFault/2005-15-09"


class AwsError(Exception):
    """An answer that is an error: code, message and HTTP status as AWS gives them."""

    def __init__(self, code, message, status=400, namespace=None):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status
        self.namespace = namespace


class Reply:
    """One HTTP answer, before any fault has its way with it."""

    def __init__(self, status, body, content_type="text/xml", headers=None):
        self.status, self.content_type = status, content_type
        self.body = body if isinstance(body, bytes) else body.encode("utf-8")
        self.headers = dict(headers or {})
        self.length = None  # Content-Length, where it is to be a lie


def _plain(name):
    """userName for UserName: how AWS's validation messages spell a parameter."""
    return name[:1].lower() + name[1:]


def invalid(name, constraint, value=None):
    at = "Value at" if value is None else "Value '%s' at" % value
    return AwsError("ValidationError", "1 validation error detected: %s '%s' failed to "
                    "satisfy constraint: %s" % (at, _plain(name), constraint))


class Params:
    """The form parameters of one request, with AWS's checks and messages."""

    def __init__(self, pairs):
        self.values = dict(pairs)

    @classmethod
    def decode(cls, text):
        return cls(parse_qsl(text, keep_blank_values=True))

    def get(self, name, default=None):
        return self.values.get(name, default)

    def text(self, name, pattern=None, longest=None, required=True, shortest=1):
        value = self.values.get(name)
        if value is None:
            if required:
                raise invalid(name, "Member must not be null")
            return None
        if len(value) < shortest:
            raise invalid(name, "Member must have length greater than or equal to %d"
                          % shortest)
        if longest and len(value) > longest:
            raise invalid(name, "Member must have length less than or equal to %d"
                          % longest)
        if pattern and not re.fullmatch(pattern, value):
            raise invalid(name, "Member must satisfy regular expression pattern: "
                          + pattern)
        return value

    def number(self, name, low, high, default):
        value = self.values.get(name)
        if value is None:
            return default
        if not re.fullmatch(r"-?[0-9]{1,9}", value):
            raise AwsError("MalformedInput", "Invalid value for '%s'" % _plain(name))
        if int(value) < low:
            raise invalid(name, "Member must have value greater than or equal to %d"
                          % low, value)
        if int(value) > high:
            raise invalid(name, "Member must have value less than or equal to %d"
                          % high, value)
        return int(value)

    def items(self, name, infix="member."):
        """Name.member.1, Name.member.2 ... up to the first gap (ec2: infix '')."""
        found = []
        while "%s.%s%d" % (name, infix, len(found) + 1) in self.values:
            found.append(self.values["%s.%s%d" % (name, infix, len(found) + 1)])
        return found

    def structs(self, name, fields, infix="member."):
        """[{field: value}] of Name.member.N.Field, up to the first empty N."""
        found = []
        while True:
            stem = "%s.%s%d." % (name, infix, len(found) + 1)
            one = {f: self.values[stem + f] for f in fields if stem + f in self.values}
            if not one:
                return found
            found.append(one)


def element(name, value, item, depth):
    """`value` as indented XML, as AWS indents it: readers have to skip the blanks."""
    pad = "  " * depth
    if value is None:
        return ""
    if isinstance(value, dict):
        inner = [element(k, v, item, depth + 1) for k, v in value.items()]
    elif isinstance(value, (list, tuple)):
        inner = [element(item, v, item, depth + 1) for v in value]
    else:
        if isinstance(value, bool):
            value = "true" if value else "false"
        return "%s<%s>%s</%s>\n" % (pad, name, escape(str(value)), name)
    if not inner:
        return "%s<%s/>\n" % (pad, name)
    return "%s<%s>\n%s%s</%s>\n" % (pad, name, "".join(inner), pad, name)


def success(service, action, result):
    request = str(uuid.uuid4())
    ns = SERVICES[service]["ns"]
    head = {"x-amzn-RequestId": request}
    if service == "ec2":
        inner = element("requestId", request, "item", 1) + "".join(
            element(k, v, "item", 1) for k, v in result.items())
        body = '<?xml version="1.0" encoding="UTF-8"?>\n<%sResponse xmlns="%s">\n%s' \
            "</%sResponse>" % (action, ns, inner, action)
        return Reply(200, body, "text/xml;charset=UTF-8", head)
    inner = "" if result is None else element(action + "Result", result, "member", 1)
    inner += element("ResponseMetadata", {"RequestId": request}, "member", 1)
    return Reply(200, '<%sResponse xmlns="%s">\n%s</%sResponse>\n'
                 % (action, ns, inner, action), "text/xml", head)


def failure(service, error):
    request = str(uuid.uuid4())
    head = {"x-amzn-RequestId": request}
    one = {"Code": error.code, "Message": error.message}
    if service == "ec2":
        inner = element("Errors", {"Error": one}, "item", 1)
        body = '<?xml version="1.0" encoding="UTF-8"?>\n<Response>\n%s' \
            "  <RequestID>%s</RequestID>\n</Response>" % (inner, request)
        return Reply(error.status, body, "text/xml;charset=UTF-8", head)
    kind = {"Type": "Receiver" if error.status >= 500 else "Sender"}
    kind.update(one)
    ns = error.namespace or SERVICES.get(service, {"ns": FAULT_NS})["ns"]
    body = '<ErrorResponse xmlns="%s">\n%s  <RequestId>%s</RequestId>\n' \
        "</ErrorResponse>\n" % (ns, element("Error", kind, "member", 1), request)
    return Reply(error.status, body, "text/xml", head)


def _marker(action, page, offset, key):
    """Standard base64 with `=`, `+` and `/`: a client that does not encode it fails."""
    return base64.b64encode(json.dumps([action, page, offset, key]).encode()).decode()


def _unmarker(text):
    try:
        action, page, offset, key = json.loads(base64.b64decode(text, validate=True))
        return str(action), int(page), int(offset), str(key)
    except (ValueError, TypeError, binascii.Error):
        return None


def page_of(params):
    """Which page of a listing this request asks for (1 without a valid marker)."""
    place = _unmarker(params.get("Marker") or params.get("NextToken") or "")
    return place[1] if place else 1


def cut(action, items, key_of, token, size):
    """One page of `items`: (slice, next token or None).

    It goes on behind the last name given, not at a number: a listing that changes
    between two pages neither repeats nor loses those who stay.
    """
    page, start = 1, 0
    if token is not None:
        place = _unmarker(token)
        if place is None or place[0] != action:
            raise AwsError("ValidationError", "Invalid Marker.")
        page, start = place[1], place[2]
        names = [key_of(i) for i in items]
        if place[3] in names:
            start = names.index(place[3]) + 1
    end = start + size
    if end >= len(items):
        return items[start:], None
    return items[start:end], _marker(action, page + 1, end, key_of(items[end - 1]))
