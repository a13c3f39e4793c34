/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base.h - attributes and ownership, the words every room shares
 *
 * Room: common. libc only. An owned local is declared with its cleanup attribute and its
 * empty value, and handed over with base_take_*(): no goto, no should_free.
 */
#ifndef COMMON_BASE_H
#define COMMON_BASE_H

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define MUST_CHECK __attribute__((warn_unused_result))
#define BASE_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _cleanup_close_ _cleanup_(base_closep)
#define _cleanup_free_ _cleanup_(base_freep)
#define _cleanup_fclose_ _cleanup_(base_fclosep)

#define BASE_N(array) (sizeof(array) / sizeof((array)[0]))

/* close(2) that keeps errno: it often runs on the way out of a failure. */
static inline void
base_closep(const int *fd)
{
	int saved_errno = errno;

	if (*fd >= 0)
		(void)close(*fd);
	errno = saved_errno;
}

static inline void
base_freep(void *p)
{
	void **slot = p;

	free(*slot);
}

static inline void
base_fclosep(FILE **stream)
{
	if (*stream != NULL)
		(void)fclose(*stream);
}

static inline int
base_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline void *
base_take_voidp(void **p)
{
	void *taken = *p;

	*p = NULL;
	return taken;
}

#define base_take_ptr(p) ((__typeof__(*(p)))base_take_voidp((void **)(p)))

#endif
