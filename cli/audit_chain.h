/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_chain.h - is a file of audit records whole?
 *
 * Room: cli. Each line's "prev" is the hex SHA-256 of the line before it without its newline,
 * and "seq" grows by one (formats.md 4). The first line of a file continues an older one
 * unless its prev is 64 zeros.
 *
 * Between two records may stand lines that were torn (a full disk, a power cut): one is the
 * beginning of the record that follows, or that record's "torn" is its SHA-256. The file is
 * never shortened, so they stay; the chain goes from record to record.
 */
#ifndef CLI_AUDIT_CHAIN_H
#define CLI_AUDIT_CHAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct audit_chain {
	uint64_t lines; /* that are whole and in order */
	int64_t first_seq, last_seq;
	uint64_t torn;   /* half lines, each followed by what accounts for it */
	bool continues;  /* the first line has a predecessor in an older file */
	char wrong[160]; /* what is wrong in line @lines + 1; "" when nothing is */
};

/**
 * audit_chain_check() - read a file to its end or to the first fault
 *
 * Return: 0 (a fault is in @ret_chain), or -errno when it cannot be read.
 */
int audit_chain_check(FILE *stream, struct audit_chain *ret_chain);

#endif
