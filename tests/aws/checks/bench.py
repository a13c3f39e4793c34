# SPDX-License-Identifier: Apache-2.0
"""What the checks share: TAP lines, a running emulator, clients of it."""
import contextlib
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import time

import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.exceptions
import botocore.session

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ADMIN = ("AKIAEMULATORADMIN0001", "emulator/Admin+Secret0000000000000000001")
# The emulator runs under more versions of Python than botocore is installed for.
PYTHON = os.environ.get("EMULATOR_PYTHON", sys.executable)
FORM = "application/x-www-form-urlencoded; charset=utf-8"
failed = []


def check(what, is_good, detail=""):
    print("%s - %s" % ("ok" if is_good else "not ok", what), flush=True)
    if not is_good:
        failed.append(what)
        print("# got: %s" % (detail,), flush=True)


def same(what, got, wanted):
    check(what, got == wanted, "%r, wanted %r" % (got, wanted))


def refused(what, wanted, call, *args, **named):
    """`call` must fail with `wanted`, (code, HTTP status), as botocore reads it."""
    try:
        call(*args, **named)
        got = "no error"
    except botocore.exceptions.ClientError as error:
        got = (error.response["Error"]["Code"],
               error.response["ResponseMetadata"]["HTTPStatusCode"])
    same(what, got, wanted)


class Emulator:
    """One emulator process and the ways to talk to it."""

    def __init__(self, place, directory, *more, imds="127.0.0.1:0"):
        self.ca, ready = os.path.join(place, "ca.pem"), os.path.join(place, "ready")
        self.process = subprocess.Popen(
            [PYTHON, os.path.join(HERE, "emulator"), "--directory", directory,
             "--imds", imds, "--aws", "127.0.0.1:0", "--control", "127.0.0.1:0",
             "--ca-out", self.ca, "--ready-file", ready, *more])
        end = time.monotonic() + 20
        while not os.path.exists(ready):
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit("Bail out! the emulator does not start")
            time.sleep(0.02)
        with open(ready, encoding="ascii") as source:
            self.addresses = {k: v[0] for k, v in json.load(source).items()
                              if k != "pid"}
        self.context = ssl.create_default_context(cafile=self.ca)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)

    def control(self, method, path, body=None):
        """(status, JSON) of the control API."""
        link = http.client.HTTPConnection(self.addresses["control"], timeout=10)
        with contextlib.closing(link):
            link.request(method, "/_emulator/" + path,
                         None if body is None else json.dumps(body))
            answer = link.getresponse()
            return answer.status, json.loads(answer.read())

    @contextlib.contextmanager
    def faults(self, *rules):
        status, answer = self.control("PUT", "faults", list(rules))
        if status != 200:
            raise AssertionError(answer)
        try:
            yield
        finally:
            self.control("PUT", "faults", [])

    def client(self, service, keys=ADMIN, region="us-east-1", attempts=1):
        session = botocore.session.Session()
        return session.create_client(
            service, region_name=region, verify=self.ca,
            endpoint_url="https://" + self.addresses["aws"],
            aws_access_key_id=keys[0], aws_secret_access_key=keys[1],
            aws_session_token=keys[2] if len(keys) > 2 else None,
            config=botocore.config.Config(
                connect_timeout=5, read_timeout=5,
                retries={"mode": "standard", "total_max_attempts": attempts}))

    def signed(self, body, service="iam", region="us-east-1", keys=ADMIN, host=None):
        """(headers, body) of a request as botocore signs it."""
        request = botocore.awsrequest.AWSRequest(
            "POST", "https://%s/" % (host or self.addresses["aws"]),
            {"Content-Type": FORM, "Host": host or self.addresses["aws"]}, body)
        botocore.auth.SigV4Auth(botocore.credentials.Credentials(*keys), service,
                                region).add_auth(request)
        return dict(request.headers.items()), body

    def post(self, headers, body, path="/"):
        """(status, text) of a raw request to the AWS endpoint."""
        link = http.client.HTTPSConnection(self.addresses["aws"], timeout=5,
                                           context=self.context)
        with contextlib.closing(link):
            link.request("POST", path, body, headers)
            answer = link.getresponse()
            return answer.status, answer.read().decode("utf-8")

    def imds(self, method, path, **headers):
        """(status, headers, text) of a raw request to IMDS; `_` in names becomes -."""
        link = http.client.HTTPConnection(self.addresses["imds"], timeout=5)
        with contextlib.closing(link):
            link.request(method, path, None,
                         {k.replace("_", "-"): v for k, v in headers.items()})
            answer = link.getresponse()
            return answer.status, answer.headers, answer.read().decode("utf-8")

    def imds_token(self, ttl="60"):
        return self.imds("PUT", "/latest/api/token",
                         X_aws_ec2_metadata_token_ttl_seconds=ttl)[2]

    def imds_get(self, path, token=None):
        status, _, text = self.imds("GET", "/latest/" + path,
                                    X_aws_ec2_metadata_token=token or self.imds_token())
        return status, text

    def role_keys(self):
        role = self.imds_get("meta-data/iam/security-credentials/")[1]
        found = json.loads(self.imds_get("meta-data/iam/security-credentials/" + role)[1])
        return found["AccessKeyId"], found["SecretAccessKey"], found["Token"]

    def counted(self, what):
        return self.control("GET", "requests")[1]["by_action"].get(what, 0)
