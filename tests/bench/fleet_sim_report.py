#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fleet_sim_report.py SIM.json README.md PLOT.svg: the table and the plot of fleet_sim.

Prices are AWS's public list prices of us-east-1: S3 GET $0.0004 and PUT $0.005 per 1,000,
KMS ECC signatures $0.15 per 10,000 and $1 per key and month; S3 to EC2 in one region is free.
"""
import json
import sys

MONTH_S = 30.4 * 86400
GET_PRICE, PUT_PRICE, SIGN_PRICE, KEY_PRICE = 0.0004 / 1000, 0.005 / 1000, 0.15 / 10000, 1.0
MANIFESTS_S = 400  # one per heartbeat that meets a listing: every other listing of 200 s


def lag(values):
    if not values:
        return "-"
    return "%.0f / %.0f / %.0f / %.0f" % tuple(values[k] for k in
                                               ("p50", "p95", "p99", "p100"))


def table(sim):
    rows = ["| scenario | GET/s, mean | most in a second | of them refused | bytes/s, all "
            "hosts | a change, s: p50 / p95 / p99 / max | a revocation, s | most hosts "
            "stale |", "|---|---|---|---|---|---|---|---|"]
    for s in sim["scenarios"]:
        rows.append("| %s | %.0f | %d | %.1f %% | %.1f MB | %s | %s | %d |" % (
            s["name"], s["per_s"], s["most_per_s"], 100 * s["refused"] / s["requests"],
            s["bytes"] / s["seconds"] / 1e6, lag(s["change_s"]), lag(s["revoke_s"]),
            max(s["stale"])))
    return "\n".join(rows)


def cost(sim):
    gets = sim["hosts"] / sim["poll_s"] * MONTH_S
    manifests = MONTH_S / MANIFESTS_S
    rows = [("%.0f million GET" % (gets / 1e6), gets * GET_PRICE),
            ("%.0f manifests put, a region" % manifests, manifests * PUT_PRICE),
            ("%.0f signatures and the key" % manifests, manifests * SIGN_PRICE + KEY_PRICE)]
    total = sum(price for _, price in rows)
    return "\n".join(["| %d hosts, a poll every %d s | $ a month |\n|---|---|"
                      % (sim["hosts"], sim["poll_s"])]
                     + ["| %s | %.2f |" % row for row in rows]
                     + ["| **together** | **%.0f** |" % total])


def direct(sim):
    hosts = sim["hosts"]
    return "\n".join((
        "| %d hosts | fleet mode | each host asks IAM (`directory = details`) |" % hosts,
        "|---|---|---|",
        "| requests to IAM, a second | 0 from hosts; the publisher's: 1 to 5 every 200 s | "
        "%.0f to %.0f for the listings alone, against one limit per account |"
        % (hosts / 200, 5 * hosts / 200),
        "| IAM permissions on a host | none | `iam:GetAccountAuthorizationDetails` and the "
        "keys of everybody |",
        "| a change reaches all hosts | one listing (200 s) and one poll (66 s) | one listing, "
        "where IAM does not throttle |",
        "| IAM out of reach | hosts go on; the publisher's age shows | each host for itself |"))


def plot(sim):
    width, height, left, top = 760, 150, 60, 34
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="860" height="%d" font-family='
           '"sans-serif" font-size="11">' % (len(sim["scenarios"]) * (height + 60) + 20),
           '<rect width="100%" height="100%" fill="white"/>']
    for n, s in enumerate(sim["scenarios"]):
        y0 = top + n * (height + 60)
        most = max(max(s["series"]), 250)
        count = len(s["series"])

        def line(values, peak, colour):
            points = " ".join("%.1f,%.1f" % (left + i * width / count,
                                             y0 + height - v * height / peak)
                              for i, v in enumerate(values))
            return '<polyline fill="none" stroke="%s" points="%s"/>' % (colour, points)
        out.append('<text x="%d" y="%d" font-weight="bold">%s: GET/s (blue, up to %.0f), hosts '
                   'that are stale (red, up to %d)</text>'
                   % (left, y0 - 8, s["name"], most, sim["hosts"]))
        out.append('<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#999"/>'
                   % (left, y0, width, height))
        out.append(line(s["series"], most, "#1f5fbf"))
        out.append(line(s["stale"], sim["hosts"], "#c0392b"))
        for minute in range(0, s["seconds"] // 60 + 1, 10):
            x = left + minute * 60 * width / s["seconds"]
            out.append('<text x="%.1f" y="%d" text-anchor="middle">%d min</text>'
                       % (x, y0 + height + 14, minute))
    return "\n".join(out + ["</svg>"]) + "\n"


def main():
    with open(sys.argv[1], encoding="utf-8") as source:
        sim = json.load(source)
    with open(sys.argv[2], encoding="utf-8") as source:
        text = source.read()
    for name, made in (("table", table(sim)), ("cost", cost(sim)), ("direct", direct(sim))):
        begin, end = "<!-- %s -->\n" % name, "\n<!-- end -->"
        at = text.index(begin) + len(begin)
        text = text[:at] + made + text[text.index(end, at):]
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write(text)
    with open(sys.argv[3], "w", encoding="utf-8") as out:
        out.write(plot(sim))


main()
