#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# selinux_vm.sh BUILD - our SELinux module, enforcing, in a virtual machine
#
# People come from a file, and then from the emulated AWS. The packages
# of BUILD are installed in a Debian with the reference policy (vm_root.sh) and
# enabled there; all files are labelled; the disk is booted by qemu with enforcing=1, and
# enforcing.sh runs in it as a unit. SELINUX_ACCEL=kvm where there is one; without, qemu
# emulates (minutes to a login). SELINUX_ENFORCING=0 is for whoever works on the policy:
# what it prints as denied is what is missing. LOGS=DIR keeps the console. DEBS=DIR takes
# packages that are built already.
set -euo pipefail

[ $# -eq 1 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$(realpath -e "$1")
[ "$(id -u)" -eq 0 ] || { echo "selinux_vm.sh: only root can make a disk" >&2; exit 77; }
command -v qemu-system-x86_64 >/dev/null ||
	{ echo "selinux_vm.sh: qemu-system-x86_64 is missing (tests/support/packages.sh selinux)" >&2; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-selinux.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
logs=${LOGS:-$work/logs}
mkdir -p "$logs"

# --- the packages, and the policy module as the RPM's spec makes it
debs=${DEBS:-}
if [ -z "$debs" ]; then
	make -C "$build" dist >"$logs/dist.log" 2>&1
	tarball=$(find "$build" -maxdepth 1 -name 'iamlogin-*.tar.xz' -newer "$work" | head -n 1)
	"$top/packaging/deb.sh" "$tarball" "$work/debs" >"$logs/debs.log" 2>&1
	debs=$work/debs
fi
checkmodule -M -m -o "$work/iamlogin.mod" "$top/packaging/selinux/iamlogin.te"
semodule_package -o "$work/iamlogin.pp" -m "$work/iamlogin.mod" \
    -f "$top/packaging/selinux/iamlogin.fc"

# --- the image
root=$("$here/vm_root.sh" | tail -n 1)
cp -a "$root" "$work/root"
r=$work/root
mkdir -p "$r/e2e/debs" "$r/logs"
cp "$debs"/*.deb "$r/e2e/debs/"
rm -f "$r"/e2e/debs/*-dbgsym_*
cp "$top/tests/support/instance_lib.sh" "$top/tests/support/claims.sh" "$work/iamlogin.pp" \
    "$r/e2e/"
mkdir "$r/e2e/support"
cp "$top/tests/support/dns.py" "$top/tests/e2e/session_manager_owner.sh" "$r/e2e/support/"
cp -R "$top/tests/aws" "$r/e2e/aws"
cp "$here/enforcing.sh" "$r/e2e/test.sh"
cat >"$r/etc/systemd/system/e2e-test.service" <<'UNIT'
[Unit]
After=ssh.service multi-user.target
[Service]
Type=exec
ExecStart=/bin/bash /e2e/run.sh
[Install]
WantedBy=graphical.target
UNIT
# the console is the only way out: RUN lines as they come, then all of it once more
cat >"$r/e2e/run.sh" <<'RUN'
bash /e2e/test.sh 2>&1 | tee /logs/test.out | sed -u 's/^/RUN /' >/dev/ttyS0
rc=${PIPESTATUS[0]}
sed 's/^/E2E /' /logs/test.out >/dev/ttyS0
journalctl -b --no-pager -o cat | grep 'avc: *denied' | sed 's/.*avc:/avc:/; s/ pid=[0-9]*//; s/ ino=[0-9]*//' |
	sort -u | sed 's/^/AVC /' >/dev/ttyS0
echo "E2E-RC $rc" >/dev/ttyS0
sync
systemctl poweroff --force --force
RUN
mkdir -p "$r/etc/systemd/system/graphical.target.wants"
ln -sf ../e2e-test.service "$r/etc/systemd/system/graphical.target.wants/"
cat >"$r/e2e/build.sh" <<'BUILD'
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
dpkg -i /e2e/debs/*.deb
useradd -m -s /bin/bash -p '*' local
ssh-keygen -q -A
echo vm >/etc/hostname
printf '127.0.0.1 localhost vm\n' >/etc/hosts
printf '[source]\nkind = file\n[instance]\ntag = platform=acme\n' >>/etc/iamlogin/iamlogin.conf
mkdir -p /run/sshd
iamlogin enable --users 'path:/people/*' --allow match:platform \
    --sudo 'group:HostAdmins & match:platform' --break-glass root --no-start
semodule -n -i /e2e/iamlogin.pp
# Debian leaves out the policy of mkhomedir_helper, with which a home can be made from sshd's
# domain; doc/guide/platforms.md says so
semodule -n -e oddjob
sed -i 's/^SELINUX=.*/SELINUX=enforcing/' /etc/selinux/config
systemctl mask serial-getty@ttyS0.service getty@tty1.service e2scrub_reap.service >/dev/null
rm -rf /run/sshd
BUILD
# shellcheck disable=SC2016 # expanded by the inner shell
unshare -m -p -f --propagation private bash -euc '
	mount -t proc proc "$1/proc"
	mount -t tmpfs tmpfs "$1/run"
	mount --rbind /dev "$1/dev"
	chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
	    /bin/bash /e2e/build.sh' build "$r" >"$logs/build.log" 2>&1 || {
	tail -n 20 "$logs/build.log" >&2
	echo "selinux_vm.sh: the image could not be built" >&2
	exit 96
}
# keys and people, made here: ssh-keygen has a domain that writes in few places
# shellcheck source=/dev/null
(here=; . "$top/tests/support/instance.sh" && make_people)
install -m 0644 "$r/e2e/directory.json" "$r/etc/iamlogin/directory.json"
for home in root home/local; do
	install -d -m 0700 "$r/$home/.ssh"
	install -m 0600 "$r/e2e/keys/local.pub" "$r/$home/.ssh/authorized_keys"
	chown -R --reference="$r/$home" "$r/$home/.ssh"
done
# labels as a first boot of an image pipeline would give them
rm -rf "$r/.autorelabel"
# shellcheck disable=SC2016 # expanded by the inner shell
unshare -m --propagation private bash -euc '
	mount -t proc proc "$1/proc"
	chroot "$1" setfiles -F -e /proc /etc/selinux/default/contexts/files/file_contexts /' \
    label "$r" >"$logs/setfiles.log" 2>&1 || {
	tail -n 5 "$logs/setfiles.log" >&2
	echo "selinux_vm.sh: the files could not be labelled" >&2
	exit 96
}
truncate -s 2G "$work/disk"
mke2fs -q -F -t ext4 -d "$r" "$work/disk"
kernel=$(find "$r/boot" -name 'vmlinuz-*' | head -n 1)
initrd=$(find "$r/boot" -name 'initrd.img-*' | head -n 1)

# --- the machine
: >"$logs/console.log"
timeout "${SELINUX_SECONDS:-3600}" qemu-system-x86_64 -accel "${SELINUX_ACCEL:-tcg,thread=multi}" \
    -cpu max -smp 2 -m 1536 -nodefaults -display none -no-reboot -serial "file:$logs/console.log" \
    -drive "file=$work/disk,if=virtio,format=raw,cache=unsafe" \
    -device virtio-rng-pci -kernel "$kernel" -initrd "$initrd" \
    -append "root=/dev/vda rw console=ttyS0 security=selinux selinux=1 enforcing=${SELINUX_ENFORCING:-1} audit=1 audit_backlog_limit=8192 no_timer_check panic=-1" \
    </dev/null >"$logs/qemu.log" 2>&1 || true
tr -d '\r' <"$logs/console.log" | sed -n 's/^E2E //p'
tr -d '\r' <"$logs/console.log" | sed -n 's/^AVC /# /p'
rc=$(tr -d '\r' <"$logs/console.log" | sed -n 's/^E2E-RC //p')
if [ -z "$rc" ]; then
	tail -n 30 "$logs/console.log" >&2
	echo "selinux_vm.sh: the machine ended without a result" >&2
	exit 99
fi
exit "$rc"
