#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# file_source_without_aws.sh - kind = file: the embedded default needs no AWS, takes every key
#
# Runs inside (instance.sh) with AWS, DNS and IMDS gone from the start.
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# sk_key - a public key of a security token; nobody here can sign with it
sk_key()
{
	{
		printf '\0\0\0\032sk-ssh-ed25519@openssh.com'
		printf '\0\0\0\040'
		head -c 32 /dev/urandom
		printf '\0\0\0\004ssh:'
	} | base64 -w 0
}

aws_black_hole
imds_black_hole
echo "sk-ssh-ed25519@openssh.com $(sk_key) token" >/e2e/keys/token.pub
directory_with erin ed25519 </e2e/directory.json | directory_with frank ecdsa |
	directory_with grace token >/etc/iamlogin/directory.json
config_for_file | configure
daemon_start

equals "RSA: alice logs in" alice "$(ssh_as alice alice id -un)"
equals "ed25519: erin logs in" erin "$(ssh_as ed25519 erin id -un)"
equals "ecdsa: frank logs in" frank "$(ssh_as ecdsa frank id -un)"
matches "a security token's key is offered for grace" \
    "$(cut -d' ' -f2 /e2e/keys/token.pub | sed 's/[+]/[+]/g')" "$(iamlogin keys --json grace | jq -r .[].line)"
matches "sudo makes alice root" '^uid=0' "$(ssh_as alice alice sudo -n id 2>&1)"
equals "carol is deploy" deploy "$(ssh_as carol deploy id -un)"
fails "bob is refused" ssh_as bob bob
exits "status is fresh" 0 iamlogin status

directory_with heidi dave </etc/iamlogin/directory.json >/etc/iamlogin/directory.new
mv /etc/iamlogin/directory.new /etc/iamlogin/directory.json
holds "refresh reads the file again" iamlogin refresh
equals "heidi, now in the file, logs in" heidi "$(ssh_as dave heidi id -un)"

cp /etc/iamlogin/directory.json /run/good.json
head -c 700 /run/good.json >/etc/iamlogin/directory.json
exits "a file cut short is an error" 1 iamlogin refresh
holds "and removes nobody" ssh_as alice alice
holds "the audit's chain is whole" iamlogin audit verify
finish
