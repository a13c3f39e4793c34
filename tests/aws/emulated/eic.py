# SPDX-License-Identifier: Apache-2.0
"""EC2 Instance Connect's signer: what IMDS shows below managed-ssh-keys/.

Records, chain and staples as aws-facts.md section 2 describes them, made with openssl;
and every way in which one of them can be wrong.
"""
import base64
import subprocess
import time

from .eic_chain import FORMS, Chains

KEY_LIFETIME_S = 60
FIELDS = ("Timestamp", "Instance", "Caller", "Request")
RECORD_FORMS = ("good", "signature", "truncated", "no-signature", "pkcs1", "salt",
                "sha1", "crlf")


def _lines(text):
    return "\n".join(text[i:i + 76] for i in range(0, len(text), 76))


class Eic:
    """Who sent which key, and with which signer it is shown."""

    def __init__(self, instance):
        self.instance, self.chains = instance, Chains()
        self.reset()

    def reset(self):
        self.keys, self.form, self.region = {}, "good", None

    def use(self, body):
        """PUT eic-signer: {"form", "region"}; ValueError names what is wrong."""
        if not isinstance(body, dict) or set(body) - {"form", "region"} \
                or body.get("form", "good") not in FORMS:
            raise ValueError("eic-signer: form is one of " + ", ".join(sorted(FORMS)))
        self.form, self.region = body.get("form", "good"), body.get("region")
        return {"form": self.form}

    def names(self):
        return (self.region or self.instance.region, self.instance.domain)

    def chain(self):
        return self.chains.get(self.form, *self.names())

    def send(self, user, key, caller, request):
        """SendSSHPublicKey: for a minute from now."""
        row = {"key": key, "caller": caller, "request": request}
        self._keep(user, [self._record(row)])

    def put(self, user, body):
        """PUT eic/USER: {"records": [...]}, {"body": text}, or null."""
        self.keys.pop(user, None)
        if body is None:
            return {}
        if not isinstance(body, dict) or set(body) - {"records", "body"}:
            raise ValueError("eic: an object with records or body")
        if "body" in body:
            self._keep(user, [body["body"]])
        else:
            self._keep(user, [self._record(row) for row in body["records"]])
        return {"body": self.shown(user)}

    def _keep(self, user, texts):
        end = time.time() + KEY_LIFETIME_S
        self.keys.setdefault(user, []).extend((end, text) for text in texts)

    def shown(self, user):
        """What IMDS shows for `user` now, or None."""
        now = time.time()
        rows = [row for row in self.keys.get(user, []) if row[0] > now]
        self.keys[user] = rows
        return "".join(text for _, text in rows) or None

    def _record(self, row):
        known = {"key", "caller", "request", "instance", "expires_in", "omit", "extra",
                 "form", "timestamp"}
        form = row.get("form", "good")
        if set(row) - known or form not in RECORD_FORMS:
            raise ValueError("eic: a record has %s; form is one of %s"
                             % (", ".join(sorted(known)), ", ".join(RECORD_FORMS)))
        end = int(time.time()) + row.get("expires_in", KEY_LIFETIME_S)
        values = {"Timestamp": row.get("timestamp", end),
                  "Instance": row.get("instance", self.instance.instance_id),
                  "Caller": row.get("caller"), "Request": row.get("request")}
        head = ["#%s=%s" % (name, values[name]) for name in FIELDS
                if values[name] is not None and name not in row.get("omit", [])]
        head += row.get("extra", [])
        return self.seal(head + [row["key"]], form)

    def seal(self, lines, form="good"):
        """The lines with their signature and the empty line that ends a record."""
        signed = "".join(line + "\n" for line in lines)
        if form == "no-signature":
            return signed + "\n"
        signature = self.chain().sign(signed.encode("utf-8", "surrogateescape"), form)
        if form == "signature":
            signature = bytes([signature[0] ^ 1]) + signature[1:]
        if form == "truncated":
            signature = signature[:len(signature) // 2]
        text = signed + _lines(base64.b64encode(signature).decode()) + "\n\n"
        return text.replace("\n", "\r\n") if form == "crlf" else text

    def tree(self):
        """Below meta-data/: None where nothing was ever sent."""
        users = {user: self.shown(user) for user in list(self.keys)}
        users = {user: text for user, text in users.items() if text}
        if not users and self.form == "good" and not self.keys:
            return None
        chain = self.chain()
        return {"active-keys": users, "signer-cert": chain.pem,
                "signer-ocsp": {name: base64.b64encode(der).decode()
                                for name, der in chain.staples.items()}}


def is_key(text):
    """Does ssh-keygen take it for a public key?"""
    done = subprocess.run(("ssh-keygen", "-lf", "-"), input=text.encode(), check=False,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0
