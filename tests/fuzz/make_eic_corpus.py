#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make the corpora of fuzz_eic_blob and fuzz_eic_chain, and the root that the latter trusts.

  make_eic_corpus.py        writes corpus/eic_blob, corpus/eic_chain and eic_root.h here
"""
import base64
import os
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "aws"))

from emulated.eic import Eic, RECORD_FORMS  # noqa: E402
from emulated.instance import Instance  # noqa: E402

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKUWCLOS6V7LGlue3U4Ih1NPVBpio7xptgDW8Lf8BS4q"
CHAINS = ("good", "revoked", "unknown", "staple-expired", "staple-endless", "staple-sha1",
          "staple-delegated", "staple-foreign", "staple-other", "staple-signature", "alone",
          "other-root", "not-signing", "ca", "sha1", "two-cns", "ec")


def write(corpus, name, text):
    place = os.path.join(HERE, "corpus", corpus)
    os.makedirs(place, exist_ok=True)
    with open(os.path.join(place, name), "w", encoding="ascii", newline="") as out:
        out.write(text)


def main():
    eic = Eic(Instance("i-0123456789abcdef0", "111122223333", "eu-central-1", {}))
    row = {"key": KEY, "caller": "arn:aws:iam::111122223333:user/a", "request": "r-1"}
    for form in RECORD_FORMS:
        write("eic_blob", form, eic._record(dict(row, form=form)))
    write("eic_blob", "two", eic._record(row) + "\n" + eic._record(dict(row, extra=["#x"])))
    write("eic_blob", "fields", eic._record(dict(row, omit=["Caller"], extra=["#", "#="])))
    for form in CHAINS:
        chain = eic.chains.get(form, *eic.names())
        names = list(chain.staples)
        staples = [base64.b64encode(chain.staples[n]).decode() for n in reversed(names)]
        write("eic_chain", form, "==\n".join([chain.pem] + staples))
    with open(os.path.join(HERE, "eic_root.h"), "w", encoding="ascii") as out:
        out.write("/* SPDX-License-Identifier: Apache-2.0 */\n"
                  "/* eic_root.h - made by make_eic_corpus.py with the corpus of eic_chain: the "
                  "root, and when */\n#define EIC_NOW_S %d\n#define EIC_ROOT \\\n%s\n"
                  % (time.time(), " \\\n".join('\t"%s\\n"' % line for line in
                                               eic.chains.root().strip().split("\n"))))
    eic.chains.close()


if __name__ == "__main__":
    main()
