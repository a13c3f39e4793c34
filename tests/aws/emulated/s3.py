# SPDX-License-Identifier: Apache-2.0
"""Buckets: GET and PUT of objects with conditions, refused as S3 refuses.

aws-facts.md section 13. Buckets by virtual host and by path, dual-stack and FIPS names. An
ETag is opaque here, as it is with SSE-KMS: no client may take it for a hash.
"""
import re
import secrets
import urllib.parse
import uuid
from xml.sax.saxutils import escape

from . import auth, faults
from .query import AwsError, Reply

HOST = re.compile(r"(?:(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.)?s3(?:-fips)?"
                  r"(?:\.dualstack)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
ACTIONS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject",
           "DELETE": "DeleteObject"}


class Bucket:
    def __init__(self, owner, region):
        self.owner, self.region, self.objects = owner, region, {}
        self.is_frozen = False
        self.kms_key = None  # SSE-KMS: who reads or writes needs the key, too

    def put(self, key, body):
        if not self.is_frozen:
            self.objects[key] = (body, '"%s"' % secrets.token_hex(16))
        return self.objects.get(key, (b"", '""'))[1]


class Place:
    """What a request is about: bucket, key, region by its name (None: by address)."""

    def __init__(self, host, path):
        name = re.sub(r":[0-9]+$", "", (host or "").lower())
        match = HOST.fullmatch(name)
        self.is_named = match is not None
        self.region = match.group("region") if match else None
        path = urllib.parse.unquote(path).lstrip("/")
        if match and match.group("bucket"):
            self.bucket, self.key = match.group("bucket"), path
        else:
            self.bucket, _, self.key = path.partition("/")


def failure(error):
    return Reply(error.status, '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>%s'
                 "</Code><Message>%s</Message><RequestId>%s</RequestId></Error>"
                 % (error.code, escape(error.message), uuid.uuid4().hex[:16].upper()),
                 "application/xml")


def _conditions(request, found, etag):
    """AwsError 412, or True when an If-None-Match makes it a 304."""
    wanted, unwanted = request.header("if-match"), request.header("if-none-match")
    if wanted is not None:
        if not found:
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
        if wanted != etag:
            raise AwsError("PreconditionFailed", "At least one of the pre-conditions you "
                           "specified did not hold", 412)
    if unwanted is None:
        return False
    if request.method == "PUT":
        if unwanted != "*":
            raise AwsError("NotImplemented", "If-None-Match of a PUT is *", 501)
        if found:
            raise AwsError("PreconditionFailed", "At least one of the pre-conditions you "
                           "specified did not hold", 412)
        return False
    return found and unwanted in ("*", etag)


def _perform(world, request, place, pair):
    action = ACTIONS[request.method]
    bucket = world.buckets.get(place.bucket)
    if bucket is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
    owner = request.header("x-amz-expected-bucket-owner")
    if owner is not None and owner != bucket.owner:
        raise AwsError("AccessDenied", "Access Denied", 403)
    auth.authorize(pair, "s3", action, {}, world.credentials.deny, world.instance)
    if bucket.kms_key and action != "DeleteObject":
        auth.authorize(pair, "kms", "Decrypt" if action == "GetObject" else
                       "GenerateDataKey", {}, world.credentials.deny, world.instance)
    if place.region not in (None, bucket.region):
        raise AwsError("PermanentRedirect", "The bucket you are attempting to access must "
                       "be addressed using the specified endpoint.", 301)
    found = place.key in bucket.objects
    body, etag = bucket.objects.get(place.key, (b"", None))
    if action == "GetObject" and not found:
        try:
            auth.authorize(pair, "s3", "ListBucket", {}, world.credentials.deny,
                           world.instance)
        except AwsError:
            raise AwsError("AccessDenied", "Access Denied", 403)
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
    if _conditions(request, found, etag):
        return Reply(304, b"", "binary/octet-stream", {"ETag": etag})
    sealed = {"x-amz-server-side-encryption": "aws:kms",
              "x-amz-server-side-encryption-aws-kms-key-id": bucket.kms_key} \
        if bucket.kms_key else {}
    if action == "PutObject":
        return Reply(200, b"", headers={"ETag": bucket.put(place.key, request.body), **sealed})
    if action == "DeleteObject":
        bucket.objects.pop(place.key, None)
        return Reply(204, b"")
    return Reply(200, body, "binary/octet-stream", {"ETag": etag, **sealed})


def serve(handler, request, place):
    world, pair, refused, code = handler.server.world, None, None, None
    action = ACTIONS.get(request.method, "unknown")
    with world.lock:
        try:
            if request.header("x-amz-content-sha256") is None:
                raise AwsError("InvalidRequest", "Missing required header for this "
                               "request: x-amz-content-sha256", 400)
            pair = auth.authenticate(request, "s3", place.region, world.credentials,
                                     world.instance)
        except AwsError as error:
            refused = error
        entry = world.arrived("s3", action, pair.arn if pair else None)
        entry["key"] = "%s/%s" % (place.bucket, place.key)
        fault = world.faults.for_request("s3", action)
        try:
            if fault and fault["kind"] == "status":
                raise faults.error_of(fault)
            if refused:
                raise refused
            reply = _perform(world, request, place, pair)
        except AwsError as error:
            code, reply = error.code, failure(error)
    faults.answer(handler, world, entry, reply, fault, code)
