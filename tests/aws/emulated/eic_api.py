# SPDX-License-Identifier: Apache-2.0
"""EC2 Instance Connect's API: SendSSHPublicKey, in JSON (aws-facts.md section 2.5)."""
import json
import re
import uuid

from .eic import is_key
from .query import AwsError, Reply

TARGET = "AWSEC2InstanceConnectService."
SERVICE = "ec2-instance-connect"
OS_USER = r"[A-Za-z_][A-Za-z0-9@._-]{0,30}[A-Za-z0-9$_-]?"
OS_USER_DIGIT = r"(?=[0-9]*[^0-9])[0-9][A-Za-z0-9@._-]{0,30}"


def action_of(request):
    """The action of a request in JSON, or None when it is none of this service's."""
    target = request.header("x-amz-target") or ""
    return target[len(TARGET):] if target.startswith(TARGET) else None


def _invalid(message):
    return AwsError("InvalidArgsException", message, 400)


def perform(world, action, body, pair):
    if action != "SendSSHPublicKey":
        raise AwsError("UnknownOperationException", "", 400)
    try:
        given = json.loads(body.decode("utf-8"))
    except ValueError:
        raise AwsError("SerializationException", "not JSON", 400)
    user, key = given.get("InstanceOSUser", ""), given.get("SSHPublicKey", "")
    if not re.fullmatch(OS_USER, user) and not re.fullmatch(OS_USER_DIGIT, user):
        raise _invalid("InstanceOSUser: %r" % user)
    if not 80 <= len(key) <= 4096 or not is_key(key):
        raise _invalid("Provided SSH public key is invalid")
    if given.get("InstanceId") != world.instance.instance_id:
        raise AwsError("EC2InstanceNotFoundException", "Instance not found", 404)
    request = str(uuid.uuid4())
    world.eic.send(user, " ".join(key.split()[:2]), pair.arn, request)
    return {"RequestId": request, "Success": True}


def success(answer):
    return Reply(200, json.dumps(answer), "application/x-amz-json-1.1",
                 {"x-amzn-RequestId": answer["RequestId"]})


def failure(error):
    return Reply(error.status, json.dumps({"__type": error.code,
                                           "message": error.message}),
                 "application/x-amz-json-1.1", {"x-amzn-RequestId": str(uuid.uuid4())})
