# SPDX-License-Identifier: Apache-2.0
"""Start two emulators, run all checks against them; exit code 1 when one failed."""
import os
import sys
import tempfile

sys.dont_write_bytecode = True

from . import bench, failures, keys, metadata, people, signing  # noqa: E402

# Nothing of the caller's own AWS configuration may reach the clients.
for name in list(os.environ):
    if name.startswith("AWS_") or name.lower().endswith("_proxy"):
        del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
DIRECTORY = os.path.join(bench.HERE, "directory.json")


def main():
    with tempfile.TemporaryDirectory(prefix="emulator-checks-") as place:
        first = bench.Emulator(place, DIRECTORY, "--tag", "platform=shop",
                               "--tag", "Name=web1")
        try:
            people.run(first)
            keys.run(first, place)
            signing.run(first)
            metadata.run(first)
            failures.run(first)
        finally:
            code = first.stop()
        bench.same("SIGTERM ends it in order", code, 0)
    with tempfile.TemporaryDirectory(prefix="emulator-checks-") as place:
        second = bench.Emulator(place, DIRECTORY, "--region", "cn-north-1", "--role", "",
                                "--tag", "platform=shop", "--no-imds-tags", "--page-max",
                                "2", imds="[::1]:0")
        try:
            metadata.run_elsewhere(second)
        finally:
            second.stop()
    return 1 if bench.failed else 0


sys.exit(main())
