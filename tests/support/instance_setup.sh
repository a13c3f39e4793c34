#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# instance_setup.sh - what an administrator's image build does, run inside by instance.sh
#
# The shipped files are applied by the programs that apply them on a real system: whatever
# is wrong in packaging/ fails here.
set -euo pipefail

systemd-sysusers /usr/lib/sysusers.d/iamlogin.conf
systemd-tmpfiles --create /usr/lib/tmpfiles.d/iamlogin.conf

ssh-keygen -q -A
# OpenSSH 9.8 and later keep an address out for a while that has failed: the tests' only one.
if /usr/sbin/sshd -T -o PerSourcePenalties=no >/dev/null 2>&1; then
	echo 'PerSourcePenalties no' >/etc/ssh/sshd_config.d/90-penalties.conf
fi

# What this sshd would be without us: the bench compares with it.
mkdir /e2e/stock
cp -a /etc/nsswitch.conf /etc/pam.d /e2e/stock/

# shellcheck source=/dev/null
. /e2e/claims.sh
configuration_files >/e2e/stock/files
iamlogin enable --users 'path:/people/*' --break-glass root

# The one local account, which must never notice us.
useradd -m -s /bin/bash -p '*' local
install -d -m 0700 -o local -g local /home/local/.ssh
install -m 0600 -o local -g local /e2e/keys/local.pub /home/local/.ssh/authorized_keys
install -d -m 0700 /root/.ssh
install -m 0600 /e2e/keys/local.pub /root/.ssh/authorized_keys
