#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""keys_bench.py RESULTS: the table of `make bench-keys`, from lines "SERIES MICROSECONDS"."""
import collections
import sys

ROWS = (("nothing", "a program that does nothing"),
        ("cached", "iamlogin-authorized-keys, the signer is known"),
        ("cold", "the same, just started: chain and staples verified"),
        ("script", "a script of 149 processes, as AWS's starts"))


def main():
    series = collections.defaultdict(list)
    with open(sys.argv[1], encoding="ascii") as lines:
        for line in lines:
            name, value = line.split()
            series[name].append(int(value))
    base = None
    print("%-52s %5s %9s %9s %9s" % ("", "runs", "p50 ms", "p90 ms", "p50 x"))
    for name, text in ROWS:
        values = sorted(series[name])
        half = values[len(values) // 2]
        base = base or half
        print("%-52s %5d %9.2f %9.2f %9.1f" % (
            text, len(values), half / 1e3, values[len(values) * 9 // 10] / 1e3, half / base))
    script, cached = (sorted(series[n]) for n in ("script", "cached"))
    print("the script takes %.0f times as long; processes for one key: %d"
          % (script[len(script) // 2] / cached[len(cached) // 2], series["processes"][0]))


if __name__ == "__main__":
    main()
