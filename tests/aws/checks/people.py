# SPDX-License-Identifier: Apache-2.0
"""IAM's people, groups, roles and tags, read and written through botocore."""
import json
import os

from .bench import HERE, check, refused, same

HOST = "iamlogin-host"


def reads(emulator):
    iam = emulator.client("iam")
    emulator.control("DELETE", "requests")
    pages = list(iam.get_paginator("list_users").paginate(
        PaginationConfig={"PageSize": 2}))
    names = [u["UserName"] for p in pages for u in p["Users"]]
    same("ListUsers gives everybody once, over pages", names,
         ["alice", "bob", "carol", "erin.o+hara@example.com", "ci-bot"])
    same("three pages of two are three requests", emulator.counted("iam:ListUsers"), 3)
    check("ListUsers never tells tags", not any("Tags" in u for p in pages
                                                for u in p["Users"]))
    same("PathPrefix narrows", len(iam.list_users(PathPrefix="/people/")["Users"]), 4)
    refused("a marker of another listing is invalid", ("ValidationError", 400),
            iam.list_groups, Marker=pages[0]["Marker"])
    user = iam.get_user(UserName="carol")["User"]
    same("GetUser tells tags", {t["Key"]: t["Value"] for t in user["Tags"]},
         {"platform": "shop", "SSMSessionRunAs": "deploy"})
    same("times are times", user["CreateDate"].isoformat(), "2024-05-03T12:00:00+00:00")
    same("an awkward name survives signing and form encoding",
         iam.get_user(UserName="erin.o+hara@example.com")["User"]["Arn"],
         "arn:aws:iam::111122223333:user/people/erin.o+hara@example.com")
    try:
        iam.get_user(UserName="nobody")
        check("an unknown user is NoSuchEntityException", False, "no error")
    except iam.exceptions.NoSuchEntityException as error:
        same("an unknown user is NoSuchEntityException",
             error.response["Error"]["Message"],
             "The user with name nobody cannot be found.")
    refused("a role has no user of its own", ("ValidationError", 400), iam.get_user)
    same("ListUserTags sorts by key",
         [t["Key"] for t in iam.list_user_tags(UserName="carol")["Tags"]],
         ["SSMSessionRunAs", "platform"])
    same("ListGroupsForUser", [g["Path"] + g["GroupName"] for g in
                               iam.list_groups_for_user(UserName="alice")["Groups"]],
         ["/HostAdmins", "/teams/engineers"])
    members = iam.get_paginator("get_group").paginate(
        GroupName="engineers", PaginationConfig={"PageSize": 1}).build_full_result()
    same("GetGroup gives members over pages",
         [u["UserName"] for u in members["Users"]], ["alice", "bob", "carol"])
    refused("an unknown group", ("NoSuchEntity", 404), iam.get_group, GroupName="none")
    same("ListGroups", len(iam.list_groups()["Groups"]), 2)
    same("ListRoles", [r["RoleName"] for r in iam.list_roles()["Roles"]], [HOST])
    role = iam.get_role(RoleName=HOST)["Role"]
    same("policy documents are percent-encoded JSON",
         role["AssumeRolePolicyDocument"]["Statement"][0]["Action"], "sts:AssumeRole")
    same("ListRoleTags", iam.list_role_tags(RoleName=HOST)["Tags"],
         [{"Key": "owner", "Value": "platform team"}])


def details(emulator):
    iam = emulator.client("iam")
    walk = iam.get_paginator("get_account_authorization_details")
    with open(os.path.join(HERE, "directory.json"), encoding="utf-8") as source:
        wanted = json.load(source)
    for size in (1, 3, 100):
        got = walk.paginate(PaginationConfig={"PageSize": size}).build_full_result()
        same("GetAccountAuthorizationDetails in pages of %d" % size,
             {k: len(got.get(k, [])) for k in wanted},
             {k: len(wanted[k]) for k in wanted})
    for row in wanted["UserDetailList"]:
        row.pop("SSHPublicKeys")
    text = json.loads(json.dumps(got["UserDetailList"],
                                 default=lambda d: d.isoformat()))
    same("users come back as the file has them", text, wanted["UserDetailList"])
    part = iam.get_account_authorization_details(Filter=["Group", "Role"])
    same("Filter keeps the others out", [len(part[k]) for k in wanted], [0, 2, 1, 0])


def writes(emulator):
    iam = emulator.client("iam")
    made = iam.create_user(UserName="dave", Path="/people/",
                           Tags=[{"Key": "Platform", "Value": "shop"}])["User"]
    check("CreateUser", made["UserId"].startswith("AIDA") and made["Arn"]
          == "arn:aws:iam::111122223333:user/people/dave", made)
    refused("a name that differs in case only exists", ("EntityAlreadyExists", 409),
            iam.create_user, UserName="Dave")
    refused("a name with a colon", ("ValidationError", 400), iam.create_user,
            UserName="da:ve")
    iam.tag_user(UserName="dave", Tags=[{"Key": "platform", "Value": "billing"}])
    same("tag keys ignore case", iam.list_user_tags(UserName="dave")["Tags"],
         [{"Key": "platform", "Value": "billing"}])
    refused("a comma in a tag", ("ValidationError", 400), iam.tag_user, UserName="dave",
            Tags=[{"Key": "a", "Value": "b,c"}])
    refused("a system tag", ("InvalidInput", 400), iam.tag_user, UserName="dave",
            Tags=[{"Key": "aws:x", "Value": ""}])
    refused("more than 50 tags", ("LimitExceeded", 409), iam.tag_user, UserName="dave",
            Tags=[{"Key": "k%d" % n, "Value": ""} for n in range(50)])
    iam.untag_user(UserName="dave", TagKeys=["PLATFORM"])
    same("UntagUser", iam.list_user_tags(UserName="dave")["Tags"], [])
    iam.create_group(GroupName="night-shift")
    iam.add_user_to_group(GroupName="night-shift", UserName="dave")
    same("AddUserToGroup", iam.get_group(GroupName="night-shift")["Users"][0]["UserId"],
         made["UserId"])
    refused("a member cannot be deleted", ("DeleteConflict", 409), iam.delete_user,
            UserName="dave")
    iam.remove_user_from_group(GroupName="night-shift", UserName="dave")
    iam.delete_user(UserName="dave")
    refused("a deleted user is gone", ("NoSuchEntity", 404), iam.get_user,
            UserName="dave")
    again = iam.create_user(UserName="dave")["User"]["UserId"]
    check("a re-created user has another id", again != made["UserId"], again)


def control(emulator):
    status, answer = emulator.control("PATCH", "users/fay", {
        "Tags": [{"Key": "platform", "Value": "shop"}], "Groups": ["new"],
        "Path": "/people/", "SSHPublicKeys": [{"SSHPublicKeyBody": "ssh-ed25519 AAAA"}]})
    same("PATCH users creates", (status, answer.get("Arn")),
         (200, "arn:aws:iam::111122223333:user/people/fay"))
    iam = emulator.client("iam")
    same("the new group has her", [u["UserName"] for u in
                                   iam.get_group(GroupName="new")["Users"]], ["fay"])
    same("DELETE users", [emulator.control("DELETE", "users/fay")[0] for _ in "12"],
         [200, 404])
    same("an unknown field is refused", emulator.control("PATCH", "users/alice",
                                                         {"groups": []})[0], 400)
    same("a broken directory is refused",
         emulator.control("PUT", "directory", {"UserDetailList": [{}]})[0], 400)
    same("and changes nothing", iam.get_user(UserName="bob")["User"]["UserName"], "bob")
    everybody = {"UserDetailList": [
        {"UserName": "u%04d" % n, "Path": "/people/",
         "Tags": [{"Key": "platform", "Value": "shop"}]} for n in range(2500)]}
    emulator.control("PUT", "directory", everybody)
    walk = iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1000})
    same("PUT directory: 2,500 people in pages of 1,000",
         [len(p["Users"]) for p in walk], [1000, 1000, 500])
    emulator.control("POST", "reset")
    same("reset brings the first directory back",
         (len(iam.list_users()["Users"]), emulator.counted("iam:ListUsers")), (5, 1))


def run(emulator):
    for part in (reads, details, writes, control):
        part(emulator)
    emulator.control("POST", "reset")
