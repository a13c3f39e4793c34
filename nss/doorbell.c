/* SPDX-License-Identifier: Apache-2.0 */
/* doorbell.c - tell the daemon that a name was asked for; contract in doorbell.h */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "common/paths.h"
#include "nss/doorbell.h"

/* The vector does not change and has to be searched: once is enough. 0: not yet. */
static _Atomic int started_by; /* 1: root, 2: somebody else */

bool
doorbell_is_for_us(void)
{
	int by = atomic_load_explicit(&started_by, memory_order_relaxed);
	int saved_errno;

	if (by == 0) {
		saved_errno = errno;
		errno = 0;
		/* A vector without the entry also gives 0, and sets errno (glibc 2.19). */
		by = getauxval(AT_EUID) == 0 && errno == 0 ? 1 : 2;
		atomic_store_explicit(&started_by, by, memory_order_relaxed);
		errno = saved_errno;
	}
	return by == 1;
}

void
doorbell_ring(void)
{
	int saved_errno = errno;

	if (doorbell_is_for_us())
		(void)utimensat(AT_FDCWD, paths_doorbell, NULL, AT_SYMLINK_NOFOLLOW);
	errno = saved_errno;
}
