#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# session_manager_inside.sh ROUNDS - run inside by session_manager.sh
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# 1,000 people in up to 64 groups each
install -d /etc/iamlogin
jq -n 'def digits: "000" + tostring | .[-4:];
	[range(64) | "g\(.)"] as $groups | {
	UserDetailList: [range(1000) | {
		Path: "/people/", UserName: "p\(digits)", UserId: "AIDA0000000000000\(digits)",
		Arn: "arn:aws:iam::123456789012:user/people/p\(digits)",
		CreateDate: "2024-01-01T00:00:00Z", GroupList: $groups[:. % 65],
		AttachedManagedPolicies: [], Tags: [{Key: "platform", Value: "acme"}]}],
	GroupDetailList: [$groups | to_entries[] | {
		Path: "/", GroupName: .value, GroupId: "AGPA0000000000000\(.key | digits)",
		Arn: "arn:aws:iam::123456789012:group/\(.value)",
		CreateDate: "2024-01-01T00:00:00Z", GroupPolicyList: [],
		AttachedManagedPolicies: []}],
	RoleDetailList: [], Policies: []}' >/etc/iamlogin/directory.json
config_for_file | configure
daemon_launch
until_holds 30 account_exists p0999 || exit 1
mkdir -p /run/floor
cp /run/iamlogin/snapshot /run/floor/snapshot
for module in iamlogin floor; do
	sed -e "s/^passwd:.*/passwd: files $module/" -e "s/^group:.*/group: files $module/" \
	    /etc/nsswitch.conf >"/etc/nsswitch.$module"
done
cat >/e2e/pairs.py <<'END'
import os, sys

lines = {module: open("/etc/nsswitch." + module).read() for module in ("iamlogin", "floor")}

def measured(module, name):
    with open("/etc/nsswitch.conf", "w") as conf:
        conf.write(lines[module])
    wall, cpu = os.popen("session-manager-id " + name).read().split()
    return {"wall": int(wall) / 1000, "CPU": int(cpu) / 1000}

rounds, pairs = int(sys.argv[1]), []
for n in range(rounds + 10):
    name = "p%04d" % (n * 13 % 1000)
    order = ("iamlogin", "floor") if n % 2 else ("floor", "iamlogin")
    pair = {module: measured(module, name) for module in order}
    if n >= 10:
        pairs.append(pair)
def median(values):
    return sorted(values)[len(values) // 2]
for what in "wall", "CPU":
    took = {module: [pair[module][what] for pair in pairs] for module in lines}
    differences = sorted(a - b for a, b in zip(took["iamlogin"], took["floor"]))
    low, high = differences[int(rounds * 0.5 - rounds ** 0.5)], \
        differences[min(rounds - 1, int(rounds * 0.5 + rounds ** 0.5))]
    print("four id processes, 0 to 64 groups, %d pairs: %.2f ms of %s time with iamlogin, %.2f ms "
          "with the floor module; difference %.3f ms (95 %%: %.3f to %.3f)" % (rounds,
          median(took["iamlogin"]), what, median(took["floor"]), median(differences), low, high))
END
python3 /e2e/pairs.py "$1"
