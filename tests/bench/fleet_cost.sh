#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fleet_cost.sh BUILD [PEOPLE...] - what kind = s3 costs a host: 5,000 and 50,000 people
#
# The built iamlogind in namespaces of its own, against the emulated S3 over TLS. CPU is the
# process's own (user and system), over 20 polls that find nothing new and over one change.
set -u
build=$(realpath "${1:-.}")
here=$(cd "$(dirname "$0")" && pwd)

if [ "${IAMLOGIN_INSIDE:-}" != yes ]; then
	IAMLOGIN_INSIDE=yes exec unshare -m -n -p -f --kill-child --mount-proc \
	    --propagation private "$0" "$@"
fi
shift
ip link set lo up
work=$(mktemp -d)
mount -t tmpfs tmpfs "$work"
chmod 755 "$work"
for place in run var/lib var/log etc; do
	mkdir -p "$work/over/$place" "$work/work/$place"
	mount -t overlay overlay "/$place" \
	    -o "lowerdir=/$place,upperdir=$work/over/$place,workdir=$work/work/$place"
	mkdir -p "/$place/iamlogin"
done
getent passwd iamlogin >/dev/null || useradd --system iamlogin
python3 "$here/../aws/emulator" --directory "$here/../aws/directory.json" \
    --imds 127.0.0.1:8098 --aws 127.0.0.1:8443 --control 127.0.0.1:8099 \
    --ca-out "$work/ca.pem" --ready-file "$work/ready" --account 123456789012 \
    --tag platform=acme 2>"$work/emulator.log" &
while [ ! -s "$work/ready" ]; do sleep 0.1; done
curl -s -X PUT --data '{}' http://127.0.0.1:8099/_emulator/buckets/acme >/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/key" 2>/dev/null
openssl pkey -in "$work/key" -pubout -out "$work/pub"
key_id=$(openssl pkey -in "$work/key" -pubout -outform DER | sha256sum | cut -c1-16)
cat >/etc/iamlogin/iamlogin.conf <<-END
	[source]
	kind = s3
	bucket = acme
	public_key = $work/pub
	poll = 1h
	[aws]
	imds_endpoint = http://127.0.0.1:8098
	s3_endpoint = https://127.0.0.1:8443
	ca_file = $work/ca.pem
	[principals]
	users = path:/people/*
	[login]
	allow = match:platform
END

# put KEY FILE
put()
{
	base64 -w0 "$2" | python3 -c 'import json, sys; json.dump({"body": sys.stdin.read()}, sys.stdout)' |
	    curl -sS -X PUT --data-binary @- "http://127.0.0.1:8099/_emulator/objects/acme/$1" >/dev/null
}

# publish PEOPLE SERIAL
publish()
{
	local hash

	python3 - "$1" >"$work/blob" <<-'PY'
	import base64, gzip, hashlib, json, struct, sys
	n = int(sys.argv[1])
	def line(o):
	    return json.dumps(o, separators=(",", ":")) + "\n"
	out = [line({"iamlogin-directory": 1, "owner": "123456789012", "view": "default",
	             "partition": "aws", "account": "123456789012", "attributes": ["platform"]})]
	out += [line({"group": "team%d" % i, "id": "AGPA%016d" % i, "path": "/"}) for i in range(50)]
	for i in range(n):
	    raw = struct.pack(">I11sI", 11, b"ssh-ed25519", 32) + hashlib.sha256(b"%d" % i).digest()
	    out.append(line({"kind": "iam-user", "id": "AIDA%017d" % i, "name": "person%d" % i,
	        "path": "/people/", "created": 1700000000 + i, "os": "person%d" % i, "by": "name",
	        "groups": ["team%d" % (i % 50)], "attributes": [["platform", "acme"]],
	        "keys": [["APKA%017d" % i, "ssh-ed25519 " + base64.b64encode(raw).decode()]],
	        "status": "active"}))
	sys.stdout.buffer.write(gzip.compress("".join(out).encode(), 6, mtime=0))
	PY
	hash=$(sha256sum <"$work/blob" | cut -d' ' -f1)
	{
		printf 'iamlogin-manifest 1\nowner 123456789012\nview default\nserial %s\n' "$2"
		printf 'issued_at %s\nnot_after %s\n' "$(date +%s)" $(($(date +%s) + 86400))
		printf 'blob %s %s\nkey %s\n' "$hash" "$(stat -c %s "$work/blob")" "$key_id"
	} >"$work/lines"
	{
		cat "$work/lines"
		echo "signature $(openssl dgst -sha256 -sign "$work/key" "$work/lines" | base64 -w0)"
	} >"$work/manifest"
	put "default/blob/$hash" "$work/blob"
	put default/manifest "$work/manifest"
}

# cpu_ms - of the daemon so far, from the scheduler's own account in ns
cpu_ms()
{
	cat /proc/"$pid"/task/*/schedstat | awk '{ s += $1 } END { printf "%.2f", s / 1e6 }'
}

poll()
{
	"$build/iamlogin" refresh >/dev/null
}

echo "| people | blob | 20 unchanged polls, each | a change | peak memory (VmHWM) |"
echo "|---|---|---|---|---|"
for people in "${@:-5000 50000}"; do
	for n in $people; do
		chown iamlogin /run/iamlogin /var/lib/iamlogin /var/log/iamlogin
		rm -f /var/lib/iamlogin/* /run/iamlogin/*
		publish "$n" 1
		setpriv --reuid iamlogin --regid iamlogin --clear-groups "$build/iamlogind" \
		    2>"$work/log" &
		pid=$!
		while ! "$build/iamlogin" status --json 2>/dev/null | grep -q '"state":"FRESH"\|"state": "FRESH"'; do
			kill -0 $pid || { cat "$work/log"; exit 1; }
			sleep 0.2
		done
		poll
		before=$(cpu_ms)
		for _ in $(seq 20); do poll; done
		after=$(cpu_ms)
		publish $((n + 1)) 2
		poll
		last=$(cpu_ms)
		echo "| $n | $(($(stat -c %s "$work/blob") / 1000)) kB |" \
		    "$(awk "BEGIN { printf \"%.2f ms\", ($after - $before) / 20 }") |" \
		    "$(awk "BEGIN { printf \"%.0f ms\", $last - $after }") |" \
		    "$(awk '/^VmHWM/ { printf "%.1f MiB", $2 / 1024 }' /proc/$pid/status) |"
		kill $pid
		wait $pid
	done
done
