# SPDX-License-Identifier: Apache-2.0
"""The people, groups, roles and policies of the emulated account.

Loaded from what `aws iam get-account-authorization-details` prints, each user with an
added `SSHPublicKeys` list. Kept in that shape; the caller holds the world's lock.
"""
import copy
import datetime
import re
import secrets

LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class BadDirectory(Exception):
    """The JSON is not a directory; the text says where."""


def new_id(prefix):
    """AIDA…, AGPA…, APKA…: four letters and seventeen of IAM's alphabet."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(17))


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _zulu(value):
    """Times as the API writes them: the command line prints +00:00 instead of Z."""
    if isinstance(value, dict):
        return {k: _zulu(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_zulu(v) for v in value]
    if isinstance(value, str) and re.fullmatch(r"[0-9T:.-]{19,26}\+00:00", value):
        return value[:19] + "Z"
    return value


class Directory:
    def __init__(self, document, account, partition="aws"):
        self.account, self.partition = account, partition
        self.users, self.groups, self.roles, self.policies = {}, {}, {}, []
        self.load(document)

    def load(self, document):
        """Replace everything by `document`, or raise BadDirectory and change nothing."""
        if not isinstance(document, dict):
            raise BadDirectory("not a JSON object")
        document = _zulu(copy.deepcopy(document))
        for name in LISTS:
            rows = document.setdefault(name, [])
            if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
                raise BadDirectory("%s: not a list of objects" % name)
        users = self._by(document["UserDetailList"], "UserName")
        groups = self._by(document["GroupDetailList"], "GroupName")
        roles = self._by(document["RoleDetailList"], "RoleName")
        for name, user in users.items():
            self._complete(user, "user", name, "AIDA")
            for key in ("GroupList", "AttachedManagedPolicies", "Tags", "SSHPublicKeys"):
                user.setdefault(key, [])
            user["SSHPublicKeys"] = [self._key(k, name) for k in user["SSHPublicKeys"]]
            for group in user["GroupList"]:
                groups.setdefault(group, {"GroupName": group})
        for name, group in groups.items():
            self._complete(group, "group", name, "AGPA")
        for name, role in roles.items():
            self._complete(role, "role", name, "AROA")
        self.users, self.groups, self.roles = users, groups, roles
        self.policies = document["Policies"]

    @staticmethod
    def _by(rows, field):
        found = {}
        for row in rows:
            name = row.get(field)
            if not isinstance(name, str) or not name:
                raise BadDirectory("an entry without %s" % field)
            if name in found:
                raise BadDirectory("%s %r twice" % (field, name))
            found[name] = row
        return found

    def arn(self, kind, path, name):
        return "arn:%s:iam::%s:%s%s%s" % (self.partition, self.account, kind, path, name)

    def _complete(self, row, kind, name, prefix):
        row.setdefault("Path", "/")
        row.setdefault(kind.capitalize() + "Id", new_id(prefix))
        row.setdefault("Arn", self.arn(kind, row["Path"], name))
        row.setdefault("CreateDate", now())

    @staticmethod
    def _key(key, name):
        if not isinstance(key, dict) or not isinstance(key.get("SSHPublicKeyBody"), str):
            raise BadDirectory("user %r: a key without SSHPublicKeyBody" % name)
        key.setdefault("SSHPublicKeyId", new_id("APKA"))
        key.setdefault("Status", "Active")
        key.setdefault("UploadDate", now())
        return key

    def members(self, group):
        return [u for u in self.users.values() if group in u["GroupList"]]

    def create_user(self, name, path="/", tags=()):
        user = {"Path": path, "UserName": name, "GroupList": [], "Tags": list(tags),
                "AttachedManagedPolicies": [], "SSHPublicKeys": []}
        self._complete(user, "user", name, "AIDA")
        self.users[name] = user
        return user

    def create_group(self, name, path="/"):
        group = {"Path": path, "GroupName": name}
        self._complete(group, "group", name, "AGPA")
        self.groups[name] = group
        return group

    def change_user(self, name, change):
        """Set what `change` names (control API); creates the user when absent."""
        fields = {"Tags": list, "Groups": list, "SSHPublicKeys": list, "Path": str,
                  "CreateDate": str, "UserId": str}
        for key, value in change.items():
            if key not in fields or not isinstance(value, fields[key]):
                raise BadDirectory("user %r: %s: unknown or of the wrong type"
                                   % (name, key))
        for tag in change.get("Tags", []):
            if not isinstance(tag, dict) or not {"Key", "Value"} <= set(tag):
                raise BadDirectory("user %r: a tag needs Key and Value" % name)
        keys = [self._key(dict(k) if isinstance(k, dict) else k, name)
                for k in change.get("SSHPublicKeys", [])]
        user = self.users.get(name) or self.create_user(name)
        for group in change.get("Groups", []):
            if group not in self.groups:
                self.create_group(group)
        if "Groups" in change:
            user["GroupList"] = list(change["Groups"])
        if "SSHPublicKeys" in change:
            user["SSHPublicKeys"] = keys
        if "Path" in change:
            user["Arn"] = self.arn("user", change["Path"], name)
        for key in ("Tags", "Path", "CreateDate", "UserId"):
            if key in change:
                user[key] = change[key]
        return user
