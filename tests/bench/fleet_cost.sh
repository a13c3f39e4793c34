#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fleet_cost.sh BUILD [PEOPLE...] - what kind = s3 costs a host, and a publisher
#
# The built iamlogind in namespaces of its own, against the emulated IAM and S3 over TLS. CPU
# is the process's own (user and system): of a host over 20 polls that find nothing new and
# over one change, of a publisher over one change, from the listing to the manifest in the
# bucket. Each person has a tag, a group and an ed25519 key; KEYS=rsa gives RSA keys of 2048
# bits, whose base64 no gzip makes much smaller, to the hosts' people.
set -u
build=$(realpath "${1:-.}")
here=$(cd "$(dirname "$0")" && pwd)

if [ "${IAMLOGIN_INSIDE:-}" != yes ]; then
	IAMLOGIN_INSIDE=yes exec unshare -m -n -p -f --kill-child --mount-proc \
	    --propagation private "$0" "$@"
fi
shift
[ $# -gt 0 ] || set -- 5000 50000
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
    --role iamlogin-publisher --tag platform=acme 2>"$work/emulator.log" &
while [ ! -s "$work/ready" ]; do sleep 0.1; done
control=http://127.0.0.1:8099/_emulator
curl -s -X PUT --data '{}' $control/buckets/acme >/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/key" 2>/dev/null
openssl pkey -in "$work/key" -pubout -out "$work/pub"
chown root:iamlogin "$work/key"
chmod 640 "$work/key"
key_id=$(openssl pkey -in "$work/key" -pubout -outform DER | sha256sum | cut -c1-16)

# config LINES - those of [source]; the rest comes on stdin
config()
{
	cat >/etc/iamlogin/iamlogin.conf <<-END
	[source]
	$1
	[aws]
	imds_endpoint = http://127.0.0.1:8098
	iam_endpoint = https://127.0.0.1:8443
	sts_endpoint = https://127.0.0.1:8443
	s3_endpoint = https://127.0.0.1:8443
	ca_file = $work/ca.pem
	[principals]
	users = path:/people/*
	[login]
	allow = match:platform
	$(cat)
	END
}

# put KEY FILE
put()
{
	base64 -w0 "$2" | python3 -c 'import json, sys; json.dump({"body": sys.stdin.read()}, sys.stdout)' |
	    curl -sS -X PUT --data-binary @- "$control/objects/acme/$1" >/dev/null
}

# people N blob|iam - as a publisher's blob, or as what IAM lists
people()
{
	python3 - "$1" "$2" "${KEYS:-ed25519}" <<-'PY'
	import base64, gzip, hashlib, json, struct, sys
	n, form, keys = int(sys.argv[1]), sys.argv[2], sys.argv[3]
	def line(o):
	    return json.dumps(o, separators=(",", ":")) + "\n"
	def key(i):
	    seed = b"".join(hashlib.sha256(b"%d %d" % (i, j)).digest() for j in range(8))
	    if keys == "rsa":
	        seed = b"\xc0" + seed[1:-1] + b"\x01"
	        raw = struct.pack(">I7sI3sIB", 7, b"ssh-rsa", 3, b"\1\0\1", 257, 0) + seed
	        return "ssh-rsa " + base64.b64encode(raw).decode()
	    raw = struct.pack(">I11sI", 11, b"ssh-ed25519", 32) + seed[:32]
	    return "ssh-ed25519 " + base64.b64encode(raw).decode()
	if form == "blob":
	    out = [line({"iamlogin-directory": 1, "owner": "123456789012", "view": "default",
	                 "partition": "aws", "account": "123456789012",
	                 "attributes": ["platform"]})]
	    out += [line({"group": "team%d" % i, "id": "AGPA%016d" % i, "path": "/"})
	            for i in range(50)]
	    for i in range(n):
	        out.append(line({"kind": "iam-user", "id": "AIDA%017d" % i, "name": "person%d" % i,
	            "path": "/people/", "created": 1700000000 + i, "os": "person%d" % i,
	            "by": "name", "groups": ["team%d" % (i % 50)],
	            "attributes": [["platform", "acme"]], "keys": [["APKA%017d" % i, key(i)]],
	            "status": "active"}))
	    sys.stdout.buffer.write(gzip.compress("".join(out).encode(), 6, mtime=0))
	else:
	    json.dump({"UserDetailList": [{"Path": "/people/", "UserName": "person%d" % i,
	        "UserId": "AIDA%017d" % i, "CreateDate": "2024-05-01T09:00:00Z",
	        "Arn": "arn:aws:iam::123456789012:user/people/person%d" % i,
	        "GroupList": ["team%d" % (i % 50)], "AttachedManagedPolicies": [],
	        "Tags": [{"Key": "platform", "Value": "acme"},
	                 {"Key": "iamlogin:key-1", "Value": key(i)}]} for i in range(n)],
	        "GroupDetailList": [], "RoleDetailList": [], "Policies": []}, sys.stdout)
	PY
}

# publish PEOPLE SERIAL - after iamlogin-manifest(5) alone
publish()
{
	local hash

	people "$1" blob >"$work/blob"
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

# start, stop - the daemon with nothing left of the one before
start()
{
	chown iamlogin /run/iamlogin /var/lib/iamlogin /var/log/iamlogin
	rm -f /var/lib/iamlogin/* /run/iamlogin/*
	setpriv --reuid iamlogin --regid iamlogin --clear-groups "$build/iamlogind" 2>"$work/log" &
	pid=$!
	until_says '.state == "FRESH"'
}

stop()
{
	kill $pid
	wait $pid
}

# until_says FILTER - of the daemon's status
until_says()
{
	while ! "$build/iamlogin" status --json 2>/dev/null | jq -e "$1" >/dev/null; do
		kill -0 $pid || { cat "$work/log"; exit 1; }
		sleep 0.2
	done
}

# cpu_ms - of the daemon so far, from the scheduler's own account in ns
cpu_ms()
{
	cat /proc/"$pid"/task/*/schedstat | awk '{ s += $1 } END { printf "%.2f", s / 1e6 }'
}

peak()
{
	awk '/^VmHWM/ { printf "%.1f MiB", $2 / 1024 }' /proc/$pid/status
}

refresh()
{
	timeout 120 "$build/iamlogin" refresh >/dev/null
}

# host PEOPLE - one row
host()
{
	local before after last

	config "kind = s3"$'\n'"bucket = acme"$'\n'"public_key = $work/pub"$'\n'"poll = 1h" </dev/null
	publish "$1" 1
	start
	refresh
	before=$(cpu_ms)
	for _ in $(seq 20); do refresh; done
	after=$(cpu_ms)
	publish $(($1 + 1)) 2
	refresh
	last=$(cpu_ms)
	echo "| $1 | $(($(stat -c %s "$work/blob") / 1000)) kB |" \
	    "$(awk "BEGIN { printf \"%.2f ms\", ($after - $before) / 20 }") |" \
	    "$(awk "BEGIN { printf \"%.0f ms\", $last - $after }") | $(peak) |"
	stop
}

# seconds FILTER - when the emulator saw the last such request
seconds()
{
	curl -s $control/requests | jq "[.log[] | select($1).t] | last"
}

# publisher PEOPLE - one row; the keys are tags, so that one listing has everything
publisher()
{
	local before listed put size

	people "$1" iam | curl -sS -m 120 -X PUT --data-binary @- $control/directory >/dev/null
	curl -s -X DELETE "$control/objects/acme/default/manifest" >/dev/null
	config "directory = details" <<-END
	[publish]
	bucket = acme
	key_file = $work/key
	attributes = platform
	END
	start
	until_says '.publish.views[0].serial > 0'
	before=$(cpu_ms)
	curl -sS -X PATCH --data '{"Path":"/people/","Tags":[{"Key":"platform","Value":"acme"}]}' \
	    $control/users/newcomer >/dev/null
	refresh
	until_says ".publish.views[0].people == $(($1 + 1))"
	listed=$(seconds '.action == "GetAccountAuthorizationDetails"')
	put=$(seconds '.action == "PutObject"')
	size=$(stat -c %s /var/lib/iamlogin/published-default)
	echo "| $1 | $((size / 1000)) kB | $(awk "BEGIN { printf \"%.1f s\", $put - $listed }") |" \
	    "$(awk "BEGIN { printf \"%.0f ms\", $(cpu_ms) - $before }") | $(peak) |"
	stop
}

echo "| people | blob | an unchanged poll, CPU | a change, CPU | peak memory of a host |"
echo "|---|---|---|---|---|"
for people in "$@"; do host "$people"; done
echo
echo "| people | blob | from the listing to the manifest in S3 | listing, blob and signature, CPU |" \
    "peak memory of a publisher |"
echo "|---|---|---|---|---|"
for people in "$@"; do publisher "$people"; done
