/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doors.h - what local accounts are to us, for a process that cannot open the snapshot
 *
 * Room: common. libc only. The snapshot says all of this, too; but a process without a free
 * descriptor or without memory cannot open it, and must neither shut out who is there for
 * emergencies nor let pass who is to be judged. readlink(2) needs neither: a symbolic link
 * beside the snapshot says it by where it points.
 */
#ifndef COMMON_DOORS_H
#define COMMON_DOORS_H

#include <stdint.h>

enum {
	DOORS_CLOSED = 1u << 0,      /* [accounts] local is not any */
	DOORS_BREAK_GLASS = 1u << 1, /* the name stands under [accounts] break_glass */
	DOORS_LISTED = 1u << 2,      /* the name may stand under [accounts] shared */
};

/**
 * doors_of() - what the link says of one name
 * @name: NUL-terminated; any bytes, any length
 *
 * Trusted like the snapshot: only the owner of its directory can have made it. Two system
 * calls for that and one to read it; no descriptor, no allocation.
 *
 * Return: DOORS_*; 0 when it says nothing, or cannot be read, or is not trusted: then no
 * door of a local account is closed.
 */
uint32_t doors_of(const char *name);

#endif
