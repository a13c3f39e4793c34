# SPDX-License-Identifier: Apache-2.0
"""The few actions of STS and EC2 that a login host calls (aws-facts.md 9 and 11)."""
import fnmatch
import re

from .credentials import zulu
from .query import AwsError, cut

# Another resource of the account: who forgets to ask for its own tags, gets these too.
NEIGHBOUR = "i-0fedcba9876543210"


def get_caller_identity(world, params, pair):
    return {"UserId": pair.user_id, "Account": pair.account, "Arn": pair.arn}


def assume_role(world, params, pair):
    arn = params.text("RoleArn", longest=2048, shortest=20)
    session = params.text("RoleSessionName", r"[\w+=,.@-]*", 64, shortest=2)
    seconds = params.number("DurationSeconds", 900, 43200, 3600)
    for role in world.directory.roles.values():
        if role["Arn"] == arn:
            account = arn.split(":")[4]
            made = world.credentials.assume(role["RoleName"], session, seconds, account)
            made.is_person = True
            return {"Credentials": {"AccessKeyId": made.key_id,
                                    "SecretAccessKey": made.secret,
                                    "SessionToken": made.token,
                                    "Expiration": zulu(made.expires)},
                    "AssumedRoleUser": {"AssumedRoleId": made.user_id, "Arn": made.arn}}
    raise AwsError("AccessDenied", "User: %s is not authorized to perform: "
                   "sts:AssumeRole on resource: %s" % (pair.arn, arn), 403)


def _matches(value, patterns):
    return any(fnmatch.fnmatchcase(value, re.sub(r"([\[])", r"[\1]", p))
               for p in patterns)


def describe_tags(world, params, pair):
    rows = [{"key": k, "resourceId": world.instance.instance_id,
             "resourceType": "instance", "value": v}
            for k, v in world.instance.tags.items()]
    rows.append({"key": "Name", "resourceId": NEIGHBOUR, "resourceType": "instance",
                 "value": "neighbour"})
    names = {"resource-id": "resourceId", "resource-type": "resourceType", "key": "key",
             "value": "value"}
    number = 1
    while params.get("Filter.%d.Name" % number) is not None:
        name = params.get("Filter.%d.Name" % number)
        if name not in names:
            raise AwsError("InvalidParameterValue", "The filter '%s' is invalid" % name)
        wanted = params.items("Filter.%d.Value" % number, "")
        rows = [r for r in rows if _matches(r[names[name]], wanted)]
        number += 1
    size = params.get("MaxResults", "1000")
    if not size.isdigit() or not 5 <= int(size) <= 1000:
        raise AwsError("InvalidParameterValue", "Value ( %s ) for parameter maxResults "
                       "is invalid. Expecting a value between 5 and 1000." % size)
    part, following = cut("DescribeTags", rows, lambda r: r["resourceId"] + r["key"],
                          params.get("NextToken"), min(int(size), world.page_max))
    out = {"tagSet": part}
    if following:
        out["nextToken"] = following
    return out


STS = {"GetCallerIdentity": get_caller_identity, "AssumeRole": assume_role}
EC2 = {"DescribeTags": describe_tags}
