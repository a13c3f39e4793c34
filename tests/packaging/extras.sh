#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# extras.sh - what else packaging/ ships: compiled, validated, parsed
set -uo pipefail

cd "$(dirname "$0")/../.." || exit 70
# shellcheck source=/dev/null
. tests/support/claims.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-extras.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

holds "the SELinux module compiles" checkmodule -M -m -o "$work/iamlogin.mod" \
    packaging/selinux/iamlogin.te
holds "and is packaged with its file contexts" semodule_package -o "$work/iamlogin.pp" \
    -m "$work/iamlogin.mod" -f packaging/selinux/iamlogin.fc
mkdir "$work/deb"
holds "Packer takes the template" packer validate -var packages_dir="$work/deb" packaging/packer/iamlogin.pkr.hcl
holds "which is formatted as Packer does" packer fmt -check packaging/packer/iamlogin.pkr.hcl
holds "the CloudWatch agent's snippet is JSON" jq -e . packaging/logs/cloudwatch-agent.json
holds "the cloud-init example is YAML with a known first line" python3 -c '
import sys
text = open("packaging/cloud-init/user-data.yaml").read()
sys.exit(not text.startswith("#cloud-config\n") or "\t" in text)'
# shellcheck disable=SC2016  # awk's own
holds "the rules of authselect name us before anything that could end the stack" \
    awk '$1 == "account" { exit ($NF == "pam_iamlogin.so") ? 0 : 1 }' \
    packaging/authselect/iamlogin/password-auth
holds "in both files" cmp packaging/authselect/iamlogin/password-auth \
    packaging/authselect/iamlogin/system-auth
holds "logrotate takes its file" sh -c \
    'command -v logrotate >/dev/null || exit 0; logrotate -d packaging/debian/iamlogin.logrotate'
finish
