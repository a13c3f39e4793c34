# SPDX-License-Identifier: Apache-2.0
"""Certificate chains of EC2 Instance Connect's signer with their OCSP staples.

Root, intermediate, leaf, each certificate and each response made by openssl. A form says
what is wrong with one: the rest of it is good.
"""
import calendar
import hashlib
import os
import shutil
import ssl
import subprocess
import tempfile
import time

# form: (CN, section of the leaf, digest of the leaf's signature)
FORMS = {form: "good" for form in (
    "good", "other-root", "revoked", "unknown", "revoked-intermediate", "staple-expired",
    "staple-future", "staple-endless", "staple-missing", "staple-other", "staple-garbage",
    "staple-signature", "staple-sha1", "staple-delegated", "staple-foreign", "alone",
    "garbage")}
FORMS.update({form: form for form in (
    "wrong-cn", "two-cns", "other-region", "not-signing", "ca", "sha1", "expired", "future",
    "rsa-1024", "ec")})

CONF = """[req]
distinguished_name = dn
prompt = no
[dn]
CN = signer
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[good]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[not-signing]
basicConstraints = critical, CA:FALSE
keyUsage = critical, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[responder]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = OCSPSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ca_of_all]
new_certs_dir = .
database = ca.txt
serial = serial
default_md = sha256
policy = any
email_in_dn = no
unique_subject = no
[any]
commonName = supplied
"""
RSA = ("-newkey", "rsa:2048", "-nodes")
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
SIGN = {"good": ("-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                 "rsa_pss_saltlen:32"),
        "salt": ("-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                 "rsa_pss_saltlen:20"),
        "sha1": ("-sha1", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                 "rsa_pss_saltlen:32"),
        "pkcs1": ("-sha256",)}
OCSP_TIME = "%Y%m%d%H%M%SZ"


def _day(offset_s):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + offset_s))


def _fields(der):
    """The elements of a DER sequence's content: (tag, start, content, end)."""
    at, found = 0, []
    while at < len(der):
        size, head = der[at + 1], 2
        if size & 0x80:
            head = 2 + (size & 0x7f)
            size = int.from_bytes(der[at + 2:at + head], "big")
        found.append((der[at], at, der[at + head:at + head + size], at + head + size))
        at += head + size
    return found


class Chain:
    def __init__(self, place, name, pem, staples, has_rsa):
        self.place, self.name, self.pem, self.staples = place, name, pem, staples
        self.has_rsa = has_rsa

    def sign(self, data, form):
        """A record's signature by the leaf's key."""
        form = form if self.has_rsa else "pkcs1"
        return subprocess.run(("openssl", "dgst", *SIGN.get(form, SIGN["good"]), "-sign",
                               self.name + ".key"), cwd=self.place, input=data,
                              check=True, stdout=subprocess.PIPE).stdout


class Chains:
    """All of them, made when they are first asked for, under two roots."""

    def __init__(self):
        self.place, self.made = None, {}

    def openssl(self, *words, data=None):
        return subprocess.run(("openssl",) + words, cwd=self.place, check=True, input=data,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout

    def path(self, name):
        return os.path.join(self.place, name)

    def write(self, name, text):
        with open(self.path(name), "wb" if isinstance(text, bytes) else "w") as out:
            out.write(text)

    def read(self, name):
        with open(self.path(name), "rb") as there:
            return there.read()

    def start_root(self):
        if self.place is not None:
            return
        self.place = tempfile.mkdtemp(prefix="emulated-eic-")
        self.write("conf", CONF)
        self.write("ca.txt", "")
        self.write("serial", "1000\n")
        for root in ("root", "stranger"):
            self.openssl("req", "-x509", *EC, "-config", "conf", "-extensions", "root",
                         "-subj", "/CN=emulated %s" % root, "-days", "3650", "-keyout",
                         root + ".key", "-out", root + ".pem")

    def start(self):
        self.start_root()
        if os.path.exists(self.path("plain.pem")):
            return
        self.certify("intermediate", "root", "emulated intermediate", "intermediate")
        self.certify("foreign", "stranger", "emulated intermediate", "intermediate")
        self.certify("responder", "intermediate", "emulated responder", "responder", EC)
        self.certify("plain", "intermediate", "emulated host", "good", EC)

    def close(self):
        if self.place is not None:
            shutil.rmtree(self.place, ignore_errors=True)

    def root(self):
        """The PEM of the root that a machine trusts."""
        self.start_root()
        return self.read("root.pem").decode()

    def certify(self, name, issuer, common_name, section, key=RSA, digest="sha256",
                days=(-86400, 86400 * 300)):
        subject = "".join("/CN=" + one for one in common_name.split("|"))
        self.openssl("req", "-new", *key, "-config", "conf", "-subj", subject, "-keyout",
                     name + ".key", "-out", name + ".csr")
        self.openssl("ca", "-batch", "-notext", "-config", "conf", "-name", "ca_of_all",
                     "-cert", issuer + ".pem", "-keyfile", issuer + ".key", "-md", digest,
                     "-startdate", _day(days[0]), "-enddate", _day(days[1]), "-in",
                     name + ".csr", "-out", name + ".pem", "-preserveDN", "-extfile",
                     "conf", "-extensions", section)

    def der(self, name):
        return ssl.PEM_cert_to_DER_cert(self.read(name + ".pem").decode())

    def fingerprint(self, name):
        return hashlib.sha1(self.der(name)).hexdigest().upper()

    def staple(self, name, issuer, status="V", responder=None, digest="sha256",
               end=("-ndays", "7")):
        """The response that openssl's responder gives about one certificate."""
        serial = self.openssl("x509", "-noout", "-serial", "-in", name + ".pem")
        serial = serial.decode().strip().partition("=")[2]
        revoked = _day(-3600)[2:] if status == "R" else ""
        row = "%s\t%s\t%s\t%s\tunknown\t/CN=%s\n" % (
            status, _day(86400 * 300)[2:], revoked, serial, name)
        self.write("index.txt", "" if status == "unknown" else row)
        self.write("index.txt.attr", "unique_subject = no\n")
        responder = responder or issuer
        self.openssl("ocsp", "-index", "index.txt", "-CA", issuer + ".pem", "-rsigner",
                     responder + ".pem", "-rkey", responder + ".key", "-rmd", digest,
                     "-issuer", issuer + ".pem", "-cert", name + ".pem", "-no_nonce",
                     "-noverify", *end, "-respout", "staple.der")
        return self.read("staple.der")

    def restaple(self, staple, issuer, shift_s=0, breaks=False):
        """The same response at another time (or with a broken signature)."""
        outer = _fields(_fields(staple)[0][2])
        basic = _fields(_fields(outer[1][2])[0][2])[1][2]
        whole = _fields(basic)[0][2]
        parts = _fields(whole)
        tbs = whole[parts[0][1]:parts[0][3]]
        at = 0
        while True:
            at = tbs.find(b"\x18\x0f", at)
            if at < 0:
                break
            old = calendar.timegm(time.strptime(tbs[at + 2:at + 17].decode(), OCSP_TIME))
            new = time.strftime(OCSP_TIME, time.gmtime(old + shift_s)).encode()
            tbs = tbs[:at + 2] + new + tbs[at + 17:]
            at += 17
        signature = self.openssl("dgst", "-sha256", "-sign", issuer + ".key", data=tbs)
        if breaks:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        old = parts[2][2][1:]
        return staple.replace(whole[parts[0][1]:parts[0][3]], tbs).replace(old, signature)

    def get(self, form, region, domain):
        key = (form, region, domain)
        if key not in self.made:
            self.start()
            self.made[key] = self.make(form, region, domain, "leaf%d" % len(self.made))
        return self.made[key]

    def leaf(self, form, region, domain, name):
        common_name = "managed-ssh-signer.%s.%s" % (region, domain)
        issuer = "foreign" if form == "other-root" else "intermediate"
        facts = {"wrong-cn": {"common_name": "managed-ssh-signer.%s.example.com" % region},
                 "two-cns": {"common_name": "signer.example.com|" + common_name},
                 "other-region": {"common_name": "managed-ssh-signer.ap-south-2." + domain},
                 "not-signing": {"section": "not-signing"}, "ca": {"section": "ca"},
                 "sha1": {"digest": "sha1"},
                 "expired": {"days": (-86400 * 2, -3600)},
                 "future": {"days": (86400, 86400 * 2)},
                 "rsa-1024": {"key": ("-newkey", "rsa:1024", "-nodes")},
                 "ec": {"key": EC}}
        given = {"common_name": common_name, "section": "good"}
        given.update(facts.get(form, {}))
        self.certify(name, issuer, **given)
        return issuer

    def make(self, form, region, domain, name):
        issuer = self.leaf(form, region, domain, name)
        root = "stranger" if form == "other-root" else "root"
        pem = b"".join(self.read(n + ".pem") for n in (name, issuer))
        status = {"revoked": "R", "unknown": "unknown"}.get(form, "V")
        facts = {"staple-sha1": {"digest": "sha1"}, "staple-endless": {"end": ()},
                 "staple-delegated": {"responder": "responder"},
                 "staple-foreign": {"responder": "plain"}}.get(form, {})
        above = self.staple(issuer, root, "R" if form == "revoked-intermediate" else "V")
        staple = self.staple(name, issuer, status, **facts)
        if form == "staple-expired":
            staple = self.restaple(staple, issuer, -86400 * 8)
        elif form == "staple-future":
            staple = self.restaple(staple, issuer, 3600)
        elif form == "staple-signature":
            staple = self.restaple(staple, issuer, breaks=True)
        elif form == "staple-other":
            staple = above
        elif form == "staple-garbage":
            staple = b"no response"
        staples = {self.fingerprint(issuer): above}
        if form != "staple-missing":
            staples[self.fingerprint(name)] = staple
        if form == "alone":
            pem = self.read(name + ".pem")
        elif form == "garbage":
            pem = b"-----BEGIN CERTIFICATE-----\nno certificate\n-----END CERTIFICATE-----\n"
        return Chain(self.place, name, pem.decode(), staples, form != "ec")
