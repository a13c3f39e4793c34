# SPDX-License-Identifier: Apache-2.0
"""nss_peers_report.py: what nss_peers.py measured, as tables for people, and the targets

The limits are those of the issue that asked for the module (doc/bench/README.md).
"""
OURS, FLOOR = "iamlogin", "floor"


def time_text(ns):
    for unit, scale in (("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)):
        if ns < scale * 999.5 or unit == "s":
            value = ns / scale
            return f"{value:.0f} {unit}" if value >= 9.95 or unit == "ns" else f"{value:.1f} {unit}"
    return ""


def cost(size, peer, case):
    return size["peers"].get(peer, {}).get("cases", {}).get(case, {}).get("cost")


def cell(size, peer, case, scale=1.0):
    """an answer with its ratio to the floor, or a dash with the reason in the notes"""
    value = cost(size, peer, case)
    if value is None:
        return "-"
    text = time_text(value * scale)
    floor = cost(size, FLOOR, case)
    if peer != FLOOR and floor:
        if peer == OURS and case in size["ours_to_floor"]:
            ratio = size["ours_to_floor"][case]["ratio"]
        else:
            ratio = value / floor
        text += f" ({ratio:.1f})" if ratio < 99.5 else f" ({ratio:,.0f})"
    return text


def rows(headings, lines):
    widths = [max(len(row[i]) for row in [headings] + lines) for i in range(len(headings))]
    out = [headings, ["-" * width for width in widths]] + lines
    return "\n".join("| " + " | ".join(text.ljust(width) for text, width in zip(row, widths)) + " |"
                     for row in out)


def size_table(report, users):
    size = report["sizes"][users]
    cases = [("getpwnam", "pwnam x1"), ("2 threads", "pwnam x2"), ("getpwuid", "pwuid x1"),
             ("miss", "miss x1"), ("initgroups", "initgroups x1"), ("of root", "foreign x1"),
             ("getgrnam, 100 members" if int(users) > 100 else "getgrnam", "grnam x1"),
             ("getgrgid", "grgid x1"), ("getpwent", "enum x1")]
    lines = []
    for peer, label in report["labels"].items():
        if peer in size["peers"] and "skipped" not in size["peers"][peer]:
            lines.append([label] + [cell(size, peer, case) for _, case in cases])
    return rows([f"{int(users):,} users: cost of a call (ratio to the floor)"] +
                [name for name, _ in cases], lines)


def process_table(report, users):
    size = report["sizes"][users]
    lines = []
    for peer, label in report["labels"].items():
        found = size["peers"].get(peer, {})
        if "cases" not in found:
            continue
        calls, memory = found["system_calls"], found["memory_kib"]
        lines.append(
            [label] +
            [cell(size, peer, case, 1e3).split(" (")[0] for case in ("id", "getent")] +
            [str(round(calls[case], 1)) if not isinstance(calls[case], str) else "-"
             for case in ("pwnam", "miss", "initgroups")] +
            ([f"{memory[key]:.0f}" for key in ("libraries", "anonymous", "page_tables",
                                               "resident")]
             if isinstance(memory, dict) else ["-"] * 4))
    return rows([f"{int(users):,} users: whole processes", "id NAME", "getent passwd",
                 "system calls: getpwnam", "miss", "initgroups", "libraries",
                 "KiB anonymous", "page tables", "resident"], lines)


def notes(report):
    """who was not measured in what, and why"""
    out = []
    for users, size in report["sizes"].items():
        for peer, found in size["peers"].items():
            if "skipped" in found:
                out.append(f"{peer} at {users}: not measured: {found['skipped']}")
                continue
            reasons = {}
            for case, got in found["cases"].items():
                if "fail" in got:
                    reasons.setdefault(got["fail"], []).append(case)
            out += [f"{peer} at {users}: {', '.join(cases)}: {reason}"
                    for reason, cases in reasons.items()]
    return out


def size_targets(users, size):
    ours = size["ours_to_floor"]
    calls = size["peers"][OURS]["system_calls"]
    hit, miss = cost(size, OURS, "pwnam x1"), cost(size, OURS, "miss x1")
    at = f" at {int(users):,}"
    row_hit, row_miss = cost(size, OURS, "pwnam-row x1"), cost(size, OURS, "miss-row x1")
    if hit and miss:
        yield "getpwnam hit, x the floor" + at, ours["pwnam x1"]["ratio"], 1.5
        yield "miss, x the floor's miss" + at, ours["miss x1"]["ratio"], 1.5
    # the barrier between calls is part of both, and with few users most of either
    if row_hit and row_miss:
        yield "miss, x a hit, calls in a row" + at, row_miss / row_hit, 0.5
    if "initgroups x1" in ours:
        yield "initgroups, x the floor" + at, ours["initgroups x1"]["ratio"], 1.5
    counted = [value for value in calls.values() if not isinstance(value, str)]
    if len(counted) == len(calls):
        yield "system calls of a call, as another user" + at, max(counted), 0
    if not isinstance(size["root_miss_system_calls"], str):
        yield "system calls of root's miss" + at, size["root_miss_system_calls"], 1
    if "pwnam x1" in ours and "pwnam x2" in ours:
        yield ("one thread to two: loss, x the floor's" + at,
               ours["pwnam x2"]["ratio"] / ours["pwnam x1"]["ratio"], 1.2)
    if "id cpu" in ours:  # a whole `id` waits for nobody: what it takes is the processor's time
        yield "ms of a whole `id` over the floor's" + at, ours["id cpu"]["difference"] / 1e3, 0.1


def targets(report):
    found = []
    for users, size in report["sizes"].items():
        found += size_targets(users, size)
        memory = size["peers"][OURS]["memory_kib"]
        if int(users) >= 100000 and isinstance(memory, dict):
            found.append((f"KiB of private memory and page tables at {int(users):,}",
                          memory["anonymous"] + memory["page_tables"], 64))
    module = report["module"]
    found.append(("KiB of text", module["text_bytes"] / 1024, 64))
    found.append(("libraries needed beside libc",
                  len([name for name in module["needed"] if not name.startswith("libc.so")]), 0))
    found.append(("exports beside _nss_iamlogin_*", len(module["foreign_exports"]), 0))
    limits = {"10000": 10, "100000": 150}
    for users, built in report["snapshot"].items():
        if users in limits:
            found.append((f"ms to build a snapshot of {int(users):,}", built["encode_ms"],
                          limits[users]))
    return [{"what": what, "value": round(value, 2), "limit": limit, "held": value <= limit}
            for what, value, limit in found]


def table(report):
    parts = []
    for users in report["sizes"]:
        parts += [size_table(report, users), process_table(report, users)]
    parts.append(rows(["snapshot of", "encoded", "and published", "size", "bytes a user"],
                      [[f"{int(users):,} users", f"{built['encode_ms']:.1f} ms",
                        f"{built['publish_ms']:.1f} ms", f"{built['bytes']:,}",
                        f"{built['bytes'] / int(users):.0f}"]
                       for users, built in report["snapshot"].items()]))
    reasons = notes(report)
    if reasons:
        parts.append("Not measured:\n" + "\n".join("* " + reason for reason in reasons))
    parts.append("\n".join(
        f"{'held    ' if target['held'] else 'NOT HELD'}  {target['value']:>8}  "
        f"(limit {target['limit']})  {target['what']}" for target in report["targets"]))
    return "\n\n".join(parts)
