# SPDX-License-Identifier: Apache-2.0
"""Signatures made by botocore: the right one passes, each kind of wrong one does not."""
import datetime
import re
import socket
import ssl
import types
import warnings
from unittest import mock

import botocore.auth

from .bench import ADMIN, check, refused, same

LIST = "Action=ListUsers&Version=2010-05-08"
WHO = "Action=GetCallerIdentity&Version=2011-06-15"


def _code(answer):
    found = re.search("<Code>([A-Za-z]+)</Code>", answer[1])
    return (found.group(1) if found else None), answer[0]


def _at(minutes):
    """botocore's clock, moved."""
    class Moved(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return datetime.datetime.utcnow() + datetime.timedelta(minutes=minutes)
    return mock.patch.object(botocore.auth, "datetime",
                             types.SimpleNamespace(datetime=Moved))


def raw(emulator):
    def sent(change=None, body=LIST, **named):
        headers, text = emulator.signed(body, **named)
        if change:
            text = change(headers, text) or text
        return _code(emulator.post(headers, text))

    same("a request as botocore signs it passes", sent(), (None, 200))
    same("another body than the signed one",
         sent(lambda h, b: b + "&MaxItems=1"), ("SignatureDoesNotMatch", 403))
    same("another header value than the signed one",
         sent(lambda h, b: h.update({"Host": "iam.amazonaws.com"})),
         ("SignatureDoesNotMatch", 403))
    same("an x-amz- header outside the signature",
         sent(lambda h, b: h.update({"X-Amz-Extra": "1"})),
         ("SignatureDoesNotMatch", 403))
    same("no signature", sent(lambda h, b: h.pop("Authorization") and None),
         ("MissingAuthenticationToken", 403))
    same("half a signature", sent(lambda h, b: h.update(
        {"Authorization": h["Authorization"].split(", Signature")[0]})),
        ("IncompleteSignature", 400))
    same("a region that is not IAM's", sent(region="eu-central-1"),
         ("SignatureDoesNotMatch", 403))
    for service, region, host, wanted in (
            ("iam", "us-east-1", "iam.amazonaws.com", 200),
            ("sts", "us-east-1", "iam.amazonaws.com", 403),
            ("iam", "cn-north-1", "iam.cn-north-1.amazonaws.com.cn", 200),
            ("iam", "us-east-1", "iam.us-gov.amazonaws.com", 403),
            ("sts", "eu-central-1", "sts.eu-central-1.amazonaws.com", 200),
            ("sts", "us-east-1", "sts.eu-central-1.amazonaws.com", 403),
            ("sts", "us-east-1", "sts.amazonaws.com", 200)):
        body = WHO if host.startswith("sts") else LIST
        same("%s signed for %s of %s" % (host, service, region),
             sent(body=body, service=service, region=region, host=host),
             (None if wanted == 200 else "SignatureDoesNotMatch", wanted))
    for minutes, wanted in ((-4, (None, 200)), (4, (None, 200)),
                            (-6, ("SignatureDoesNotMatch", 403)),
                            (6, ("SignatureDoesNotMatch", 403))):
        with _at(minutes):
            same("a clock %+d minutes off" % minutes, sent(), wanted)
    same("an action that does not exist", sent(body=LIST.replace("Users", "Nothing")),
         ("InvalidAction", 400))
    same("a version that does not exist", sent(body=LIST.replace("2010", "2009")),
         ("InvalidAction", 400))
    same("no action", sent(body="Version=2010-05-08"), ("MissingAction", 400))
    for size in ("0", "1001", "-1"):
        same("MaxItems=%s" % size, sent(body=LIST + "&MaxItems=" + size),
             ("ValidationError", 400))
    same("a request without UserName",
         sent(body="Action=GetSSHPublicKey&Version=2010-05-08&UserName=alice"),
         ("ValidationError", 400))
    same("a path that is no service's", emulator.post({}, "", "/nowhere")[0], 404)


def names(emulator):
    """The certificate's names, and no TLS below 1.2."""
    host, port = emulator.addresses["aws"].rsplit(":", 1)

    def greeted(name, context):
        try:
            with socket.create_connection((host, int(port)), 5) as plain, \
                    context.wrap_socket(plain, server_hostname=name) as link:
                return link.version()
        except ssl.SSLError as error:
            return type(error).__name__
    for name in ("iam.amazonaws.com", "sts.eu-central-1.amazonaws.com", "::1"):
        same("TLS as " + name, greeted(name, emulator.context), "TLSv1.3")
    same("TLS under a name it has not", greeted("iam.example.com", emulator.context),
         "SSLCertVerificationError")
    same("TLS without its CA", greeted("localhost", ssl.create_default_context()),
         "SSLCertVerificationError")
    old = ssl.create_default_context(cafile=emulator.ca)
    old.set_ciphers("DEFAULT@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    same("TLS 1.1", greeted("localhost", old), "SSLError")


def principals(emulator):
    refused("a wrong secret", ("SignatureDoesNotMatch", 403),
            emulator.client("iam", (ADMIN[0], "x" * 40)).list_users)
    refused("an unknown key id", ("InvalidClientTokenId", 403),
            emulator.client("iam", ("AKIAUNKNOWN000000000", ADMIN[1])).list_users)
    refused("ec2 says it in its own words", ("AuthFailure", 401),
            emulator.client("ec2", (ADMIN[0], "x" * 40), "eu-central-1").describe_tags)
    keys = emulator.role_keys()
    refused("role credentials without their token", ("InvalidClientTokenId", 403),
            emulator.client("iam", keys[:2]).list_users)
    refused("role credentials with another token", ("InvalidClientTokenId", 403),
            emulator.client("iam", keys[:2] + ("IQoJother",)).list_users)
    iam, sts = emulator.client("iam", keys), emulator.client("sts", keys, "eu-central-1")
    who = sts.get_caller_identity()
    same("the role's credentials are the instance's", (who["Account"], who["Arn"]),
         ("111122223333",
          "arn:aws:sts::111122223333:assumed-role/iamlogin-host/i-0123456789abcdef0"))
    check("its id names the session", re.fullmatch(
        "AROA[A-Z0-9]+:i-0123456789abcdef0", who["UserId"]), who["UserId"])
    log = emulator.control("GET", "requests")[1]["log"]
    same("the record names who signed", (log[-1]["action"], log[-1]["signed_by"]),
         ("GetCallerIdentity", who["Arn"]))
    refused("a host's role may not write", ("AccessDenied", 403), iam.create_user,
            UserName="eve")
    emulator.control("PATCH", "credentials", {"deny": ["iam:GetUser"]})
    try:
        iam.get_user(UserName="alice")
        check("a denied action", False, "no error")
    except iam.exceptions.ClientError as error:
        same("a denied action", error.response["Error"]["Message"],
             "User: %s is not authorized to perform: iam:GetUser on resource: user alice "
             "because no identity-based policy allows the iam:GetUser action"
             % who["Arn"])
    same("the others go on", len(iam.list_users()["Users"]), 5)
    emulator.control("PATCH", "credentials", {"deny": []})
    assumed = sts.assume_role(RoleArn="arn:aws:iam::111122223333:role/iamlogin-host",
                              RoleSessionName="reader", DurationSeconds=900)
    made = assumed["Credentials"]
    other = emulator.client("sts", (made["AccessKeyId"], made["SecretAccessKey"],
                                    made["SessionToken"]))
    same("AssumeRole", other.get_caller_identity()["Arn"],
         "arn:aws:sts::111122223333:assumed-role/iamlogin-host/reader")
    refused("AssumeRole of nobody's role", ("AccessDenied", 403), sts.assume_role,
            RoleArn="arn:aws:iam::111122223333:role/none", RoleSessionName="reader")
    emulator.control("PATCH", "credentials", {"expires_in": -1})
    refused("credentials whose time is over", ("ExpiredToken", 403), iam.list_users)
    refused("and in ec2's words", ("RequestExpired", 400),
            emulator.client("ec2", keys, "eu-central-1").describe_tags)
    same("IMDS hands out expired ones while it has no others",
         _code(emulator.post(*emulator.signed(WHO, "sts", keys=emulator.role_keys()))),
         ("ExpiredToken", 403))
    emulator.control("PATCH", "credentials", {"expires_in": None})
    same("and new ones after that", _code(emulator.post(
        *emulator.signed(WHO, "sts", keys=emulator.role_keys()))), (None, 200))


def run(emulator):
    raw(emulator)
    names(emulator)
    principals(emulator)
    emulator.control("POST", "reset")
