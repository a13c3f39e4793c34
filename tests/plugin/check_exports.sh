#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_exports.sh - what the built modules and programs export, need and weigh
set -u
cd "${BUILDDIR:-.}" || exit 99
bad=0
# A sanitized build links its run time; check_rooms.sh and the plain build hold the rest.
if readelf -d .libs/libnss_iamlogin.so | grep -qE 'lib(asan|tsan|ubsan)' ||
	nm -D .libs/libnss_iamlogin.so | grep -qE '__(asan|tsan|ubsan)_'; then
	echo "exports: a sanitized build; held by the plain one"
	exit 0
fi

complain()
{
	echo "$*"
	bad=1
}

# exports FILE PATTERN - every dynamic symbol it defines matches
exports()
{
	found=$(nm -D --defined-only "$1" | awk '{ print $NF }' |
		sed 's/@.*//' | grep -vxE "$2" || true)
	[ -z "$found" ] || complain "$1 exports $found"
}

# needs FILE LIBRARY... - exactly these, but for those that --as-needed dropped
needs()
{
	file=$1
	shift
	for lib in $(readelf -d "$file" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p'); do
		case " $* " in
		*" ${lib%%.so*} "*) ;;
		*) complain "$file needs $lib" ;;
		esac
	done
	readelf -d "$file" | grep -qE 'RPATH|RUNPATH' && complain "$file has a run path"
	readelf -d "$file" | grep -q 'BIND_NOW\|FLAGS_1.*NOW' || complain "$file is not BIND_NOW"
	readelf -lW "$file" | grep -q GNU_RELRO || complain "$file has no RELRO"
	readelf -lW "$file" | grep GNU_STACK | grep -q RWE && complain "$file: executable stack"
	return 0
}

# lacks FILE SYMBOL... - undefined symbols it may not have
lacks()
{
	file=$1
	shift
	for symbol in "$@"; do
		nm -D --undefined-only "$file" | grep -qE " $symbol(@|\$)" &&
			complain "$file calls $symbol"
	done
	return 0
}

# libtool leaves a wrapper script where a program is linked to a shared library of ours
program()
{
	[ -e ".libs/$1" ] && echo ".libs/$1" || echo "$1"
}

nss=.libs/libnss_iamlogin.so
pam=.libs/pam_iamlogin.so
exports $nss '_nss_iamlogin_(getpwnam_r|getpwuid_r|getgrnam_r|getgrgid_r|initgroups_dyn|[sg]et(pw|gr)ent(_r)?|end(pw|gr)ent)'
exports $pam 'pam_sm_(authenticate|setcred|acct_mgmt|open_session|close_session|chauthtok)'
for symbol in getpwnam_r getpwuid_r getgrnam_r getgrgid_r initgroups_dyn; do
	nm -D --defined-only $nss | grep -q " _nss_iamlogin_$symbol\$" ||
		complain "$nss does not export $symbol"
done
[ "$(nm -D --defined-only $pam | grep -c ' pam_sm_')" -eq 6 ] ||
	complain "$pam does not export the six entry points"

needs $nss libc ld-linux-x86-64 ld-linux-aarch64
needs $pam libc libpam ld-linux-x86-64 ld-linux-aarch64
needs "$(program iamlogin-authorized-keys)" libc ld-linux-x86-64 ld-linux-aarch64
needs "$(program iamlogin)" libc libjson-c libcrypto
needs "$(program iamlogin-warden)" libc libjson-c ld-linux-x86-64 ld-linux-aarch64
needs "$(program iamlogind)" libc libcurl libcrypto libjson-c libexpat libinih libz libsystemd libpthread

lacks $nss abort exit _exit __assert_fail getenv secure_getenv syslog openlog socket connect \
	malloc calloc pthread_mutex_lock fopen printf select system popen execve dlopen signal
lacks $pam abort exit _exit __assert_fail getenv secure_getenv openlog select system popen \
	execve fork signal printf
lacks "$(program iamlogin-warden)" getpwnam getpwnam_r getgrnam system popen execve fork socket connect \
	dlopen getenv
lacks "$(program iamlogind)" getpwnam getpwnam_r getgrnam getgrnam_r system popen execve

text=$(size -A $nss | awk '$1 == ".text" || $1 == ".rodata" { n += $2 } END { print n }')
[ "$text" -le 65536 ] || complain "$nss has $text bytes of text; 65536 are the limit"
echo "exports: $nss has $text bytes of text"
exit $bad
