#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Break the code that decides, one small way at a time, and see a test fail.

usage: mutate.py BUILD_DIR [--jobs N] [--only FILE]... [--list] [--seconds S]

Each mutant of a file in TESTED is compiled, linked with the tests named there, and run; one
that no test notices is compiled with sanitizers and run again, then it has survived. Those
that cannot be noticed stand with their reason in equivalent.txt beside this file; any other
survivor makes the exit status 1. The tests of a file are tried in the order of what they have
killed so far. A mutant is "opening" when it turns a refusal or a doubt into an allow by its
very words; that none of these survives, listed or not, is what the run is for.
"""
import argparse
import concurrent.futures
import os
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))

# file: (its libtool object, the tests that hold it)
WORLD = ["world", "world_claims", "world_shared", "world_ids", "world_former", "no_memory",
         "access"]
TESTED = {
    "common/freshness.c": ("common/libcommon_la-freshness.lo", ["freshness"]),
    "common/text.c": ("common/libcommon_la-text.lo", ["text"]),
    "common/verdict.c": ("common/libcommon_la-verdict.lo", ["verdict"]),
    "daemon/access.c": ("daemon/libdaemon_la-access.lo", ["access"]),
    "daemon/mapping.c": ("daemon/libdaemon_la-mapping.lo",
                         ["mapping", "world_claims", "world_shared", "world_ids"]),
    "daemon/rules.c": ("daemon/libdaemon_la-rules.lo", ["rules", "access"]),
    "daemon/rules_parse.c": ("daemon/libdaemon_la-rules_parse.lo", ["rules", "no_memory"]),
    "daemon/world_accounts.c": ("daemon/libdaemon_la-world_accounts.lo", WORLD),
    "daemon/world_ids.c": ("daemon/libdaemon_la-world_ids.lo", ["world_ids", "no_memory"] + WORLD[:3]),
    "daemon/world_people.c": ("daemon/libdaemon_la-world_people.lo", WORLD),
    "daemon/world_verdict.c": ("daemon/libdaemon_la-world_verdict.lo", WORLD),
    "pam/decide.c": ("pam/pam_libparts_la-decide.lo", ["decide"]),
}

SWAPS = {  # token: what it becomes
    "==": ["!="], "!=": ["=="], "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"],
    "&&": ["||"], "||": ["&&"], "true": ["false"], "false": ["true"],
    "+": ["-"], "-": ["+"], "++": ["--"], "0": ["1"], "1": ["0"],
    "continue": ["break"], "break": ["continue"],
}
OPENING = {
    "VERDICT_DENY": "VERDICT_ALLOW", "VERDICT_UNKNOWN": "VERDICT_ALLOW",
    "VERDICT_NO_USER": "VERDICT_ALLOW", "VERDICT_NOT_OURS": "VERDICT_ALLOW",
    "RULES_FALSE": "RULES_TRUE", "RULES_UNKNOWN": "RULES_TRUE",
    "PAM_PERM_DENIED": "PAM_SUCCESS", "PAM_AUTHINFO_UNAVAIL": "PAM_SUCCESS",
    "PAM_USER_UNKNOWN": "PAM_SUCCESS", "PAM_IGNORE": "PAM_SUCCESS",
    "FRESHNESS_EXPIRED": "FRESHNESS_FRESH", "FRESHNESS_EMPTY": "FRESHNESS_FRESH",
    "WORLD_CLAIM_REFUSED": "WORLD_CLAIM_OWNER",
    "REASON_BAD_NAME": "REASON_NONE", "REASON_RESERVED_NAME": "REASON_NONE",
    "REASON_LOCAL_NAME": "REASON_NONE", "REASON_NO_ACCOUNT": "REASON_NONE",
    "REASON_DUPLICATE_TAG": "REASON_NONE",
}
SHUTTING = {"VERDICT_ALLOW": "VERDICT_DENY", "RULES_TRUE": "RULES_FALSE",
            "REASON_NONE": "REASON_BAD_NAME", "FRESHNESS_FRESH": "FRESHNESS_EXPIRED"}

TOKEN = re.compile(r'''
    (?P<skip>//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|^[ \t]*\#[^\n]*)
  | (?P<word>[A-Za-z_]\w*) | (?P<number>0[xX][0-9a-fA-F]+|\d+)
  | (?P<op>->|\+\+|--|<<=?|>>=?|[=!<>]=|&&|\|\||[-+*/%&|^]=|[!<>+\-*/%&|^~?:;,(){}\[\]=.])
''', re.X | re.S | re.M)


def tokens(text):
    for found in TOKEN.finditer(text):
        if not found.group("skip"):
            yield found.group(0), found.start(), found.end()


def closing(found, at):
    """Index of the token that closes the parenthesis at `at`."""
    depth = 0
    for i in range(at, len(found)):
        depth += (found[i][0] in "([{") - (found[i][0] in ")]}")
        if depth == 0:
            return i
    return len(found) - 1


def is_binary(found, i):
    before = found[i - 1][0] if i else ""
    return re.match(r"[\w)\]]$|\w+$", before) and before not in ("return", "case", "sizeof")


def mutants(text):
    """(begin, end, replacement, is_opening)"""
    found = list(tokens(text))
    depth, is_table = 0, False
    for i, (token, begin, end) in enumerate(found):
        if token == "{" and depth == 0:
            is_table = found[i - 1][0] == "="
        depth += (token == "{") - (token == "}")
        if is_table and depth > 0 and token in ("0", "1"):
            continue  # a mask of nothing
        if i + 2 < len(found) and found[i + 2][0] == "]" and found[i + 1][0] == "[":
            continue  # the length of an array is memory, not a decision
        if token in OPENING:
            yield begin, end, OPENING[token], True
        elif token in SHUTTING:
            yield begin, end, SHUTTING[token], False
        if depth == 0:
            continue
        if token in SWAPS and not (token in "+-<>" and not is_binary(found, i)):
            for other in SWAPS[token]:
                yield begin, end, other, False
        if token == "!":
            yield begin, end, "", False
        if token in ("if", "while") and found[i + 1][0] == "(":
            last = closing(found, i + 1)
            inside = found[i + 1][2], found[last][1]
            for value in ("0", "1")[:2 if token == "if" else 1]:
                yield inside[0], inside[1], value, False
        if token == "return" and found[i + 1][0] != ";":
            last = i + 1
            while found[last][0] != ";":
                last = closing(found, last) if found[last][0] in "([{" else last
                last += 1
            inside = found[i + 1][1], found[last][1]
            same = {"0": ("0", "false", "NULL", "RULES_FALSE", "VERDICT_DENY",
                          "REASON_NONE"),
                    "1": ("1", "true", "IDMAP_E_COLLISION", "RULES_UNKNOWN")}
            for value in ("0", "1"):
                if text[inside[0]:inside[1]].strip() not in same[value]:
                    yield inside[0], inside[1], value, False
        # a statement of its own: an assignment or a call
        if token == ";" and i > 2:
            first = i - 1
            level = 0
            while first >= 0 and not (level == 0 and found[first][0] in ";{}"):
                level += (found[first][0] in ")]") - (found[first][0] in "([")
                if level < 0:
                    break
                first -= 1
            words = [t[0] for t in found[first + 1:i]]
            if level == 0 and words and words[0] not in (
                    "return", "struct", "const", "static", "enum", "char", "int",
                    "size_t", "bool", "uint32_t", "int64_t", "if", "for", "while",
                    "else", "case", "default", "break", "continue", "va_list",
                    "_cleanup_free_", "do", "switch", "goto") and "{" not in words:
                yield found[first + 1][1], begin, "", False


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def shown(text, begin, end, replacement):
    """The lines as they were and as they became, on one line each."""
    first = text.rfind("\n", 0, begin) + 1
    last = text.find("\n", end)
    was = " ".join(text[first:last].split())
    now = " ".join((text[first:begin] + replacement + text[end:last]).split())
    return was, now


class Build:
    def __init__(self, where):
        self.where = where
        with open(os.path.join(where, "Makefile")) as f:
            self.srcdir = re.search(r"^srcdir = (.*)$", f.read(), re.M).group(1)
        self.source_dir = os.path.join(where, self.srcdir)

    def commands(self, source, target):
        """What make would do for `target` were `source` new."""
        source = os.path.join(self.srcdir, source)
        return subprocess.run(["make", "-n", "V=1", "-W", source, target],
                              cwd=self.where, check=True, capture_output=True,
                              text=True).stdout.replace("\\\n", " ").split("\n")

    def compiler(self, source, target):
        for line in self.commands(source, target):
            if "--mode=compile" in line or " -c " in line:
                words = shlex.split(re.search(r"((?:ccache )?\S*(?:gcc|clang)\S* .*)",
                                              line.split("--mode=compile")[-1]).group(1)
                                    .split("`")[0])
                break
        kept, skip = [], False
        for word in words:
            if skip or word in ("ccache", "-c", "-MD", "-MP", "-Werror"):
                skip = False
            elif word in ("-o", "-MT", "-MF"):
                skip = True
            elif not re.match(r"-O|-g$|-W|-[UD]_FORTIFY", word) and \
                    not word.endswith(os.path.basename(source)):
                kept.append(word)
        return kept + ["-O0", "-w"]

    def linker(self, test):
        name = "tests/unit/test_" + test
        subprocess.run(["make", "-s", name], cwd=self.where, check=True,
                       stdout=subprocess.DEVNULL)
        for line in self.commands(name + ".c", name):
            if "--mode=link" in line:
                words = shlex.split(line[line.index("./libtool"):] if "./libtool" in line
                                    else line)
        while words[0] != "./libtool" and not words[0].endswith("libtool"):
            words.pop(0)
        out = subprocess.run([words[0], "--dry-run"] + words[1:], cwd=self.where,
                             check=True, capture_output=True, text=True).stdout
        line = [l for l in out.split("\n") if l.startswith("libtool: link: ")][-1]
        words = shlex.split(line[len("libtool: link: "):])
        words = [w for w in words if w != "ccache"]
        at = words.index("-o")
        del words[at:at + 2]
        first = next(i for i, w in enumerate(words) if w.endswith(".o"))
        return words[:first + 1], words[first + 1:]


SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def limit_cpu():
    """A mutant that loops ends by itself, also when nobody waits for it any more."""
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


def try_tests(build, job, seconds, flags):
    compile_words, links, text, (begin, end, replacement, _) = job
    with tempfile.TemporaryDirectory(prefix="mutant.") as work:
        source, mutant = os.path.join(work, "m.c"), os.path.join(work, "m.o")
        with open(source, "w") as f:
            f.write(text[:begin] + replacement + text[end:])
        made = subprocess.run(compile_words + flags + ["-c", "-o", mutant, source],
                              cwd=build.where, capture_output=True)
        if made.returncode != 0:
            return "stillborn"
        for before, after, kills, test in sorted(links, key=lambda link: -link[2][0]):
            if flags and test == "no_memory":
                continue  # it has a heap of its own, and so have they
            program = os.path.join(work, "t")
            made = subprocess.run(before + [mutant] + after + flags + ["-o", program],
                                  cwd=build.where, capture_output=True)
            if made.returncode != 0:
                return "stillborn"
            try:
                ran = subprocess.run([program], cwd=build.source_dir, timeout=seconds,
                                     stdin=subprocess.DEVNULL, capture_output=True,
                                     preexec_fn=limit_cpu)
                if ran.returncode == 0:
                    continue
            except subprocess.TimeoutExpired:
                pass
            kills[0] += 1
            return "killed"
    return "survived"


def run_one(build, job, seconds):
    """What the tests miss they may see with the mutant, and it alone, under ASan and UBSan."""
    result = try_tests(build, job, seconds, [])
    if result == "survived":
        result = try_tests(build, job, seconds, SANITIZE)
    return result


def read_equivalent():
    known = {}
    with open(os.path.join(HERE, "equivalent.txt")) as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                parts = [p.strip() for p in line.split(" | ")]
                if len(parts) != 4:
                    sys.exit("equivalent.txt: FILE | WAS | IS | REASON: " + line)
                known[tuple(parts[:3])] = parts[3]
    return known


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", action="append")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--seconds", type=float, default=120)
    args = parser.parse_args()
    build = Build(args.build)
    known, used = read_equivalent(), set()
    total = dict.fromkeys(("killed", "survived", "equivalent", "stillborn"), 0)
    opening = [0, 0]
    pool = concurrent.futures.ThreadPoolExecutor(args.jobs)
    begun = time.monotonic()
    for name in args.only or []:
        if name not in TESTED:
            parser.error("no test is named for " + name)
    for name, (target, tests) in TESTED.items():
        if args.only and name not in args.only:
            continue
        with open(os.path.join(build.where, build.srcdir, name)) as f:
            text = f.read()
        made = list(dict.fromkeys(mutants(text)))
        if args.list:
            print("%s: %d" % (name, len(made)))
            continue
        compile_words = build.compiler(name, target)
        links = [build.linker(test) + ([0], test) for test in tests]
        if run_one(build, (compile_words, links, text, (0, 0, "", False)),
                   args.seconds) != "survived":
            sys.exit("%s: a test fails as it is" % name)
        jobs = [(compile_words, links, text, m) for m in made]
        count = dict.fromkeys(total, 0)
        for job, result in zip(jobs, pool.map(
                lambda job: run_one(build, job, args.seconds), jobs)):
            begin, end, replacement, opens = job[3]
            was, now = shown(text, begin, end, replacement)
            if result == "survived" and (name, was, now) in known:
                used.add((name, was, now))
                result = "equivalent"
            count[result] += 1
            if opens and result != "stillborn":
                opening[0] += 1
                opening[1] += result == "killed"
            if result == "survived" or (opens and result == "equivalent"):
                print("%s:%d%s\n  | %s\n  | %s" % (name, line_of(text, begin),
                      " (opening)" if opens else "", was, now), flush=True)
        print("%s: %s; %d s so far" % (name, ", ".join(
            "%d %s" % (n, what) for what, n in count.items() if n),
              time.monotonic() - begun), flush=True)
        for what in total:
            total[what] += count[what]
    if args.list:
        return 0
    live = total["killed"] + total["survived"]
    print("mutants %d: killed %d, survived %d (%.1f %% killed); equivalent %d, "
          "stillborn %d; that open a door by their words %d: killed %d" % (
              live, total["killed"], total["survived"],
              100.0 * total["killed"] / max(live, 1), total["equivalent"],
              total["stillborn"], opening[0], opening[1]))
    for name, was, now in set(known) - used:
        if not args.only or name in args.only:
            print("equivalent.txt: not seen: %s | %s | %s" % (name, was, now))
    return 1 if total["survived"] or opening[0] != opening[1] else 0


sys.exit(main())
