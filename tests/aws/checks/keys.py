# SPDX-License-Identifier: Apache-2.0
"""SSH public keys through botocore, against what ssh-keygen and openssl say of them."""
import os
import subprocess

from .bench import refused, same


def _made(place, *kind):
    path = os.path.join(place, "key-" + "-".join(kind))
    words = ["ssh-keygen", "-q", "-N", "", "-C", "me@here", "-f", path, "-t", *kind]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    with open(path + ".pub", encoding="ascii") as source:
        return path + ".pub", source.read()


def _says(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout.decode()


def run(emulator, place):
    iam = emulator.client("iam")
    path, line = _made(place, "rsa", "-b", "2048")

    def upload(body):
        return iam.upload_ssh_public_key(UserName="bob",
                                         SSHPublicKeyBody=body)["SSHPublicKey"]

    def get(encoding):
        return iam.get_ssh_public_key(
            UserName="bob", SSHPublicKeyId=made["SSHPublicKeyId"],
            Encoding=encoding)["SSHPublicKey"]
    made = upload(line)
    same("an uploaded key is active", (made["Status"], made["SSHPublicKeyBody"].split()),
         ("Active", line.split()))
    same("its fingerprint is what ssh-keygen says", "MD5:" + made["Fingerprint"],
         _says("ssh-keygen", "-l", "-E", "md5", "-f", path).split()[1])
    pem = _says("ssh-keygen", "-e", "-m", "PKCS8", "-f", path)
    same("its PEM is what ssh-keygen says", get("PEM")["SSHPublicKeyBody"], pem)
    refused("an unknown encoding", ("UnrecognizedPublicKeyEncoding", 400), get, "DER")
    refused("the same key again", ("DuplicateSSHPublicKey", 400), upload, line)
    refused("the same key as PEM", ("DuplicateSSHPublicKey", 400), upload, pem)
    refused("an ed25519 key", ("InvalidPublicKey", 400), upload,
            _made(place, "ed25519")[1])
    refused("RSA of 1024 bits", ("InvalidPublicKey", 400), upload,
            _made(place, "rsa", "-b", "1024")[1])
    refused("no key at all", ("InvalidPublicKey", 400), upload, "ssh-rsa AAAA")
    listed = iam.list_ssh_public_keys(UserName="bob")["SSHPublicKeys"]
    same("a listing has no bodies", [sorted(k) for k in listed],
         [["SSHPublicKeyId", "Status", "UploadDate", "UserName"]])
    iam.update_ssh_public_key(UserName="bob", SSHPublicKeyId=made["SSHPublicKeyId"],
                              Status="Inactive")
    same("a key made inactive", get("SSH")["Status"], "Inactive")
    refused("a user with keys cannot be deleted", ("DeleteConflict", 409),
            iam.delete_user, UserName="bob")
    iam.delete_ssh_public_key(UserName="bob", SSHPublicKeyId=made["SSHPublicKeyId"])
    refused("a deleted key is gone", ("NoSuchEntity", 404), get, "SSH")
    emulator.control("POST", "reset")
