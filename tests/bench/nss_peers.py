# SPDX-License-Identifier: Apache-2.0
"""nss_peers.py --root TREE --work DIR --users LIST --json FILE --svg FILE [--quick] [--add]

Measures every NSS peer with nss_bench, each in namespaces of its own (nss_peers_inside.sh),
round by round and never one after the other, so that whatever else the machine does hits
all of them. DIR has parts/ (the modules and nss_bench) and data/USERS/ (nss_dataset).
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys

import nss_peers_plot
import nss_peers_report

HERE = os.path.dirname(os.path.abspath(__file__))
OURS, FLOOR = "iamlogin", "floor"
WARM_KEYS = 200  # for what is only fast when it was asked before
USERDB_MAX = 5000
SLOW_NS = 2e7  # a call above this is measured in three rounds only
PEERS = {
    FLOOR: "floor: hash probe in a mapped file + copy",
    OURS: "iamlogin",
    "nscd": "nscd, warm keys only",
    "sss": "sssd memory cache, warm keys only",
    "cache_oslogin": "guest-oslogin cache",
    "cache": "libnss-cache",
    "sss_socket": "sssd over its socket",
    "systemd": "systemd userdb drop-in",
    "extrausers": "extrausers",
    "files": "files",
}
CASES = [("pwnam", 1), ("pwuid", 1), ("miss", 1), ("initgroups", 1), ("foreign", 1),
         ("grnam", 1), ("grgid", 1), ("enum", 1), ("pwnam", 2), ("initgroups", 2)]
IN_A_ROW = [("pwnam-row", 1), ("miss-row", 1)]  # of ours and the floor alone
SPAWNS = ("id", "getent")
SPAWN_KEYS = ("id", "id cpu", "getent", "getent cpu")
CALLS = ("pwnam", "pwuid", "miss", "initgroups", "foreign", "grgid")


class Bench:
    """nss_bench with one peer, in its namespaces; ended by the end of its input"""

    def __init__(self, peer, users, options, as_root=False):
        keys = min(users - 1, WARM_KEYS) if peer in ("nscd", "sss", "sss_socket") else users
        environment = dict(os.environ, AS_ROOT="yes" if as_root else "")
        self.process = subprocess.Popen(
            ["unshare", "-m", "-p", "-f", "--kill-child", "--propagation", "private",
             HERE + "/nss_peers_inside.sh", peer, str(users), str(keys), options.root,
             options.work + "/parts", f"{options.work}/data/{users}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def ask(self, command):
        """the numbers of an answer, or the reason (a str) why there are none"""
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except OSError:
            pass
        answer = self.process.stdout.readline().strip()
        if not answer.startswith("ok "):
            return answer.removeprefix("fail ") or "it ended"
        return [float(value) for value in answer.split()[1:]]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Results:
    """values of all rounds by peer and case; why there are none

    What a call costs is the lower quartile of the rounds: whatever else a machine does, on
    the other core or beside the virtual machine, only ever adds.
    """

    def __init__(self):
        self.values, self.failures = {}, {}

    def add(self, peer, case, answer):
        if isinstance(answer, str):
            self.failures.setdefault((peer, case), answer)
        else:
            self.values.setdefault((peer, case), []).append(answer[0])

    def is_done(self, peer, case, rounds_done):
        if (peer, case) in self.failures:
            return True
        values = self.values.get((peer, case), [])
        return rounds_done >= 3 and values and values[-1] > SLOW_NS

    def summary(self, peer, case):
        values = self.values.get((peer, case), [])
        if (peer, case) in self.failures or not values:
            return {"fail": self.failures.get((peer, case), "not measured")}
        quarters = statistics.quantiles(values, n=4) if len(values) > 1 else [values[0]] * 3
        return {"cost": quarters[0], "median": statistics.median(values),
                "upper_quartile": quarters[2], "rounds": len(values)}


def measure(peers, rounds, results):
    """all cases of all peers; ours and the floor three times a round, side by side"""
    names = list(peers)
    for turn in range(rounds):
        for case, threads in CASES + IN_A_ROW:
            key = f"{case} x{threads}"
            others = [peer for peer in names if peer not in (FLOOR, OURS)]
            order = [FLOOR, OURS] * 3
            if (case, threads) in CASES:
                order += others[turn % len(others):] + others[:turn % len(others)]
            for n, peer in enumerate(order):
                if results.is_done(peer, key, turn):
                    continue
                budget = 15 if peer in (FLOOR, OURS) else 10
                results.add(peer, key, peers[peer].ask(
                    f"run {case} {threads} {budget} {turn * 10 + n // 2 + 1}"))
        for program in SPAWNS:
            order = [FLOOR, OURS] * 3 + [peer for peer in names if peer not in (FLOOR, OURS)]
            for peer in order:
                if results.is_done(peer, program, turn):
                    continue
                count = 15 if peer in (FLOOR, OURS) else 3
                answer = peers[peer].ask(f"spawn {program} {count} {turn + 1}")
                results.add(peer, program, answer)
                results.add(peer, program + " cpu",
                            answer if isinstance(answer, str) else answer[1:])
        print(f"  round {turn + 1} of {rounds}", file=sys.stderr)


def measure_size(users, options, rounds):
    print(f"{users} users", file=sys.stderr)
    wanted = [peer for peer in PEERS if peer != "systemd" or users <= USERDB_MAX]
    peers = {peer: Bench(peer, users, options) for peer in wanted}
    results = Results()
    measure(peers, rounds, results)
    size = {}
    for peer, bench in peers.items():
        cases = {f"{case} x{threads}": results.summary(peer, f"{case} x{threads}")
                 for case, threads in CASES}
        if peer in (FLOOR, OURS):
            cases |= {f"{case} x{threads}": results.summary(peer, f"{case} x{threads}")
                      for case, threads in IN_A_ROW}
        cases |= {program: results.summary(peer, program) for program in SPAWN_KEYS}
        calls = {case: bench.ask("calls " + case) for case in CALLS}
        memory = bench.ask("memory")
        labels = ("anonymous", "page_tables", "resident", "libraries")
        size[peer] = {
            "cases": cases,
            "system_calls": {case: got if isinstance(got, str) else got[0]
                             for case, got in calls.items()},
            "memory_kib": memory if isinstance(memory, str) else dict(zip(labels, memory)),
        }
        bench.end()
    if users > USERDB_MAX:
        size["systemd"] = {"skipped": f"one file for each account and membership: not above "
                                      f"{USERDB_MAX} accounts"}
    pairs = {}
    for key in [f"{case} x{threads}" for case, threads in CASES + IN_A_ROW] + list(SPAWN_KEYS):
        ours, floor = (results.summary(peer, key).get("cost") for peer in (OURS, FLOOR))
        if ours and floor:
            pairs[key] = {"ratio": ours / floor, "difference": ours - floor}
    as_root = Bench(OURS, users, options, as_root=True)
    root_miss = as_root.ask("calls miss")
    as_root.end()
    return {"peers": size, "ours_to_floor": pairs,
            "root_miss_system_calls": root_miss if isinstance(root_miss, str) else root_miss[0]}


def module_facts(path):
    def output(*command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    needed = [line.split("[")[1].rstrip("]") for line in output("readelf", "-dW", path).splitlines()
              if "(NEEDED)" in line]
    exports = [line.split()[-1].split("@")[0] for line in
               output("nm", "-D", "--defined-only", path).splitlines() if " A " not in line]
    return {"text_bytes": int(output("size", path).splitlines()[1].split()[0]),
            "needed": needed,
            "foreign_exports": [name for name in exports
                                if not name.startswith("_nss_iamlogin_")]}


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        return next((line.split(":")[1].strip() for line in lines if "model name" in line), "?")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--users", default="100,5000,100000")
    parser.add_argument("--json")
    parser.add_argument("--svg")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--add", action="store_true")
    options = parser.parse_args()
    sizes = [int(users) for users in options.users.split(",")]
    rounds = 3 if options.quick else 9
    report = {
        "machine": {"processor": processor(), "cores": os.cpu_count(),
                    "kernel": platform.release(), "load": os.getloadavg()[0]},
        "rounds": rounds, "warm_keys": WARM_KEYS, "labels": PEERS,
        "module": module_facts(options.work + "/parts/libnss_iamlogin.so.2"),
        "snapshot": json.load(open(options.work + "/data/snapshot.json", encoding="ascii")),
        "sizes": {},
    }
    if options.add and os.path.exists(options.json):
        with open(options.json, encoding="ascii") as before:
            report["sizes"] = json.load(before)["sizes"]
    for users in sizes:
        report["sizes"][str(users)] = measure_size(users, options, rounds)
    report["sizes"] = dict(sorted(report["sizes"].items(), key=lambda item: int(item[0])))
    report["targets"] = nss_peers_report.targets(report)
    if options.json:
        with open(options.json, "w", encoding="ascii") as out:
            json.dump(report, out, indent=1)
            out.write("\n")
    if options.svg:
        with open(options.svg, "w", encoding="ascii") as out:
            out.write(nss_peers_plot.svg(report))
    print(nss_peers_report.table(report))


if __name__ == "__main__":
    main()
