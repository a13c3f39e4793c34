#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# pam_bench_inside.sh CALLS - pam_acct_mgmt of us, pam_unix and pam_sss in one run
#
# alice is from IAM; local is pam_unix's; wanda is a local account that sssd serves by its
# proxy of files. With the daemon up, and from the files with it stopped. Runs inside
# (instance.sh).
# shellcheck disable=SC2154 # set by what is sourced
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

results=/logs/pam
for module in iamlogin unix sss; do
	printf 'account required pam_%s.so\n' $module >/etc/pam.d/bench-$module
done
useradd -m -p '*' wanda
install -d -m 0755 /etc/sssd
cat >/etc/sssd/sssd.conf <<END
[sssd]
services = nss, pam
domains = bench
[domain/bench]
id_provider = proxy
proxy_lib_name = files
auth_provider = none
access_provider = permit
entry_cache_timeout = 36000
END
chmod 0600 /etc/sssd/sssd.conf
sssd -i --logger=files >/logs/sssd.log 2>&1 &
sss=bench-sss=wanda
if ! until_holds 30 test -S /var/lib/sss/pipes/private/pam; then
	echo "sssd does not run here: measured without it" >&2
	sss=
fi
sed -i 's/^passwd:.*/passwd: files iamlogin sss/' /etc/nsswitch.conf
config_for_aws 10m | configure
daemon_start
sleep 1
# shellcheck disable=SC2086 # no word when there is no sssd
{
	/usr/lib/iamlogin-bench/pam_bench "$1" bench-iamlogin=alice bench-unix=local $sss |
		sed 's/^/up /'
	daemon_stop
	/usr/lib/iamlogin-bench/pam_bench "$1" bench-iamlogin=alice bench-unix=local $sss |
		sed 's/^/files /'
} >$results
[ "$(wc -l <$results)" -ge 4 ]
