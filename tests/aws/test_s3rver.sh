#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# test_s3rver.sh BUILD - publisher and host against an S3 that nobody here wrote: npm's s3rver
#
# s3rver checks our Signature Version 4 with code of its own and keeps the objects; IAM and IMDS
# are the emulator's. It is installed, once, into ${IAMLOGIN_CACHE:-/var/cache/iamlogin-tests}.
# s3rver 3.7.1 knows If-None-Match of a GET, and neither conditions of a PUT nor
# x-amz-expected-bucket-owner: those are the emulator's to hold. Prints TAP; 77 without npm.
set -u
build=$(realpath "${1:-.}")
here=$(cd "$(dirname "$0")" && pwd)
version=3.7.1
modules=${IAMLOGIN_CACHE:-/var/cache/iamlogin-tests}/s3rver-$version/node_modules

if [ "${2:-}" != inside ]; then
	[ "$(id -u)" -eq 0 ] || { echo "SKIP: needs root"; exit 77; }
	for tool in npm node jq openssl curl; do
		command -v $tool >/dev/null || { echo "SKIP: $tool is not installed"; exit 77; }
	done
	if [ ! -d "$modules/s3rver" ]; then
		mkdir -p "$modules"
		npm install --no-audit --no-fund --silent --prefix "${modules%/*}" \
		    "s3rver@$version" >/dev/null 2>&1 ||
			{ echo "SKIP: npm cannot fetch s3rver"; exit 77; }
	fi
	exec unshare -m -n -p -f --kill-child --mount-proc --propagation private "$0" "$build" inside
fi

# shellcheck source=tests/support/claims.sh
. "$here/../support/claims.sh"
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
jq '{"@alice@": "x"} as $k | .UserDetailList |= map(del(.SSHPublicKeys))' \
    "$here/../support/people.json" >"$work/people.json"
python3 "$here/emulator" --directory "$work/people.json" --imds 127.0.0.1:8098 \
    --aws 127.0.0.1:8443 --control 127.0.0.1:8099 --ca-out "$work/ca.pem" \
    --ready-file "$work/ready" --account 123456789012 --role iamlogin-publisher \
    --tag platform=acme 2>"$work/emulator.log" &
until_holds 15 test -s "$work/ready" || { cat "$work/emulator.log"; exit 99; }
token=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 600' \
    http://127.0.0.1:8098/latest/api/token)
curl -s -H "X-aws-ec2-metadata-token: $token" \
    http://127.0.0.1:8098/latest/meta-data/iam/security-credentials/iamlogin-publisher \
    >"$work/credentials"
node "$here/s3rver.js" "$modules" "$work/objects" 4568 acme-people \
    "$(jq -r .AccessKeyId "$work/credentials")" \
    "$(jq -r .SecretAccessKey "$work/credentials")" >"$work/s3rver.log" 2>&1 &
until_holds 15 grep -q ready "$work/s3rver.log" || { cat "$work/s3rver.log"; exit 99; }
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/fleet.key" 2>/dev/null
openssl pkey -in "$work/fleet.key" -pubout -out "$work/fleet.pub"
chown root:iamlogin "$work/fleet.key"
chmod 640 "$work/fleet.key"

# machine NAME - the directories of one, bound over ours; the daemon in them
machine()
{
	local name=$1 place

	shift
	for place in run var/lib var/log etc; do
		mkdir -p "$work/$name/$place"
		[ $place = etc ] || chown iamlogin "$work/$name/$place"
	done
	# shellcheck disable=SC2016  # expanded inside
	unshare -m --propagation private bash -c '
		dir=$1
		shift
		for place in run var/lib var/log etc; do
			mount --bind "$dir/$place" "/$place/iamlogin"
		done
		exec "$@"' machine "$work/$name" "$@"
}

config()
{
	mkdir -p "$work/$1/etc"
	cat - <<-END >"$work/$1/etc/iamlogin.conf"
	[aws]
	imds_endpoint = http://127.0.0.1:8098
	iam_endpoint = https://127.0.0.1:8443
	sts_endpoint = https://127.0.0.1:8443
	ec2_endpoint = https://127.0.0.1:8443
	s3_endpoint = http://127.0.0.1:4568
	ca_file = $work/ca.pem
	[principals]
	users = path:/people/*
	[login]
	allow = match:platform
	$(cat)
	END
}

start()
{
	machine "$1" setpriv --reuid iamlogin --regid iamlogin --clear-groups \
	    "$build/iamlogind" >>"$work/$1.log" 2>&1 &
}

status()
{
	machine "$1" "$build/iamlogin" status --json
}

host_has()
{
	status host | jq -e "$1"
}

config publisher <<-END
	[source]
	directory = details
	[cache]
	fresh = 15s
	[publish]
	bucket = acme-people
	key_file = $work/fleet.key
	attributes = platform
END
config host <<-END
	[source]
	kind = s3
	bucket = acme-people
	public_key = $work/fleet.pub
	poll = 10s
END
start publisher
holds "s3rver takes a blob and a manifest that we signed" until_holds 30 \
    test -e "$work/objects/acme-people/default/manifest._S3rver_object"
start host
holds "a host reads them" until_holds 30 host_has '.state == "FRESH" and .people == 3'
equals "and has nothing to complain of" null "$(status host | jq .last_error)"
curl -sS -X PATCH --data '{"Path":"/people/","Tags":[{"Key":"platform","Value":"acme"}]}' \
    http://127.0.0.1:8099/_emulator/users/dave >/dev/null
machine publisher "$build/iamlogin" refresh >/dev/null
holds "a new person is there with the next polls" until_holds 40 host_has '.people == 4'
holds "a revocation is said" machine publisher "$build/iamlogin" publish --revoke alice
holds "and in force" until_holds 30 host_has '.people == 3 and .fleet.revoked == 1'
serial=$(status host | jq .fleet.serial)
sleep 25
holds "unchanged polls (304) keep it so" host_has ".fleet.serial == $serial and .last_error == null"
mv "$work/objects/acme-people/default/manifest._S3rver_object" "$work/kept"
holds "an object that is gone is told from a bucket that is" until_holds 30 \
    host_has '.last_error.code == "NoSuchKey"'
holds "and nobody with it" host_has '.people == 3'
equals "requests of the host and the publisher to IAM that are not the publisher's" 0 \
    "$(curl -s http://127.0.0.1:8099/_emulator/requests | jq '[.log[] | select(.service == "iam" and .action != "GetAccountAuthorizationDetails" and .action != "ListSSHPublicKeys" and .action != "GetUser")] | length')"
tail -n 3 "$work/host.log" | sed 's/^/# /'
finish
