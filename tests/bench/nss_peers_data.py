# SPDX-License-Identifier: Apache-2.0
"""nss_peers_data.py DIR USERDB-MAX: the text dataset in the forms that peers keep it in

Reads DIR/passwd and DIR/group and writes beside them: the sorted indexes of libnss-cache
(key, NUL, offset, NUL, padded to one width with NULs, newline), and systemd's user records,
one file for each account, group and membership, when there are at most USERDB-MAX accounts.
"""
import json
import os
import sys


def write_index(path, entries):
    width = max(len(key) + len(offset) for key, offset in entries)
    with open(path, "w", encoding="ascii") as index:
        for key, offset in sorted(entries):
            pad = "\0" * (width - len(key) - len(offset))
            index.write(f"{key}\0{offset}\0{pad}\n")


def index_file(path, by_id):
    names, ids, offset = [], [], 0
    with open(path, encoding="ascii") as lines:
        for line in lines:
            fields = line.split(":")
            names.append((fields[0], str(offset)))
            ids.append((fields[2], str(offset)))
            offset += len(line)
    write_index(path + ".ixname", names)
    write_index(path + ".ix" + by_id, ids)


def write_record(folder, name, number, kind, record):
    with open(f"{folder}/{name}.{kind}", "w", encoding="ascii") as out:
        json.dump(record, out)
    os.symlink(f"{name}.{kind}", f"{folder}/{number}.{kind}")


def userdb(data):
    folder = data + "/userdb"
    os.makedirs(folder)
    with open(data + "/passwd", encoding="ascii") as lines:
        for line in lines:
            name, _, uid, gid, gecos, home, shell = line.rstrip("\n").split(":")
            write_record(folder, name, uid, "user", {
                "userName": name, "uid": int(uid), "gid": int(gid), "realName": gecos,
                "homeDirectory": home, "shell": shell})
    with open(data + "/group", encoding="ascii") as lines:
        for line in lines:
            name, _, gid, members = line.rstrip("\n").split(":")
            write_record(folder, name, gid, "group",
                         {"groupName": name, "gid": int(gid)})
            for member in filter(None, members.split(",")):
                path = f"{folder}/{member}:{name}.membership"
                with open(path, "w", encoding="ascii") as out:
                    out.write("{}\n")  # an empty file would count as masked


def main():
    data, most = sys.argv[1], int(sys.argv[2])
    index_file(data + "/passwd", "uid")
    index_file(data + "/group", "gid")
    with open(data + "/passwd", encoding="ascii") as lines:
        accounts = sum(1 for _ in lines)
    if accounts <= most:
        userdb(data)


main()
