/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool.h - an audit record for the daemon to pick up, from a program of root's
 *
 * Room: common. libc only. PAM (with the daemon dead) and the warden write here; the daemon
 * takes whole lines into its chain (daemon/spool.c).
 */
#ifndef COMMON_SPOOL_H
#define COMMON_SPOOL_H

#include "common/base.h"
#include "common/record.h"

#define SPOOL_SIZE_MAX \
	(1u << 20) /* bytes: beyond that a record is in the log only,
				   * until the daemon has taken all of them */

/**
 * spool_write() - append one record; record->writer says who writes
 *
 * The boot id is filled in: the daemon that picks it up may run in a later boot.
 *
 * Return: 0, FILE_E_UNTRUSTED, FILE_E_FULL, or -errno.
 */
int spool_write(struct record *record) MUST_CHECK;

#endif
