# SPDX-License-Identifier: Apache-2.0
"""KMS, as far as a publisher needs it: Sign with keys that `openssl` holds."""
import base64
import binascii
import json
import os
import subprocess
import tempfile
import uuid

from . import auth, faults
from .query import AwsError, Reply

PREFIX = "TrentService."
JSON = "application/x-amz-json-1.1"


def failure(error):
    return Reply(error.status, json.dumps({"__type": error.code, "message":
                                           error.message}), JSON,
                 {"x-amzn-RequestId": str(uuid.uuid4())})


def _sign(pem, digest):
    place = tempfile.mkdtemp(prefix="emulated-kms-")
    try:
        with open(os.path.join(place, "key"), "w", encoding="ascii") as out:
            out.write(pem)
        with open(os.path.join(place, "digest"), "wb") as out:
            out.write(digest)
        return subprocess.run(("openssl", "pkeyutl", "-sign", "-inkey", "key", "-in",
                               "digest", "-pkeyopt", "digest:sha256"), cwd=place,
                              check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout
    finally:
        for name in os.listdir(place):
            os.unlink(os.path.join(place, name))
        os.rmdir(place)


def _perform(world, action, body):
    try:
        asked = json.loads(body.decode("utf-8"))
        digest = base64.b64decode(asked["Message"], validate=True)
    except (ValueError, KeyError, binascii.Error):
        raise AwsError("ValidationException", "1 validation error detected")
    if action != "Sign" or asked.get("SigningAlgorithm") != "ECDSA_SHA_256" \
            or asked.get("MessageType") != "DIGEST" or len(digest) != 32:
        raise AwsError("ValidationException", "not what a publisher asks")
    pem = world.kms_keys.get(asked.get("KeyId"))
    if pem is None:
        raise AwsError("NotFoundException", "Key '%s' does not exist" % asked.get("KeyId"))
    return {"KeyId": asked["KeyId"], "SigningAlgorithm": "ECDSA_SHA_256",
            "Signature": base64.b64encode(_sign(pem, digest)).decode()}


def serve(handler, request, region):
    world, pair, refused, code = handler.server.world, None, None, None
    action = (request.header("x-amz-target") or "")[len(PREFIX):] or "none"
    with world.lock:
        try:
            pair = auth.authenticate(request, "kms", region, world.credentials,
                                     world.instance)
        except AwsError as error:
            refused = error
        entry = world.arrived("kms", action, pair.arn if pair else None)
        fault = world.faults.for_request("kms", action)
        try:
            if fault and fault["kind"] == "status":
                raise faults.error_of(fault)
            if refused:
                raise refused
            auth.authorize(pair, "kms", action, {}, world.credentials.deny,
                           world.instance)
            reply = Reply(200, json.dumps(_perform(world, action, request.body)), JSON)
        except AwsError as error:
            code, reply = error.code, failure(error)
    faults.answer(handler, world, entry, reply, fault, code)
