# SPDX-License-Identifier: Apache-2.0
"""IMDSv2 and instance tags, by botocore's fetcher and by hand."""
import json
import time

import botocore.utils

from .bench import check, same

TTL = "X_aws_ec2_metadata_token_ttl_seconds"


def tokens(emulator):
    def put(**headers):
        return emulator.imds("PUT", "/latest/api/token", **headers)[0]
    same("a token without a TTL, or with a bad one",
         [put(), put(**{TTL: "0"}), put(**{TTL: "21601"}), put(**{TTL: "soon"})],
         [400] * 4)
    same("a token through a proxy", put(**{TTL: "60", "X_Forwarded_For": "10.0.0.1"}),
         403)
    same("a token of a dated version",
         emulator.imds("PUT", "/2021-03-23/api/token", **{TTL: "60"})[0], 403)
    status, headers, _ = emulator.imds("PUT", "/latest/api/token", **{TTL: "21600"})
    same("a token says its TTL again",
         (status, headers["X-aws-ec2-metadata-token-ttl-seconds"],
          headers["Content-Type"]), (200, "21600", "text/plain"))
    same("no token", emulator.imds("GET", "/latest/meta-data/instance-id")[0], 401)
    same("an unknown token", emulator.imds_get("meta-data/", "AQAEunknown")[0], 401)
    brief = emulator.imds_token("1")
    same("a fresh token", emulator.imds_get("meta-data/instance-id", brief),
         (200, "i-0123456789abcdef0"))
    time.sleep(1.1)
    same("an expired token", emulator.imds_get("meta-data/instance-id", brief)[0], 401)
    same("methods that do not exist", [emulator.imds(m, "/latest/meta-data/")[0]
                                       for m in ("POST", "DELETE")], [405, 405])


def paths(emulator):
    get = emulator.imds_get
    same("an unknown path", get("meta-data/nothing")[0], 404)
    check("a directory lists its entries", {"iam/", "instance-id", "placement/"}
          <= set(get("meta-data/")[1].split("\n")))
    same("places and services", [get("meta-data/" + p)[1] for p in (
        "placement/region", "placement/availability-zone", "services/partition",
        "services/domain")], ["eu-central-1", "eu-central-1a", "aws", "amazonaws.com"])
    document = json.loads(get("dynamic/instance-identity/document")[1])
    same("the identity document", [document[k] for k in ("accountId", "instanceId",
                                                         "region")],
         ["111122223333", "i-0123456789abcdef0", "eu-central-1"])
    same("the profile", json.loads(get("meta-data/iam/info")[1])["InstanceProfileArn"],
         "arn:aws:iam::111122223333:instance-profile/iamlogin-host")
    same("the launch key", get("meta-data/public-keys/")[1], "0=launch-key")
    same("tags", (get("meta-data/tags/instance")[1].split("\n"),
                  get("meta-data/tags/instance/platform")[1]),
         (["platform", "Name"], "shop"))
    emulator.control("PATCH", "instance", {"tags": None})
    same("tags switched off", [get("meta-data/tags/" + p)[0] for p in (
        "", "instance", "instance/platform")], [404] * 3)
    emulator.control("PATCH", "instance", {"tags": {"platform": "billing"}})
    same("tags changed", get("meta-data/tags/instance/platform")[1], "billing")
    old = emulator.imds_token()
    emulator.control("PATCH", "instance", {"instance_id": "i-0fedcba0000000001",
                                           "account": "999988887777"})
    same("a token is worth nothing on another instance", get("meta-data/", old)[0], 401)
    same("another instance in another account",
         (get("meta-data/instance-id")[1], emulator.client(
             "sts", emulator.role_keys()).get_caller_identity()["Account"]),
         ("i-0fedcba0000000001", "999988887777"))
    same("an id that is none", emulator.control("PATCH", "instance",
                                                {"instance_id": "x"})[0], 400)
    emulator.control("POST", "reset")


def fetcher(emulator):
    def fetch():
        where = {"ec2_metadata_service_endpoint":
                 "http://%s/" % emulator.addresses["imds"]}
        return botocore.utils.InstanceMetadataFetcher(
            timeout=2, num_attempts=1, config=where).retrieve_iam_role_credentials()
    first = fetch()
    same("botocore finds the role", first.get("role_name"), "iamlogin-host")
    same("and the same credentials again", fetch().get("access_key"),
         first.get("access_key"))
    emulator.control("PATCH", "credentials", {"expires_in": 2})
    short = fetch()
    check("credentials live as long as the control API says",
          short["access_key"] != first["access_key"], short["expiry_time"])
    time.sleep(1.2)
    check("and rotate before they end", fetch()["access_key"] != short["access_key"])
    emulator.control("PATCH", "credentials", {"role": "other", "expires_in": None})
    same("another role", fetch()["role_name"], "other")
    emulator.control("PATCH", "credentials", {"role": None})
    same("no role", (fetch(), emulator.imds_get("meta-data/iam/info")[0]), ({}, 404))
    emulator.control("POST", "reset")


def describe_tags(emulator):
    ec2 = emulator.client("ec2", region="eu-central-1")
    emulator.control("PATCH", "instance", {"tags": {"t%d" % n: "v" for n in range(12)}})
    own = [{"Name": "resource-id", "Values": ["i-0123456789abcdef0"]}]
    pages = list(ec2.get_paginator("describe_tags").paginate(
        Filters=own, PaginationConfig={"PageSize": 5}))
    same("DescribeTags over pages", [len(p["Tags"]) for p in pages], [5, 5, 2])
    check("without a filter others' tags come too", any(
        t["ResourceId"] != own[0]["Values"][0] for t in ec2.describe_tags()["Tags"]))
    emulator.control("POST", "reset")


def run(emulator):
    for part in (tokens, paths, fetcher, describe_tags):
        part(emulator)


def run_elsewhere(emulator):
    """Another emulator: China, IPv6, short pages, neither role nor IMDS tags."""
    same("IMDS over IPv6, partition and domain",
         [emulator.imds_get("meta-data/services/" + p)[1] for p in ("partition",
                                                                    "domain")],
         ["aws-cn", "amazonaws.com.cn"])
    same("an instance without a role",
         emulator.imds_get("meta-data/iam/security-credentials/")[0], 404)
    same("tags kept out of IMDS", emulator.imds_get("meta-data/tags/instance")[0], 404)
    ec2 = emulator.client("ec2", region="cn-north-1")
    same("but known to DescribeTags", ec2.describe_tags()["Tags"][0]["Value"], "shop")
    iam = emulator.client("iam", region="cn-north-1")
    first = iam.list_users(MaxItems=1000)
    same("a page may be short although more follows",
         (len(first["Users"]), first["IsTruncated"]), (2, True))
