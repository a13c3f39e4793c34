#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# keys_bench_inside.sh RUNS COLD-RUNS - microseconds of key commands, "SERIES MICROSECONDS" a line
#
# Runs inside (instance.sh). Each run of ours gets a key that was sent a moment ago and never
# seen before; "cold" has a daemon that has just started and knows no signer.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

results=/logs/keys
: >$results
chmod 0666 $results
config_for_aws 10m | configure
daemon_start

# What AWS's package starts for one valid key, as far as the kernel sees it: 149 processes, of
# which 9 are curl asking this IMDS and 18 openssl; the rest are the small tools of a script.
cat >/tmp/script <<'SH'
#!/bin/sh
imds=http://169.254.169.254/latest
token=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $imds/api/token)
for path in instance-id/ managed-ssh-keys/active-keys/alice/ placement/availability-zone/ \
    services/domain/ managed-ssh-keys/signer-cert/ managed-ssh-keys/signer-ocsp/ instance-id/ \
    services/domain/; do
	curl -s -H "X-aws-ec2-metadata-token: $token" $imds/meta-data/$path >/dev/null
done
i=0
while [ $i -lt 18 ]; do
	openssl x509 -noout -subject -in /etc/ssl/certs/emulated-eic.pem >/dev/null
	i=$((i + 1))
done
while [ $i -lt 140 ]; do
	/bin/true
	i=$((i + 1))
done
SH
chmod 0755 /tmp/script

cat >/tmp/bench.py <<'PY'
import base64, os, socket, sys, time

helper = "/usr/libexec/iamlogin-authorized-keys"
null = os.open("/dev/null", os.O_RDWR)


def part(data):
    return len(data).to_bytes(4, "big") + data


def new_key():
    blob = part(b"ssh-ed25519") + part(os.urandom(32))
    return base64.b64encode(blob).decode()


def send(key):
    body = ('{"records":[{"key":"ssh-ed25519 %s","request":"bench","caller":'
            '"arn:aws:iam::123456789012:user/people/alice"}]}' % key)
    with socket.create_connection(("10.0.0.1", 8099)) as control:
        control.sendall(("PUT /_emulator/eic/alice HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                         "Content-Length: %d\r\n\r\n%s" % (len(body), body)).encode())
        answer = b""
        while True:
            more = control.recv(65536)
            if not more:
                break
            answer += more
    assert b" 200 " in answer[:20], answer


def timed(series, command, wanted=None):
    read, write = os.pipe()
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, {}, file_actions=[
        (os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, write, 1)])
    _, status = os.waitpid(pid, 0)
    took = time.perf_counter() - start
    os.close(write)
    out = os.read(read, 65536) if wanted else b""
    os.close(read)
    if status != 0 or (wanted and out.decode() != "ssh-ed25519 %s\n" % wanted):
        sys.exit("%s: %r, status %d" % (series, out, status))
    with open("/logs/keys", "a") as results:
        results.write("%s %d\n" % (series, took * 1e6))


def ours(series):
    key = new_key()
    send(key)
    timed(series, [helper, "alice", "ssh-ed25519", key], key)


if sys.argv[1] == "cold":
    ours("cold")
else:
    ours("warm-up")
    for turn in range(int(sys.argv[1])):
        timed("nothing", ["/bin/true"])
        ours("cached")
        if turn % 10 == 0:
            timed("script", ["/tmp/script"])
PY

as_sshd()
{
	setpriv --reuid iamlogin-keys --regid iamlogin-keys --init-groups python3 /tmp/bench.py "$@"
}

as_sshd "$1" || exit 1
for _ in $(seq "$2"); do
	daemon_stop
	daemon_start || exit 1
	as_sshd cold || exit 1
done
# one process: what the helper, and the daemon for it, start
daemon_stop
daemon_start
key=$(cut -d' ' -f1,2 /e2e/keys/ed25519.pub)
eic_put alice "$(eic_record ed25519 arn:aws:iam::123456789012:user/people/alice r)"
# shellcheck disable=SC2154 # of instance_lib.sh
strace -q -f -o /logs/trace.log -e trace=process -p "$daemon_pid" &
tracer=$!
sleep 0.5
# shellcheck disable=SC2086 # type and key
strace -f -o /logs/trace-helper.log -e trace=process setpriv --reuid iamlogin-keys \
    --regid iamlogin-keys --init-groups /usr/libexec/iamlogin-authorized-keys alice $key |
    grep -q ssh-ed25519 || exit 1
kill $tracer
wait $tracer 2>/dev/null
# setpriv is the first execve, the helper the second
echo "processes $(cat /logs/trace.log /logs/trace-helper.log |
	grep -cE '(fork|vfork|clone3?)\(.*= [1-9]|execve\(.*authorized-keys')" >>$results
