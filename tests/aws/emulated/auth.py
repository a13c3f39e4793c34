# SPDX-License-Identifier: Apache-2.0
"""Who signed a request and whether they may: AWS's refusals with AWS's codes.

Order of the checks and codes: aws-facts.md sections 5 and 6. `ec2` speaks its own
dialect of the same refusals (AuthFailure 401, RequestExpired 400).
"""
import calendar
import fnmatch
import hmac
import re
import time

from . import sigv4
from .query import AwsError

SKEW_S = 300
HOSTS = (
    (r"iam(-fips)?\.amazonaws\.com", "iam", "us-east-1"),
    (r"iam\.global\.api\.aws", "iam", "us-east-1"),
    (r"iam\.cn-north-1\.amazonaws\.com\.cn", "iam", "cn-north-1"),
    (r"iam\.us-gov\.amazonaws\.com", "iam", "us-gov-west-1"),
    (r"sts\.amazonaws\.com", "sts", "us-east-1"),
    (r"(sts|ec2|ssm|kms|ec2-instance-connect)(?:-fips)?\.([a-z0-9-]+)\."
     r"(?:amazonaws\.com(?:\.cn)?|api\.aws)",
     None, None),
)
# What a host's role may do here, whatever the emulated account's policies say: it
# reads. A daemon that tries to write is a defect and gets the refusal it would get.
ROLE_MAY = ("iam:Get*", "iam:List*", "sts:*", "ec2:Describe*", "s3:GetObject",
            "s3:ListBucket", "kms:Decrypt")
# ... but for the role of a publisher.
PUBLISHER_MAY = ("s3:PutObject", "kms:Sign", "kms:GenerateDataKey")
# S3's own names for the same refusals.
S3_CODES = {"InvalidClientTokenId": ("InvalidAccessKeyId", 403),
            "MissingAuthenticationToken": ("AccessDenied", 403),
            "IncompleteSignature": ("AuthorizationHeaderMalformed", 400),
            "ExpiredToken": ("ExpiredToken", 400)}


def service_of_host(host):
    """(service, region) that AWS serves under this name, or (None, None)."""
    name = re.sub(r":[0-9]+$", "", (host or "").lower())
    for pattern, service, region in HOSTS:
        match = re.fullmatch(pattern, name)
        if match:
            return (service, region) if service else (match.group(1), match.group(2))
    return None, None


def _regions(service, host_region, instance):
    """The regions a request to `service` may be signed for."""
    if host_region:
        return (host_region,)
    if service == "iam":
        return ({"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
                .get(instance.partition, "us-east-1"),)
    if service == "sts":
        return (instance.region, "us-east-1")
    if service in ("s3", "kms"):
        return (instance.region, "us-east-1", "eu-central-1", "eu-west-1")
    return (instance.region,)


def _refusal(service, code, message):
    if service == "s3":
        code, status = S3_CODES.get(code, (code, 403))
        return AwsError(code, message, status)
    if service != "ec2":
        status = 400 if code == "IncompleteSignature" else 403
        return AwsError(code, message, status)
    if code in ("SignatureExpired", "ExpiredToken"):
        return AwsError("RequestExpired", "Request has expired.", 400)
    if code == "MissingAuthenticationToken":
        return AwsError(code, message, 403)
    return AwsError("AuthFailure", "AWS was not able to validate the provided access "
                    "credentials", 401)


def _check_date(service, date, day):
    try:
        stamp = calendar.timegm(time.strptime(date or "", "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise _refusal(service, "IncompleteSignature", "Date must be in ISO-8601 'basic "
                       "format'. Got '%s'." % (date or ""))
    if date[:8] != day:
        raise _refusal(service, "SignatureDoesNotMatch", "Date in Credential scope does "
                       "not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                       "'%s' != '%s', from '%s'." % (day, date[:8], date))
    now = time.time()
    clock = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    code = {"ec2": "SignatureExpired", "s3": "RequestTimeTooSkewed"}.get(
        service, "SignatureDoesNotMatch")
    if stamp < now - SKEW_S:
        raise _refusal(service, code, "Signature expired: %s is now earlier than %s "
                       "(%s - 5 min.)" % (date, time.strftime(
                           "%Y%m%dT%H%M%SZ", time.gmtime(now - SKEW_S)), clock))
    if stamp > now + SKEW_S:
        raise _refusal(service, code, "Signature not yet current: %s is still later than "
                       "%s (%s + 5 min.)" % (date, time.strftime(
                           "%Y%m%dT%H%M%SZ", time.gmtime(now + SKEW_S)), clock))


def _check_scope(service, scope, regions):
    if scope[1] not in regions:
        raise _refusal(service, "SignatureDoesNotMatch", "Credential should be scoped to "
                       "a valid region, not '%s'. " % scope[1])
    if scope[2] != service:
        raise _refusal(service, "SignatureDoesNotMatch", "Credential should be scoped to "
                       "correct service: '%s'. " % service)


def _check_signed_names(service, request, signed):
    """host and every x-amz- header must be under the signature."""
    needed = {"host"} | {k.lower() for k, _ in request.headers
                         if k.lower().startswith("x-amz-")}
    for name in sorted(needed - set(signed)):
        raise _refusal(service, "SignatureDoesNotMatch", "'%s' must be a 'SignedHeader' "
                       "in the AWS Authorization." % name)
    for name in signed:
        if request.header(name) is None:
            raise _refusal(service, "SignatureDoesNotMatch",
                           "Signed header '%s' is not in the request." % name)


def authenticate(request, service, host_region, credentials, instance):
    """The key pair that signed `request`, or AwsError."""
    text = request.header("authorization")
    if not text:
        raise _refusal(service, "MissingAuthenticationToken",
                       "Request is missing Authentication Token")
    try:
        given = sigv4.Authorization(text)
    except sigv4.Malformed as error:
        raise _refusal(service, "IncompleteSignature", str(error))
    pair = credentials.pairs.get(given.key_id)
    token = request.header("x-amz-security-token")
    if pair is None or (pair.token is None) != (token is None) \
            or (token and not hmac.compare_digest(pair.token.encode("utf-8"),
                                                  token.encode("utf-8"))):
        raise _refusal(service, "InvalidClientTokenId",
                       "The security token included in the request is invalid.")
    date = request.header("x-amz-date") or request.header("date")
    _check_date(service, date, given.scope[0])
    _check_scope(service, given.scope, _regions(service, host_region, instance))
    _check_signed_names(service, request, given.signed)
    if not sigv4.matches(request, given, pair.secret, date):
        raise _refusal(service, "SignatureDoesNotMatch", "The request signature we "
                       "calculated does not match the signature you provided. Check your "
                       "AWS Secret Access Key and signing method. Consult the service "
                       "documentation for details.")
    if pair.expires is not None and pair.expires <= time.time():
        raise _refusal(service, "ExpiredToken",
                       "The security token included in the request is expired")
    return pair


def _resource(service, action, params, instance):
    """How AWS names the resource in an AccessDenied message."""
    for field, word in (("UserName", "user"), ("GroupName", "group"),
                        ("RoleName", "role")):
        if params.get(field):
            return "%s %s" % (word, params.get(field))
    if params.get("RoleArn"):
        return params.get("RoleArn")
    stem = "arn:%s:iam::%s:" % (instance.partition, instance.account)
    return {"ListUsers": stem + "user/", "ListGroups": stem + "group/",
            "ListRoles": stem + "role/"}.get(action, "*")


def authorize(pair, service, action, params, deny, instance):
    """AwsError when `pair` may not do `action`; the administrator may do all."""
    what = "%s:%s" % (service, action)
    if pair.is_admin or what == "sts:GetCallerIdentity":
        return
    if service == "ec2-instance-connect" and pair.is_person:
        return
    by_role = "%s/%s" % ((pair.arn.split("/") + ["", ""])[1], what)
    if any(fnmatch.fnmatchcase(w, pattern) for pattern in deny for w in (what, by_role)) \
            or not any(fnmatch.fnmatchcase(what, pattern) for pattern in
                       (ROLE_MAY + PUBLISHER_MAY if "publisher" in by_role
                        else ROLE_MAY)):
        if service == "ec2":
            raise AwsError("UnauthorizedOperation", "You are not authorized to perform "
                           "this operation.", 403)
        raise AwsError("AccessDenied", "User: %s is not authorized to perform: %s on "
                       "resource: %s because no identity-based policy allows the %s "
                       "action" % (pair.arn, what,
                                   _resource(service, action, params, instance), what),
                       403)
