#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""policy_facts.py POLICY [COUNTED] - what iamlogin's SELinux module allows in a whole policy, as claims.

POLICY is a binary policy with the module in it; policy.sh makes one, and has COUNTED claims of
its own before these. "May" is what is allowed
whatever the booleans are; "nobody" counts what any boolean could allow. Domains that the policy
leaves unconfined (files_unconfined_type) may do what root may, and are left out of "nobody".
"""
import sys

import setools

NETWORK = ("tcp_socket", "udp_socket", "rawip_socket", "packet_socket", "netlink_route_socket",
           "netlink_socket", "netlink_tcpdiag_socket", "sctp_socket", "dccp_socket", "vsock_socket",
           "icmp_socket")
# who asks who somebody is, and who lets people in; "?": not in every policy
LOGIN = ("sshd_t", "local_login_t", "crond_t", "unconfined_t", "init_t", "staff_t", "user_t",
         "sysadm_t", "staff_sudo_t", "sysadm_sudo_t?", "user_su_t?", "staff_su_t?", "systemd_logind_t",
         "sshd_session_t?")
READER = (("dir", "search"), ("file", "open"), ("file", "read"), ("file", "map"),
          ("lnk_file", "read"), ("sock_file", "write"))


def shown(value):
    return ", ".join(sorted(value)) if isinstance(value, set) else value


class Policy:
    def __init__(self, path, counted):
        self.policy = setools.SELinuxPolicy(path)
        self.names = {str(t): {str(t)} | {str(a) for a in t.attributes()}
                      for t in self.policy.types()}
        self.types = set(self.names)
        self.classes = {str(c) for c in self.policy.classes()}
        self.unconfined = self.expand("files_unconfined_type")
        # one walk, of what can have to do with us: a query of setools walks all for each question
        ours = set().union(*(names for t, names in self.names.items()
                             if t.startswith("iamlogin") or t == "unconfined_t"))
        self.rules = []
        for rule in self.policy.terules():
            if rule.ruletype != setools.TERuletype.allow:
                continue
            source, target = str(rule.source), str(rule.target)
            if source in ours or target in ours:
                self.rules.append((source, target, str(rule.tclass),
                                   {str(p) for p in rule.perms}, self.is_conditional(rule)))
        self.claims, self.broken = counted, 0

    @staticmethod
    def is_conditional(rule):
        try:
            return rule.conditional is not None
        except setools.exception.RuleNotConditional:
            return False

    def expand(self, name):
        return {t for t, names in self.names.items() if name in names}

    def may(self, source, target, tclass, perm):
        """Whatever the booleans are."""
        return any(s in self.names[source] and t in self.names[target] and c == tclass and
                   perm in perms and not conditional
                   for s, t, c, perms, conditional in self.rules)

    def who_may(self, target, tclass, wanted):
        """Every domain but the unconfined, under any boolean."""
        who = set()
        for s, t, c, perms, _ in self.rules:
            if t in self.names[target] and c == tclass and perms & set(wanted):
                who |= self.expand(s)
        return who - self.unconfined

    def granted(self, source, tclass, wanted=()):
        """All permissions on tclass, on whatever target, under any boolean."""
        return {f"{t}:{tclass} {perm}" for s, t, c, perms, _ in self.rules
                if s in self.names[source] and c == tclass
                for perm in perms if not wanted or perm in wanted}

    def claim(self, sentence, wanted, seen):
        self.claims += 1
        if wanted == seen:
            print(f"ok {self.claims} - {sentence}")
            return
        self.broken += 1
        print(f"not ok {self.claims} - {sentence}")
        print(f"#   wanted: {shown(wanted)}\n#   seen:   {shown(seen)}")


def logins(policy):
    for name in LOGIN:
        domain = name.rstrip("?")
        if name.endswith("?") and domain not in policy.types:
            continue
        lacks = {f"{c} {p}" for c, p in READER
                 if not policy.may(domain, "iamlogin_run_t", c, p)}
        if not policy.may(domain, "iamlogind_t", "unix_stream_socket", "connectto"):
            lacks.add("connectto")
        if not policy.may(domain, "iamlogin_doorbell_t", "file", "write"):
            lacks.add("doorbell")
        policy.claim(f"{domain} reads and maps what is published, and asks the daemon",
                     set(), lacks)
        # of a PAM stack: init for systemd-user; a shell has none of its own
        if domain in ("staff_t", "user_t", "sysadm_t", "systemd_logind_t"):
            continue
        lacks = {f"{c} {p}" for c, p in (("dir", "add_name"), ("file", "create"),
                                         ("file", "append"), ("file", "unlink"))
                 if not policy.may(domain, "iamlogin_pam_run_t", c, p)}
        policy.claim(f"{domain} leaves sessions and records for the daemon", set(), lacks)


def writers(policy):
    change = ["write", "append", "create", "rename", "link", "setattr", "relabelto"]
    own = {"iamlogind_t", "init_t"}
    # init makes and labels what is below /run; restorecon labels
    labels = own | policy.who_may("iamlogin_run_t", "file", ["relabelto"])
    policy.claim("nobody but the daemon writes what it publishes", {"iamlogind_t"},
                 policy.who_may("iamlogin_run_t", "file", change[:5]))
    policy.claim("nor makes a link there", {"iamlogind_t"},
                 policy.who_may("iamlogin_run_t", "lnk_file", ["create", "rename", "write"]))
    policy.claim("nor its ledger, and what it knows of yesterday", {"iamlogind_t", "sysadm_t"},
                 policy.who_may("iamlogin_lib_t", "file", change[:5]) | {"sysadm_t"})
    policy.claim("nobody else changes their owner, mode or label", set(),
                 policy.who_may("iamlogin_run_t", "file", change[5:]) - labels)
    policy.claim("the warden takes away the flag that woke it, and nothing else there", set(),
                 policy.who_may("iamlogin_run_t", "file", ["unlink"]) & {"iamlogin_warden_t"})
    policy.claim("which it may", True,
                 policy.may("iamlogin_warden_t", "iamlogin_flag_t", "file", "unlink"))


def daemon(policy):
    for tclass in ("capability", "capability2", "cap_userns", "cap2_userns"):
        if tclass in policy.classes:
            policy.claim(f"the daemon has no {tclass}", set(),
                         policy.granted("iamlogind_t", tclass))
    policy.claim("it runs no other program", set(),
                 policy.granted("iamlogind_t", "file", ["execute_no_trans"]) |
                 policy.granted("iamlogind_t", "process", ["transition", "dyntransition"]))
    policy.claim("and makes no memory executable", set(),
                 policy.granted("iamlogind_t", "process", ["execmem", "execstack", "execheap"]))
    for target in ("shadow_t", "user_home_t", "sshd_key_t"):
        policy.claim(f"it does not read {target}", False,
                     "iamlogind_t" in policy.who_may(target, "file", ["read"]))
    ports = {r.split(":")[0] for r in policy.granted("iamlogind_t", "tcp_socket", ["name_connect"])}
    known = {"http_port_t", "dns_port_t", "http_cache_port_t", "squid_port_t"}
    policy.claim("it connects to HTTPS, IMDS, name servers and proxies", known & policy.types, ports)
    policy.claim("and listens at no port", set(),
                 policy.granted("iamlogind_t", "tcp_socket", ["name_bind", "listen", "accept"]))
    policy.claim("nobody starts it but init, and who is unconfined", {"init_t"},
                 policy.who_may("iamlogind_t", "process", ["transition"]) | {"init_t"})


def warden(policy):
    policy.claim("the warden has its capabilities and no other",
                 {"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill"},
                 {r.split()[1] for r in policy.granted("iamlogin_warden_t", "capability")})
    network = set()
    for tclass in set(NETWORK) & policy.classes:
        network |= policy.granted("iamlogin_warden_t", tclass, (
            "create", "connect", "bind", "listen", "name_connect", "name_bind"))
    policy.claim("and no network", set(), network)
    for target in ("user_home_dir_t", "user_home_t"):
        policy.claim(f"it makes {target}", True,
                     policy.may("iamlogin_warden_t", target, "dir", "create"))
    policy.claim("and ends anybody's process", True,
                 policy.may("iamlogin_warden_t", "unconfined_t", "process", "sigkill"))
    policy.claim("it runs no other program", set(),
                 policy.granted("iamlogin_warden_t", "file", ["execute_no_trans"]) |
                 policy.granted("iamlogin_warden_t", "process", ["transition", "dyntransition"]))


def main():
    if len(sys.argv) not in (2, 3):
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 64
    policy = Policy(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 0)
    logins(policy)
    writers(policy)
    daemon(policy)
    warden(policy)
    return 1 if policy.broken else 0


if __name__ == "__main__":
    sys.exit(main())
