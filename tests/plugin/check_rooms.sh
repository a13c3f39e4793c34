#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_rooms.sh - who may include what, and in which order Makefile.am names the rooms
#
# A file's directory is its room. Includes go to the own room and to common, never sideways,
# never up; libraries' headers only where Makefile.am links the library; and inside a room,
# each library in the one file that owns it.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 99
bad=0

complain()
{
	echo "$*"
	bad=1
}

# rooms_included ROOM - the rooms that its files include from
for room in common nss pam keys daemon warden cli; do
	allowed="$room|common"
	[ $room = common ] && allowed=common
	found=$(grep -nE '^#include "' $room/*.[ch] | grep -vE "#include \"($allowed)/" || true)
	[ -z "$found" ] || complain "$room may include $allowed only:
$found"
done

# headers outside libc and the kernel, room by room
library='<(curl|openssl|json-c|expat|ini|systemd|security|libaudit|pthread|zlib)(/|\.h|_)'
for room in common nss pam keys daemon warden cli; do
	case $room in
	common | keys) allowed='^$' ;;
	nss) allowed='<pthread\.h>' ;;
	pam) allowed='<security/' ;;
	daemon) allowed='<(curl|openssl|json-c|systemd)/|<expat\.h>|<ini\.h>|<pthread\.h>|<zlib\.h>' ;;
	warden) allowed='<json-c/' ;;
	cli) allowed='<(json-c|openssl)/' ;;
	esac
	found=$(grep -nE "^#include $library" $room/*.[ch] | grep -vE "#include ($allowed)" |
		grep -v "^common/reader.c:.*<pthread.h>" || true)
	[ -z "$found" ] || complain "$room may not include these libraries:
$found"
done

# one owner per library in the daemon
owner()
{
	found=$(grep -lE "^#include <$1" daemon/*.[ch] | grep -vxE "$2" || true)
	[ -z "$found" ] || complain "daemon: only $2 may include <$1: $found"
}
owner 'curl/' 'daemon/http[a-z_]*\.[ch]'
owner 'expat\.h' 'daemon/xml\.c'
owner 'ini\.h' 'daemon/config[a-z_]*\.c'
owner 'openssl/' 'daemon/(digest|eic_verify|p256)\.c'
owner 'zlib\.h' 'daemon/gzip\.c'
found=$(grep -lE '^#include <json-c/' warden/*.[ch] | grep -vxE 'warden/agentfile\.c' || true)
[ -z "$found" ] || complain "warden: only agentfile.c may include <json-c/: $found"
owner 'pthread\.h' 'daemon/net[a-z_]*\.[ch]'

# what never runs inside somebody else's process (and what nobody may use at all)
words='system|popen|strcpy|strcat|sprintf|strtok|alloca|select|gets|tmpnam|mktemp'
found=$(grep -nE "(^|[^a-z_A-Z0-9>.])($words)\(" common/*.[ch] nss/*.[ch] pam/*.[ch] keys/*.[ch] \
	daemon/*.[ch] warden/*.[ch] cli/*.[ch] | grep -vE '^[^:]+:[0-9]+:[[:space:]]*(\*|/\*)' || true)
[ -z "$found" ] || complain "these functions are not used here:
$found"
found=$(grep -nE '(^|[^a-z_A-Z0-9>.])(abort|exit|_exit|assert|getenv|secure_getenv|printf|fprintf|puts)\(' \
	common/*.[ch] nss/*.[ch] pam/*.[ch] |
	grep -vE '^[^:]+:[0-9]+:[[:space:]]*(\*|/\*)' || true)
[ -z "$found" ] || complain "not inside other people's processes:
$found"
found=$(grep -nE '(^|[^a-z_A-Z0-9>.])(socket|connect|syslog|openlog|malloc|calloc|pthread_mutex_[a-z]+)\(' \
	nss/*.[ch] | grep -vE '^[^:]+:[0-9]+:[[:space:]]*(\*|/\*)' || true)
[ -z "$found" ] || complain "not in nss:
$found"
found=$(grep -nE '(^|[^a-z_A-Z0-9>.])(getpwnam|getpwuid|getgrnam|getgrgid|getpwnam_r|getgrnam_r)\(' \
	daemon/*.[ch] | grep -vE '^[^:]+:[0-9]+:[[:space:]]*(\*|/\*)' || true)
[ -z "$found" ] || complain "the daemon would ask its own module:
$found"

# the warden takes no orders, starts nothing, and asks no name service
found=$(grep -nE '(^|[^a-z_A-Z0-9>.])(getenv|secure_getenv|fork|vfork|exec[lv][a-z]*|posix_spawn[p]?|socket|connect|getpw[a-z_]*|getgr[a-z_]*)\(' \
	warden/*.[ch] | grep -vE '^[^:]+:[0-9]+:[[:space:]]*(\*|/\*)' || true)
[ -z "$found" ] || complain "not in the warden:
$found"

# Makefile.am names the rooms in the order of dependency
order=$(grep -nE '^# --- (common|nss|pam|keys|daemon|warden|cli):' Makefile.am |
	sed 's/.*# --- \([a-z]*\):.*/\1/' | tr '\n' ' ')
[ "$order" = "common nss pam keys daemon warden cli " ] ||
	complain "Makefile.am: the rooms stand in the order '$order'"

exit $bad
