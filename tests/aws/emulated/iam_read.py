# SPDX-License-Identifier: Apache-2.0
"""IAM's read actions (aws-facts.md section 8).

Each takes (world, params) under the world's lock and returns the Result's content.
"""
import json
import re
from urllib.parse import quote

from . import sshkeys
from .query import AwsError, cut, invalid

NAME = r"[\w+=,.@-]+"
PATH = r"(/)|(/[\x21-\x7e]+/)"
PREFIX = r"/[\x21-\x7f]*"
KEY_ID = r"[\w]+"
FILTERS = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")
ACTIONS = {}


def action(function):
    """Enter `list_users` as ListUsers; SSH is the one word written in capitals."""
    words = [w.capitalize() for w in function.__name__.split("_")]
    ACTIONS["".join(words).replace("Ssh", "SSH")] = function
    return function


def missing(kind, name):
    return AwsError("NoSuchEntity", "The %s with name %s cannot be found."
                    % (kind, name), 404)


def the_user(world, params):
    name = params.get("UserName")
    if name is None:
        raise AwsError("ValidationError", "Must specify userName when calling with "
                       "non-User credentials")
    params.text("UserName", NAME, 128)
    if name not in world.directory.users:
        raise missing("user", name)
    return world.directory.users[name]


def the_group(world, params):
    name = params.text("GroupName", NAME, 128)
    if name not in world.directory.groups:
        raise missing("group", name)
    return world.directory.groups[name]


def the_role(world, params):
    name = params.text("RoleName", NAME, 64)
    if name not in world.directory.roles:
        raise missing("role", name)
    return world.directory.roles[name]


def the_key(world, params, user):
    key_id = params.text("SSHPublicKeyId", KEY_ID, 128, shortest=20)
    for key in user["SSHPublicKeys"]:
        if key["SSHPublicKeyId"] == key_id:
            return key
    raise AwsError("NoSuchEntity", "The Public Key with id %s cannot be found." % key_id,
                   404)


def page(world, params, name, rows, key_of):
    """One page of `rows` as AWS gives it; may be shorter than MaxItems asks for."""
    size = min(params.number("MaxItems", 1, 1000, 100), world.page_max)
    marker = params.text("Marker", longest=320, required=False)
    part, following = cut(name, rows, key_of, marker, size)
    out = {"IsTruncated": following is not None}
    if following:
        out["Marker"] = following
    return part, out


def pick(row, *names):
    return {name: row[name] for name in names if row.get(name) is not None}


def brief_user(user):
    return pick(user, "Path", "UserName", "UserId", "Arn", "CreateDate",
                "PasswordLastUsed")


def full_user(user):
    out = brief_user(user)
    out.update(pick(user, "PermissionsBoundary"))
    if user["Tags"]:
        out["Tags"] = [pick(t, "Key", "Value") for t in user["Tags"]]
    return out


def brief_group(group):
    return pick(group, "Path", "GroupName", "GroupId", "Arn", "CreateDate")


def full_key(user, key, body):
    return {"UserName": user["UserName"], "SSHPublicKeyId": key["SSHPublicKeyId"],
            "Fingerprint": sshkeys.fingerprint(key["SSHPublicKeyBody"]),
            "SSHPublicKeyBody": body, "Status": key["Status"],
            "UploadDate": key["UploadDate"]}


def with_prefix(params, rows):
    prefix = params.text("PathPrefix", PREFIX, 512, required=False) or "/"
    return [row for row in rows if row["Path"].startswith(prefix)]


@action
def list_users(world, params):
    rows = with_prefix(params, list(world.directory.users.values()))
    part, out = page(world, params, "ListUsers", rows, lambda u: u["UserName"])
    return dict({"Users": [brief_user(u) for u in part]}, **out)


@action
def get_user(world, params):
    return {"User": full_user(the_user(world, params))}


def _tags(world, params, name, row):
    rows = sorted(row.get("Tags", []), key=lambda t: t["Key"])
    part, out = page(world, params, name, rows, lambda t: t["Key"])
    return dict({"Tags": [pick(t, "Key", "Value") for t in part]}, **out)


@action
def list_user_tags(world, params):
    return _tags(world, params, "ListUserTags", the_user(world, params))


@action
def list_role_tags(world, params):
    return _tags(world, params, "ListRoleTags", the_role(world, params))


@action
def list_groups_for_user(world, params):
    user = the_user(world, params)
    rows = [world.directory.groups[g] for g in user["GroupList"]
            if g in world.directory.groups]
    part, out = page(world, params, "ListGroupsForUser", rows, lambda g: g["GroupName"])
    return dict({"Groups": [brief_group(g) for g in part]}, **out)


@action
def get_group(world, params):
    group = the_group(world, params)
    rows = world.directory.members(group["GroupName"])
    part, out = page(world, params, "GetGroup", rows, lambda u: u["UserName"])
    return dict({"Group": brief_group(group), "Users": [brief_user(u) for u in part]},
                **out)


@action
def list_groups(world, params):
    rows = with_prefix(params, list(world.directory.groups.values()))
    part, out = page(world, params, "ListGroups", rows, lambda g: g["GroupName"])
    return dict({"Groups": [brief_group(g) for g in part]}, **out)


@action
def list_ssh_public_keys(world, params):
    user = the_user(world, params)
    part, out = page(world, params, "ListSSHPublicKeys", user["SSHPublicKeys"],
                     lambda k: k["SSHPublicKeyId"])
    rows = [dict({"UserName": user["UserName"]},
                 **pick(k, "SSHPublicKeyId", "Status", "UploadDate")) for k in part]
    return dict({"SSHPublicKeys": rows}, **out)


@action
def get_ssh_public_key(world, params):
    user = the_user(world, params)
    encoding = params.text("Encoding")
    key = the_key(world, params, user)
    body = key["SSHPublicKeyBody"]
    try:
        if encoding == "PEM":
            body = sshkeys.as_pem(*sshkeys.rsa_numbers(body))
        elif encoding != "SSH":
            raise sshkeys.BadKey(encoding)
    except sshkeys.BadKey:
        raise AwsError("UnrecognizedPublicKeyEncoding", "The request was rejected "
                       "because the public key encoding format is unsupported or "
                       "unrecognized.")
    return {"SSHPublicKey": full_key(user, key, body)}


def encoded(value):
    """Policy documents as the API sends them: JSON, percent-encoded."""
    if isinstance(value, list):
        return [encoded(v) for v in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for key, inner in value.items():
        if re.search("(PolicyDocument|^Document)$", key):
            text = inner if isinstance(inner, str) else json.dumps(inner)
            out[key] = quote(text, safe="")
        else:
            out[key] = encoded(inner)
    return out


@action
def list_roles(world, params):
    rows = with_prefix(params, list(world.directory.roles.values()))
    part, out = page(world, params, "ListRoles", rows, lambda r: r["RoleName"])
    rows = [encoded(pick(r, "Path", "RoleName", "RoleId", "Arn", "CreateDate",
                         "AssumeRolePolicyDocument")) for r in part]
    return dict({"Roles": rows}, **out)


@action
def get_role(world, params):
    role = the_role(world, params)
    return {"Role": encoded(pick(
        role, "Path", "RoleName", "RoleId", "Arn", "CreateDate",
        "AssumeRolePolicyDocument", "Description", "MaxSessionDuration",
        "PermissionsBoundary", "Tags", "RoleLastUsed"))}


@action
def get_account_authorization_details(world, params):
    wanted = params.items("Filter")
    for one in wanted:
        if one not in FILTERS:
            raise invalid("filter", "Member must satisfy enum value set: [%s]"
                          % ", ".join(FILTERS), one)
    wanted = set(wanted or FILTERS)
    rows, here = [], world.directory
    if "User" in wanted:
        rows += [("UserDetailList", u["UserName"], u) for u in here.users.values()]
    if "Group" in wanted:
        rows += [("GroupDetailList", g["GroupName"], g) for g in here.groups.values()]
    if "Role" in wanted:
        rows += [("RoleDetailList", r["RoleName"], r) for r in here.roles.values()]
    for policy in here.policies:
        owner = "AWS" if ":iam::aws:" in policy.get("Arn", "") else "Local"
        if owner + "ManagedPolicy" in wanted:
            rows.append(("Policies", policy.get("PolicyName", ""), policy))
    part, out = page(world, params, "GetAccountAuthorizationDetails", rows,
                     lambda r: r[0] + r[1])
    for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
        out[name] = [encoded({k: v for k, v in row.items()
                              if k not in ("SSHPublicKeys", "PasswordLastUsed")})
                     for kind, _, row in part if kind == name]
    return out
