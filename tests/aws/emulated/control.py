# SPDX-License-Identifier: Apache-2.0
"""The control API below /_emulator/, JSON over plain HTTP, for tests only."""
import base64
import json
from urllib.parse import unquote

from .directory import BadDirectory
from .query import Reply
from .s3 import Bucket
from .server import Handler

PREFIX = "/_emulator/"


def _requests(world, name, body):
    return {"total": world.total, "by_action": dict(world.by_action),
            "log": list(world.log)}


def _forget(world, name, body):
    world.forget_requests()
    return {}


def _reset(world, name, body):
    world.reset()
    return {}


def _directory(world, name, body):
    world.directory.load(body)
    return {"users": len(world.directory.users)}


def _show_directory(world, name, body):
    here = world.directory
    return {"UserDetailList": list(here.users.values()),
            "GroupDetailList": list(here.groups.values()),
            "RoleDetailList": list(here.roles.values()), "Policies": here.policies}


def _patch_user(world, name, body):
    if not name or not isinstance(body, dict):
        raise ValueError("users/NAME and a JSON object are needed")
    return world.directory.change_user(name, body)


def _delete_user(world, name, body):
    if name not in world.directory.users:
        raise KeyError(name)
    return world.directory.users.pop(name)


def _instance(world, name, body):
    world.instance.change(body)
    world.credentials.current = None
    one = world.instance
    return {"instance_id": one.instance_id, "account": one.account,
            "region": one.region, "tags": one.tags, "imds_tags": one.imds_tags}


def _eic(world, name, body):
    if not name:
        raise ValueError("eic/USER is needed")
    return world.eic.put(name, body)


def _eic_signer(world, name, body):
    return world.eic.use(body or {})


def _credentials(world, name, body):
    world.credentials.change(body)
    return {"role": world.credentials.role, "deny": world.credentials.deny,
            "expires_in": world.credentials.lifetime_s}


def _faults(world, name, body):
    world.faults.replace(body)
    return world.faults.rules


def _show_faults(world, name, body):
    return world.faults.rules


def _bucket(world, name, body):
    """PUT buckets/NAME {"owner","region","frozen","kms"}: made, or changed."""
    body = body or {}
    if not name or not isinstance(body, dict) or set(body) - {
            "owner", "region", "frozen", "kms"}:
        raise ValueError("buckets/NAME: only owner, region, frozen, kms")
    bucket = world.buckets.setdefault(name, Bucket(world.instance.account,
                                                   world.instance.region))
    bucket.owner = body.get("owner", bucket.owner)
    bucket.region = body.get("region", bucket.region)
    bucket.is_frozen = body.get("frozen", bucket.is_frozen)
    bucket.kms_key = body.get("kms", bucket.kms_key)
    return {"owner": bucket.owner, "region": bucket.region, "frozen": bucket.is_frozen,
            "objects": sorted(bucket.objects)}


def _object(world, name, body):
    """The objects of a bucket as base64, so that JSON can hold them."""
    bucket, _, key = name.partition("/")
    return {"body": base64.b64encode(world.buckets[bucket].objects[key][0]).decode()}


def _put_object(world, name, body):
    bucket, _, key = name.partition("/")
    world.buckets[bucket].put(key, base64.b64decode(body["body"], validate=True))
    return {"bytes": len(world.buckets[bucket].objects[key][0])}


def _delete_object(world, name, body):
    bucket, _, key = name.partition("/")
    return {"bytes": len(world.buckets[bucket].objects.pop(key)[0])}


def _kms(world, name, body):
    """PUT kms/KEY {"pem"}: a private key by that id or alias."""
    world.kms_keys[name] = body["pem"]
    return {}


NAMED = ("users", "eic", "buckets", "objects", "kms")
ROUTES = {
    ("PUT", "buckets"): _bucket, ("GET", "objects"): _object,
    ("PUT", "objects"): _put_object, ("DELETE", "objects"): _delete_object,
    ("PUT", "kms"): _kms,
    ("GET", "requests"): _requests, ("DELETE", "requests"): _forget,
    ("POST", "reset"): _reset,
    ("GET", "directory"): _show_directory, ("PUT", "directory"): _directory,
    ("PATCH", "users"): _patch_user, ("DELETE", "users"): _delete_user,
    ("PATCH", "instance"): _instance, ("PATCH", "credentials"): _credentials,
    ("PUT", "eic"): _eic, ("PUT", "eic-signer"): _eic_signer,
    ("GET", "faults"): _show_faults, ("PUT", "faults"): _faults,
}


class ControlHandler(Handler):
    def do_GET(self):
        body = self.read_body()
        if body is None:
            return
        status, answer = self.perform(body)
        self.send_reply(Reply(status, json.dumps(answer, indent=1) + "\n",
                              "application/json"))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def perform(self, body):
        path = self.path.partition("?")[0]
        what, _, name = path[len(PREFIX):].partition("/")
        route = ROUTES.get((self.command, what)) if path.startswith(PREFIX) else None
        if route is None or (name and what not in NAMED):
            return 404, {"error": "no %s %s" % (self.command, path)}
        world = self.server.world
        try:
            value = json.loads(body.decode("utf-8")) if body else None
            with world.lock:
                return 200, json.loads(json.dumps(route(world, unquote(name), value)))
        except KeyError as error:
            return 404, {"error": "no %s %s" % (what, error)}
        except (ValueError, BadDirectory) as error:
            return 400, {"error": str(error)}
