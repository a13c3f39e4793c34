# SPDX-License-Identifier: Apache-2.0
"""Key pairs the emulator has handed out, and whom each stands for.

The role's credentials rotate as IMDS rotates them: a new set at least five minutes
before the old one ends. A static key pair stands for an administrator with `aws`.
"""
import base64
import datetime
import os
import secrets
import time

ADMIN_KEY_ID = "AKIAEMULATORADMIN0001"
ADMIN_SECRET = "emulator/Admin+Secret0000000000000000001"
LIFETIME_S = 6 * 3600
ROTATE_AHEAD_S = 300


def zulu(stamp):
    moment = datetime.datetime.fromtimestamp(stamp, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class KeyPair:
    """One key pair; `expires` in seconds since the epoch, None = never."""

    def __init__(self, prefix, arn, user_id, account, lifetime_s):
        self.key_id = prefix + base64.b32encode(os.urandom(10)).decode()
        self.secret = base64.b64encode(os.urandom(30)).decode()
        self.token = "IQoJb3JpZ2luX2Vj" + base64.b64encode(os.urandom(180)).decode()
        self.arn, self.user_id, self.account = arn, user_id, account
        self.issued, self.lifetime_s = time.time(), lifetime_s
        self.expires = self.issued + lifetime_s
        self.is_admin = self.is_person = False


class Credentials:
    def __init__(self, instance, directory, role):
        self.instance, self.directory, self.start_role = instance, directory, role
        self.pairs, self.current = {}, None
        self.role_ids = {}
        self.reset()
        admin = KeyPair("AKIA", "arn:%s:iam::%s:user/emulator-admin"
                        % (instance.partition, instance.account),
                        "AIDAEMULATORADMIN0001", instance.account, 0)
        admin.key_id, admin.secret, admin.token = ADMIN_KEY_ID, ADMIN_SECRET, None
        admin.expires, admin.is_admin = None, True
        self.pairs[admin.key_id] = admin

    def reset(self):
        """As at start; what was handed out stays good until it expires."""
        self.role, self.lifetime_s, self.deny = self.start_role, LIFETIME_S, []
        self.current = None

    def role_id(self, name):
        row = self.directory.roles.get(name)
        if row:
            return row["RoleId"]
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        return self.role_ids.setdefault(
            name, "AROA" + "".join(secrets.choice(letters) for _ in range(17)))

    def assume(self, role, session, lifetime_s, account=None):
        account = account or self.instance.account
        pair = KeyPair("ASIA", "arn:%s:sts::%s:assumed-role/%s/%s"
                       % (self.instance.partition, account, role, session),
                       "%s:%s" % (self.role_id(role), session), account, lifetime_s)
        self.pairs[pair.key_id] = pair
        return pair

    def for_user(self, user):
        """A key pair that CreateAccessKey hands out: it does not expire."""
        pair = KeyPair("AKIA", user["Arn"], user["UserId"], self.instance.account, 0)
        pair.token = pair.expires = None
        pair.is_person = True
        self.pairs[pair.key_id] = pair
        return pair

    def for_instance(self):
        """The pair IMDS shows now for the current role."""
        pair, now = self.current, time.time()
        ahead = min(ROTATE_AHEAD_S, self.lifetime_s / 2) if self.lifetime_s > 0 else None
        if pair is None or (ahead is not None and pair.expires - now <= ahead):
            pair = self.assume(self.role, self.instance.instance_id, self.lifetime_s)
            self.current = pair
        return pair

    def change(self, body):
        """PATCH of the control API; ValueError names what is wrong."""
        allowed = {"expires_in", "role", "deny"}
        if not isinstance(body, dict) or set(body) - allowed:
            raise ValueError("credentials: only %s" % ", ".join(sorted(allowed)))
        lifetime = body.get("expires_in", 0)
        if lifetime is not None and not isinstance(lifetime, (int, float)):
            raise ValueError("credentials: expires_in: seconds, or null for the default")
        if not isinstance(body.get("role"), (str, type(None))):
            raise ValueError("credentials: role: a name or null")
        deny = body.get("deny", [])
        if not isinstance(deny, list) or not all(isinstance(d, str) for d in deny):
            raise ValueError("credentials: deny: a list of service:Action patterns")
        self.deny = list(deny) if "deny" in body else self.deny
        if "role" in body:
            self.role, self.current = body["role"], None
        if "expires_in" in body:
            self.lifetime_s = LIFETIME_S if lifetime is None else lifetime
            self.current = None
            end = time.time() + self.lifetime_s
            for pair in self.pairs.values():
                if pair.expires is not None:
                    pair.expires = min(pair.expires, end)
