/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_tunnel.c - a first line as SSH_CONNECTION, and the rest as a line of /proc/net/tcp
 *
 * The ends that come out are such as the kernel prints; a line with a number is of exactly
 * these two ends; and the kernel's own line of these ends is found.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pam/tunnel.h"

#define HEX "0123456789ABCDEF"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int ok)
{
	if (!ok)
		abort();
}

static void
check_end(const char *end, bool is_v6)
{
	size_t digits = is_v6 ? 32 : 8;

	must(strlen(end) == digits + 5 && strspn(end, HEX) == digits &&
	     end[digits] == ':' && strspn(end + digits + 1, HEX) == 4);
}

static void
check_line(const char *line, const struct tunnel_ends *ends)
{
	char own[256], number[32];
	unsigned long inode;

	inode = tunnel_inode(line, ends);
	if (inode != 0) {
		(void)snprintf(number, sizeof(number), "%lu", inode);
		must(strstr(line, ends->local) != NULL &&
		     strstr(line, ends->remote) != NULL && strstr(line, number) != NULL);
	}
	(void)snprintf(own, sizeof(own),
	    "  12: %s %s 01 00000000:00000000 02:000A58B2 00000000     0        0 "
	    "4294967295 2",
	    ends->local, ends->remote);
	must(tunnel_inode(own, ends) == 4294967295UL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tunnel_ends ends;
	char *text = malloc(size + 1), *line;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	line = text + strcspn(text, "\n");
	if (*line != '\0')
		*line++ = '\0';
	if (tunnel_parse(text, &ends)) {
		check_end(ends.local, ends.is_v6);
		check_end(ends.remote, ends.is_v6);
		check_line(line, &ends);
	}
	free(text);
	return 0;
}
