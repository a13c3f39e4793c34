# SPDX-License-Identifier: Apache-2.0
"""Threaded HTTP/1.1 listeners, plain and TLS, and the handler the rooms build on."""
import http.server
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import tempfile
import traceback

from . import faults

BODY_MAX = 64 << 20

OPENSSL_CONF = """[req]
distinguished_name = dn
prompt = no
[dn]
CN = emulated AWS
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = %s
"""


def names_for(region):
    names = ["localhost", "iam.amazonaws.com", "iam-fips.amazonaws.com",
             "iam.global.api.aws", "iam.cn-north-1.amazonaws.com.cn",
             "iam.us-gov.amazonaws.com", "sts.amazonaws.com",
             "iam-fips.global.api.aws"]
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    names += ["%s.%s.%s" % (s, region, suffix)
              for s in ("sts", "ec2", "ssm", "ec2-instance-connect", "kms")]
    names += ["%s%s.%s.%s" % (s, fips, region, end) for s in ("sts", "ec2")
              for fips in ("", "-fips") for end in ("amazonaws.com", "api.aws")]
    names += ["%s%s.%s.%s" % (b, s, r, suffix) for b in ("", "*.")
              for s in ("s3", "s3.dualstack") for r in sorted({region, "us-east-1"})]
    return ", ".join(["DNS:" + n for n in names] + ["IP:127.0.0.1", "IP:::1"])


def tls_context(region, ca_out):
    """A TLS context under a CA made now; its certificate alone goes to `ca_out`."""
    place = tempfile.mkdtemp(prefix="emulated-aws-")

    def openssl(*words):
        subprocess.run(("openssl",) + words, cwd=place, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE)
    try:
        with open(os.path.join(place, "conf"), "w", encoding="ascii") as conf:
            conf.write(OPENSSL_CONF % names_for(region))
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-config", "conf", "-days", "3650")
        openssl("req", "-x509", *curve, "-extensions", "ca", "-subj", "/CN=emulated AWS "
                "root", "-keyout", "ca.key", "-out", "ca.pem")
        openssl("req", "-new", *curve[:-2], "-subj", "/CN=iam.amazonaws.com",
                "-keyout", "server.key", "-out", "server.csr")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-set_serial", "2", "-days", "3650", "-extfile", "conf", "-extensions",
                "server", "-out", "server.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(os.path.join(place, "server.pem"),
                                os.path.join(place, "server.key"))
        context.set_alpn_protocols(["http/1.1"])
        with open(os.path.join(place, "ca.pem"), encoding="ascii") as pem:
            write_atomically(ca_out, pem.read())
        return context
    finally:
        shutil.rmtree(place, ignore_errors=True)


def write_atomically(path, text):
    temporary = "%s.%d.tmp" % (path, os.getpid())
    with open(temporary, "w", encoding="utf-8") as out:
        out.write(text)
    os.replace(temporary, path)


def split_address(text):
    """('::1', 80) of '[::1]:80'; ValueError when it is no address with a port."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("not HOST:PORT: %r" % text)
    return host.strip("[]"), int(port)


class Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """One listening socket. Not http.server's: that one asks DNS for its own name."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, address, handler, world, context=None):
        host, port = split_address(address)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.world, self.context = world, context
        try:
            super().__init__((host, port), handler)
        except OSError as error:
            raise OSError("%s: %s" % (address, error.strerror))

    def bound(self):
        host, port = self.server_address[:2]
        return ("[%s]:%d" if ":" in host else "%s:%d") % (host, port)

    def handle_error(self, request, client_address):
        self.world.note(traceback.format_exc())


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection: TLS where the listener has it, then requests until it closes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def setup(self):
        self.is_up, self.is_polite = True, True
        world, context = self.server.world, self.server.context
        if context is not None:
            with world.lock:
                fault = world.faults.for_connection()
            if fault is not None:
                world.answered(world.arrived("*", "connect"), 0, None, fault)
                faults.hold(self.request)
                self.is_up = False
            else:
                self.request.settimeout(self.timeout)
                self.request = context.wrap_socket(self.request, server_side=True,
                                                   do_handshake_on_connect=False)
                try:
                    self.request.do_handshake()
                except OSError as error:
                    world.note("TLS handshake: %s" % error)
                    self.is_up = False
        super().setup()

    def handle(self):
        if self.is_up:
            try:
                super().handle()
            except (ConnectionError, socket.timeout, ssl.SSLError):
                pass

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass
        if self.server.context is not None:
            if self.is_up and self.is_polite:
                self.say_goodbye()
            self.request.close()

    def say_goodbye(self):
        """close_notify, as a server that ends a connection in order sends it."""
        try:
            self.request.settimeout(0.2)
            self.request.unwrap()
        except (OSError, ValueError):
            pass

    def version_string(self):
        return "EC2ws"

    def log_message(self, format, *args):
        pass

    def read_body(self):
        """The request's body, or None after refusing one without a usable length."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit() \
                or int(length) > BODY_MAX:
            self.close_connection = True
            self.send_error(411 if "Transfer-Encoding" in self.headers else 413)
            return None
        return self.rfile.read(int(length))

    def send_reply(self, reply, headers_only=False):
        """The whole answer in one write; the body not for HEAD nor `headers_only`."""
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        length = len(reply.body) if reply.length is None else reply.length
        self.send_header("Content-Length", str(length))
        for key, value in reply.headers.items():
            self.send_header(key, value)
        self._headers_buffer.append(b"\r\n")
        if not headers_only and self.command != "HEAD":
            self._headers_buffer.append(reply.body)
        self.flush_headers()
