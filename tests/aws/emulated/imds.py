# SPDX-License-Identifier: Apache-2.0
"""The instance metadata service, version 2 only (aws-facts.md sections 3 and 4)."""
import base64
import json
import os
import re
import time

from . import faults
from .credentials import zulu
from .query import Reply
from .server import Handler

TTL_MAX_S = 21600
PAGE = ('<?xml version="1.0" encoding="iso-8859-1"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD '
        'XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional'
        '.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">\n'
        " <head>\n  <title>%(s)d - %(t)s</title>\n </head>\n <body>\n  <h1>%(s)d - %(t)s"
        "</h1>\n </body>\n</html>\n")
TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
          405: "Not Allowed"}
LAUNCH_KEY = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKUWCLOS6V7LGlue3U4Ih1NPVB"
              "pio7xptgDW8Lf8BS4q launch-key")


def refusal(status):
    text = PAGE % {"s": status, "t": TITLES.get(status, "Error")}
    return Reply(status, text, "text/html")


def _credentials(world):
    pair = world.credentials.for_instance()
    return json.dumps({"Code": "Success", "LastUpdated": zulu(pair.issued),
                       "Type": "AWS-HMAC", "AccessKeyId": pair.key_id,
                       "SecretAccessKey": pair.secret, "Token": pair.token,
                       "Expiration": zulu(pair.expires)}, indent=2)


def _iam(world):
    role = world.credentials.role
    if role is None:
        return None
    one = world.instance
    info = {"Code": "Success", "LastUpdated": one.launched,
            "InstanceProfileArn": "arn:%s:iam::%s:instance-profile/%s"
            % (one.partition, one.account, role),
            "InstanceProfileId": "AIPAEMULATEDPROFILE01"}
    return {"info": json.dumps(info, indent=2),
            "security-credentials": {role: lambda: _credentials(world)}}


def _document(one):
    return json.dumps({
        "accountId": one.account, "architecture": "x86_64",
        "availabilityZone": one.region + "a", "billingProducts": None,
        "devpayProductCodes": None, "marketplaceProductCodes": None,
        "imageId": "ami-0123456789abcdef0", "instanceId": one.instance_id,
        "instanceType": "t3.small", "kernelId": None, "pendingTime": one.launched,
        "privateIp": "10.0.0.5", "ramdiskId": None, "region": one.region,
        "version": "2017-09-30"}, indent=2)


def tree(world):
    """Everything below /latest/: a str is a leaf, a dict a directory, None absent."""
    one = world.instance
    tags = dict(one.tags) if one.imds_tags and one.tags else None
    return {
        "dynamic": {"instance-identity": {"document": _document(one)}},
        "meta-data": {
            "ami-id": "ami-0123456789abcdef0",
            "iam": _iam(world),
            "instance-id": one.instance_id,
            "instance-type": "t3.small",
            "local-ipv4": "10.0.0.5",
            "mac": "0a:00:00:00:00:05",
            "managed-ssh-keys": world.eic.tree(),
            "placement": {"availability-zone": one.region + "a",
                          "availability-zone-id": "euc1-az2", "region": one.region},
            "public-keys": {"0": {"openssh-key": LAUNCH_KEY}},
            "services": {"domain": one.domain, "partition": one.partition},
            "tags": None if tags is None else {"instance": tags},
        },
    }


def _listing(path, node):
    if path == "meta-data/public-keys":
        return "0=launch-key"
    return "\n".join(key + ("/" if isinstance(value, dict) else "")
                     for key, value in node.items() if value is not None)


def _may_end_in_slash(names):
    """AWS's own scripts ask for these leaves that way, and get them."""
    return names[1:2] == ["managed-ssh-keys"] or "/".join(names[1:]) in (
        "instance-id", "placement/availability-zone", "services/domain")


def look_up(world, path):
    """The text at `path` below /latest/, or None: 404."""
    node, is_list = tree(world), path.endswith("/") or path == ""
    names = [name for name in path.strip("/").split("/") if name]
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    if isinstance(node, dict):
        return _listing("/".join(names), node)
    if node is None or (is_list and not _may_end_in_slash(names)):
        return None
    return node() if callable(node) else node


class ImdsHandler(Handler):
    def do_PUT(self):
        self.answer(self.put_token)

    def do_GET(self):
        self.answer(self.get_metadata)

    do_HEAD = do_GET

    def do_POST(self):
        self.answer(lambda world: refusal(405))

    do_DELETE = do_PATCH = do_OPTIONS = do_POST

    def answer(self, make):
        if self.read_body() is None:
            return
        world = self.server.world
        path = re.sub(r"^/latest/", "", self.path.partition("?")[0])
        action = "token" if self.command == "PUT" and path == "api/token" else path
        with world.lock:
            entry = world.arrived("imds", action)
            fault = world.faults.for_request("imds", action)
            if fault and fault["kind"] == "status":
                reply = refusal(fault["status"] or 500)
            else:
                reply = make(world)
        faults.answer(self, world, entry, reply, fault)

    def put_token(self, world):
        path = self.path.partition("?")[0]
        if re.fullmatch(r"/[0-9]{4}-[0-9]{2}-[0-9]{2}/api/token", path):
            return refusal(403)
        if path != "/latest/api/token":
            return refusal(405)
        if "X-Forwarded-For" in self.headers:
            return refusal(403)
        ttl = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
        if not re.fullmatch("[0-9]{1,5}", ttl) or not 1 <= int(ttl) <= TTL_MAX_S:
            return refusal(400)
        token = "AQAEA" + base64.urlsafe_b64encode(os.urandom(37)).decode()
        now = time.monotonic()
        world.imds_tokens = {t: e for t, e in world.imds_tokens.items() if e[0] > now}
        world.imds_tokens[token] = (now + int(ttl), world.instance.instance_id)
        return Reply(200, token, "text/plain",
                     {"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": ttl})

    def get_metadata(self, world):
        token = self.headers.get("X-aws-ec2-metadata-token", "")
        end, owner = world.imds_tokens.get(token, (0, None))
        left = end - time.monotonic()
        if left <= 0 or owner != world.instance.instance_id:
            return refusal(401)
        path, text = self.path.partition("?")[0], None
        match = re.fullmatch(r"/(?:latest|[0-9]{4}-[0-9]{2}-[0-9]{2})(?:/(.*))?", path)
        if match:
            text = look_up(world, match.group(1) or "")
        elif path == "/":
            text = "2021-03-23\nlatest"
        if text is None:
            return refusal(404)
        return Reply(200, text, "text/plain",
                     {"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": str(int(left)),
                      "Last-Modified": self.date_time_string(), "Accept-Ranges": "none"})
