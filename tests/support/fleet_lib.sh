# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# fleet_lib.sh - a directory over S3 inside an instance; sourced after instance_lib.sh
#
# The first half is a publisher of its own, in jq, gzip and openssl, after
# iamlogin-manifest(5) alone: what it makes and a host believes is what the page says.
# The second half is ours: iamlogind with [publish], in namespaces of its own.
# shellcheck disable=SC2154  # names of instance_lib.sh

bucket=acme-iamlogin-eu-central-1
fleet_key=/e2e/keys/fleet.key

# fleet_begin - a bucket, a key pair, the public key where a host pins it
fleet_begin()
{
	aws_control PUT "buckets/$bucket" '{}' >/dev/null
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$fleet_key" 2>/dev/null
	install -d -m 0755 /etc/iamlogin
	openssl pkey -in "$fleet_key" -pubout -out /etc/iamlogin/fleet.pub
}

# config_for_s3 [FRESH [GRACE [POLL]]] - the host's side, printed
config_for_s3()
{
	cat <<-END
	[source]
	kind = s3
	bucket = acme-iamlogin-{region}
	bucket_owner = 123456789012
	public_key = /etc/iamlogin/fleet.pub
	poll = ${3:-10s}
	[aws]
	ca_file = /etc/iamlogin/test-ca.pem
	[principals]
	users = path:/people/*
	[login]
	allow = match:platform
	[sudo]
	allow = group:HostAdmins & match:platform
	[cache]
	fresh = ${1:-10m}
	grace = ${2:-24h}
	END
}

# ---------------------------------------------------------------------------------------
# A publisher in a few lines

# put_object KEY - the object's bytes on stdin
put_object()
{
	base64 -w0 | jq -R '{body: .}' >/tmp/object.json
	curl -sS --fail-with-body -m 10 -X PUT --data-binary @/tmp/object.json \
	    "$control/objects/$bucket/$1" >/dev/null
}

get_object()
{
	aws_control GET "objects/$bucket/$1" | jq -r .body | base64 -d
}

# blob_of_directory - the emulated IAM's people as a blob, on stdout
blob_of_directory()
{
	aws_control GET directory | jq -c '
		{"iamlogin-directory": 1, owner: "123456789012", view: "default", partition: "aws",
			account: "123456789012", attributes: ["platform"]},
		(.GroupDetailList[] | {group: .GroupName, id: .GroupId, path: .Path}),
		(.UserDetailList | sort_by(.UserId)[] | {
			kind: "iam-user", id: .UserId, name: .UserName, path: .Path,
			created: (.CreateDate | sub("\\+00:00$"; "Z") | fromdate),
			os: ([.Tags[]? | select(.Key == "SSMSessionRunAs").Value][0] // .UserName),
			by: "name", groups: (.GroupList // []),
			attributes: [.Tags[]? | select(.Key == "platform") | [.Key, .Value]],
			keys: [.SSHPublicKeys[]? | select(.Status != "Inactive") |
				[.SSHPublicKeyId, (.SSHPublicKeyBody | rtrimstr("\n"))]],
			status: "active"
		})' | gzip -n
}

# manifest_for BLOB-FILE SERIAL [LINE-EDITS...] - signed, on stdout; edits are for sed
manifest_for()
{
	local blob=$1 serial=$2 now edit

	shift 2
	now=$(date +%s)
	{
		echo "iamlogin-manifest 1"
		echo "owner 123456789012"
		echo "view default"
		echo "serial $serial"
		echo "issued_at $now"
		echo "not_after $((now + 604800))"
		echo "blob $(sha256sum <"$blob" | cut -d' ' -f1) $(stat -c %s "$blob")"
		echo "key $(openssl pkey -in "$fleet_key" -pubout -outform DER | sha256sum | cut -c1-16)"
	} >/tmp/manifest.lines
	for edit in "$@"; do
		sed -i "$edit" /tmp/manifest.lines
	done
	cat /tmp/manifest.lines
	echo "signature $(openssl dgst -sha256 -sign "$fleet_key" /tmp/manifest.lines | base64 -w0)"
}

# publish_now SERIAL [LINE-EDITS...] - who is in the emulated IAM now, in force from now on
publish_now()
{
	local serial=$1

	shift
	blob_of_directory >/tmp/blob
	put_object "default/blob/$(sha256sum </tmp/blob | cut -d' ' -f1)" </tmp/blob
	manifest_for /tmp/blob "$serial" "$@" | put_object default/manifest
}

# ---------------------------------------------------------------------------------------
# What a host says

serial_is()
{
	[ "$(iamlogin status --json | jq -r .fleet.serial)" = "$1" ]
}

# poll_now - whatever comes of it
poll_now()
{
	timeout 20 iamlogin refresh >/dev/null 2>&1
	true
}

# error_is CODE - of a poll now
error_is()
{
	poll_now
	[ "$(iamlogin status --json | jq -r .last_error.code)" = "$1" ]
}

last_error()
{
	iamlogin status --json | jq -r '.last_error.what // ""'
}

# ---------------------------------------------------------------------------------------
# Ours: iamlogind with [publish], another machine as far as its files go

publisher_dir=/srv/publisher

# in_publisher COMMAND... - with the publisher's /etc, /var and /run over this machine's
in_publisher()
{
	# shellcheck disable=SC2016  # expanded inside
	unshare -m --propagation private /bin/bash -c '
		dir=$1
		shift
		for place in etc/iamlogin run/iamlogin var/lib/iamlogin var/log/iamlogin; do
			mount --bind "$dir/$place" "/$place"
		done
		exec "$@"' in_publisher "$publisher_dir" "$@"
}

# config_for_publisher - what every test of a publisher says of [source] and [aws], printed
config_for_publisher()
{
	cat <<-END
	[source]
	kind = iam
	directory = details
	[aws]
	ca_file = /etc/iamlogin/test-ca.pem
	[principals]
	users = path:/people/*
	[sudo]
	allow = group:HostAdmins
	[cache]
	fresh = ${1:-15s}
	[publish]
	bucket = acme-iamlogin-{region}
	bucket_owner = 123456789012
	attributes = platform
	END
}

# publisher_launch - the configuration is what comes on stdin
publisher_launch()
{
	local place

	for place in etc run var/lib var/log; do
		install -d -m 0755 "$publisher_dir/$place/iamlogin" "/$place/iamlogin"
	done
	install -d -o iamlogin -g iamlogin "$publisher_dir"/{run,var/lib,var/log}/iamlogin
	cp /etc/iamlogin/test-ca.pem /etc/iamlogin/fleet.pub "$publisher_dir/etc/iamlogin/"
	install -m 0640 -o root -g iamlogin "$fleet_key" "$publisher_dir/etc/iamlogin/fleet.key"
	cat >"$publisher_dir/etc/iamlogin/iamlogin.conf"
	chmod 0644 "$publisher_dir/etc/iamlogin/iamlogin.conf"
	rm -f /run/publisher.pid
	# shellcheck disable=SC2016  # the pid that its exec keeps
	in_publisher sh -c 'echo $$ >/run/publisher.pid; exec "$@"' sh setpriv --reuid iamlogin --regid iamlogin --groups \
	    "$(id -G iamlogin | tr ' ' ,),$(getent group iamlogin-keys | cut -d: -f3)" \
	    "$(unit_value ExecStart | cut -d' ' -f1)" >>/logs/publisher.log 2>&1 &
	until_holds 30 test -s /run/publisher.pid
}

publisher_stop()
{
	local pid

	pid=$(cat /run/publisher.pid)
	kill -TERM "$pid"
	until_holds 30 sh -c "! kill -0 $pid"
}

# published SERIAL [VIEW] - the bucket has a manifest of at least that serial
published()
{
	[ "$(get_object "${2:-default}/manifest" 2>/dev/null | sed -n 's/^serial //p')" -ge "$1" ]
}

# published_blob [VIEW] - the blob that the manifest names, unpacked
published_blob()
{
	local view=${1:-default} hash

	hash=$(get_object "$view/manifest" | sed -n 's/^blob \([0-9a-f]*\) .*/\1/p')
	get_object "$view/blob/$hash" | gzip -dc
}
