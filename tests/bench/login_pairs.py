#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""login_pairs.py FILE [LIMIT_MS] - the median difference of each series of pairs.

FILE has lines "SERIES A B", in microseconds. The interval around the median comes from the
order statistics of the differences (the sign test): no assumption about their distribution.
With few pairs it cannot reach 95 %; what it does reach is printed. With LIMIT_MS, prints a
claim per series, "ok N - …" when the median is at most that, and exits with 1 otherwise.
The last line is JSON.
"""
import json
import math
import statistics
import sys


def interval(values):
    """(low, high, coverage) : the narrowest with coverage >= 95 %, else the whole range."""
    values, n = sorted(values), len(values)
    best = (values[0], values[-1], 1 - 2 * 0.5**n)
    below = 0.0  # P(at most k of n are under the median)
    for k in range(n // 2):
        below += math.comb(n, k) * 0.5**n
        if 1 - 2 * below < 0.95:
            break
        best = (values[k], values[n - 1 - k], 1 - 2 * below)
    return best


def main():
    series = {}
    with open(sys.argv[1], encoding="ascii") as lines:
        for line in lines:
            name, a, b = line.split()
            series.setdefault(name, []).append((int(a) / 1000, int(b) / 1000))
    limit = float(sys.argv[2]) if len(sys.argv) > 2 else None
    print("%-26s %5s %10s %10s %10s   %s" % ("series", "pairs", "A ms", "B ms",
                                             "A - B ms", "interval"))
    rows, bad = [], 0
    for name, pairs in series.items():
        low, high, coverage = interval([a - b for a, b in pairs])
        row = {"series": name, "pairs": len(pairs),
               "a_ms": round(statistics.median(a for a, _ in pairs), 2),
               "b_ms": round(statistics.median(b for _, b in pairs), 2),
               "median_difference_ms": round(statistics.median(a - b for a, b in pairs), 2),
               "low_ms": round(low, 2), "high_ms": round(high, 2),
               "coverage": round(coverage, 4)}
        rows.append(row)
        print("%-26s %5d %10.2f %10.2f %10.2f   %.2f to %.2f (%.1f %%)" % (
            name, row["pairs"], row["a_ms"], row["b_ms"], row["median_difference_ms"],
            low, high, 100 * coverage))
    if limit is not None:
        for number, row in enumerate(rows, 1):
            good = row["median_difference_ms"] <= limit
            bad += not good
            print("%s %d - %s: the median difference is at most %g ms" % (
                "ok" if good else "not ok", number, row["series"], limit))
    print(json.dumps({"bench": "login_pairs", "series": rows}))
    return 1 if bad or not rows else 0


sys.exit(main())
