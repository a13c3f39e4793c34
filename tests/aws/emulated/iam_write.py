# SPDX-License-Identifier: Apache-2.0
"""IAM's write actions: what an administrator does to people, groups and keys."""
import unicodedata

from . import sshkeys
from .directory import new_id, now
from .iam_read import (NAME, PATH, ACTIONS, action, brief_group, full_key, full_user,
                       missing, the_group, the_key, the_user)
from .query import AwsError, invalid

TAG_MARKS = "_.:/=+-@"
KEYS_MAX, GROUPS_MAX, TAGS_MAX = 5, 10, 50

__all__ = ["ACTIONS"]


def _limit(what, most):
    return AwsError("LimitExceeded", "Cannot exceed quota for %s: %d" % (what, most), 409)


def _conflict(message):
    return AwsError("DeleteConflict", message, 409)


def _check_tag_text(name, text):
    for letter in text:
        if letter not in TAG_MARKS and unicodedata.category(letter)[0] not in "LZN":
            raise invalid(name, "Member must satisfy regular expression pattern: "
                          r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*")


def _tags(params):
    """The request's tags, checked; keys are the same when only their case differs."""
    tags = params.structs("Tags", ("Key", "Value"))
    seen = set()
    for number, tag in enumerate(tags, 1):
        where = "tags.%d.member." % number
        if not 1 <= len(tag.get("Key", "")) <= 128:
            raise invalid(where + "key", "Member must have length less than or equal to "
                          "128" if tag.get("Key") else "Member must not be null")
        if "Value" not in tag:
            raise invalid(where + "value", "Member must not be null")
        if len(tag["Value"]) > 256:
            raise invalid(where + "value", "Member must have length less than or equal "
                          "to 256")
        _check_tag_text(where + "key", tag["Key"])
        _check_tag_text(where + "value", tag["Value"])
        if tag["Key"].lower().startswith("aws:"):
            raise AwsError("InvalidInput", "System tags cannot be added/updated.")
        if tag["Key"].lower() in seen:
            raise AwsError("InvalidInput", "Duplicate tag keys found. Please note that "
                           "Tag keys are case insensitive.")
        seen.add(tag["Key"].lower())
    return tags


def _new_name(params, name, taken, longest):
    value = params.text(name, NAME, longest)
    if value.lower() in (t.lower() for t in taken):
        raise AwsError("EntityAlreadyExists", "%s with name %s already exists."
                       % (name[:-4], value), 409)
    return value


@action
def create_user(world, params):
    name = _new_name(params, "UserName", world.directory.users, 64)
    path = params.text("Path", PATH, 512, required=False) or "/"
    return {"User": full_user(world.directory.create_user(name, path, _tags(params)))}


@action
def create_access_key(world, params):
    user = the_user(world, params)
    pair = world.credentials.for_user(user)
    return {"AccessKey": {"UserName": user["UserName"], "AccessKeyId": pair.key_id,
                          "Status": "Active", "SecretAccessKey": pair.secret,
                          "CreateDate": now()}}


@action
def delete_user(world, params):
    user = the_user(world, params)
    if user["GroupList"]:
        raise _conflict("Cannot delete entity, must remove users from group first.")
    if user["SSHPublicKeys"]:
        raise _conflict("Cannot delete entity, must delete SSH public keys first.")
    del world.directory.users[user["UserName"]]


@action
def tag_user(world, params):
    user, tags = the_user(world, params), _tags(params)
    new = {t["Key"].lower() for t in tags}
    kept = [t for t in user["Tags"] if t["Key"].lower() not in new]
    if len(kept) + len(tags) > TAGS_MAX:
        raise _limit("TagsPerUser", TAGS_MAX)
    user["Tags"] = kept + tags


@action
def untag_user(world, params):
    user = the_user(world, params)
    gone = {k.lower() for k in params.items("TagKeys")}
    user["Tags"] = [t for t in user["Tags"] if t["Key"].lower() not in gone]


@action
def create_group(world, params):
    name = _new_name(params, "GroupName", world.directory.groups, 128)
    path = params.text("Path", PATH, 512, required=False) or "/"
    return {"Group": brief_group(world.directory.create_group(name, path))}


@action
def add_user_to_group(world, params):
    name, user = the_group(world, params)["GroupName"], the_user(world, params)
    if name not in user["GroupList"]:
        if len(user["GroupList"]) >= GROUPS_MAX:
            raise _limit("GroupsPerUser", GROUPS_MAX)
        user["GroupList"].append(name)


@action
def remove_user_from_group(world, params):
    name, user = the_group(world, params)["GroupName"], the_user(world, params)
    if name not in user["GroupList"]:
        raise missing("user", user["UserName"])
    user["GroupList"].remove(name)


@action
def upload_ssh_public_key(world, params):
    user = the_user(world, params)
    body = params.text("SSHPublicKeyBody", r"[\t\n\r\x20-\xff]+", 16384)
    try:
        numbers = sshkeys.rsa_numbers(body)
    except sshkeys.BadKey:
        raise AwsError("InvalidPublicKey", "The public key is invalid.")
    for key in user["SSHPublicKeys"]:
        try:
            same = sshkeys.rsa_numbers(key["SSHPublicKeyBody"]) == numbers
        except sshkeys.BadKey:
            same = False
        if same:
            raise AwsError("DuplicateSSHPublicKey", "The SSH public key is already "
                           "associated with the specified IAM user.")
    if len(user["SSHPublicKeys"]) >= KEYS_MAX:
        raise _limit("SSHPublicKeysPerUser", KEYS_MAX)
    key = {"SSHPublicKeyId": new_id("APKA"), "SSHPublicKeyBody": body.rstrip("\r\n"),
           "Status": "Active", "UploadDate": now()}
    user["SSHPublicKeys"].append(key)
    return {"SSHPublicKey": full_key(user, key, key["SSHPublicKeyBody"])}


@action
def update_ssh_public_key(world, params):
    user = the_user(world, params)
    status = params.text("Status")
    if status not in ("Active", "Inactive"):
        raise invalid("status", "Member must satisfy enum value set: [Active, Inactive]",
                      status)
    the_key(world, params, user)["Status"] = status


@action
def delete_ssh_public_key(world, params):
    user = the_user(world, params)
    user["SSHPublicKeys"].remove(the_key(world, params, user))
