/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_agentfile.c - the Session Manager agent's state of a session from hostile bytes
 *
 * The file's name is "s". What is accepted has to be whole: printable texts, the id of the
 * name, an account where a shell runs as one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "warden/agentfile.h"
#include "warden/owner.h"
#include "warden/procs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect(bool is_so)
{
	if (!is_so)
		abort();
}

static void
expect_printable(const char *text)
{
	for (; *text != '\0'; text++)
		expect((unsigned char)*text >= 0x20 && *text != 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + 1);
	struct procs_one one;
	struct agentfile file;
	const char *why = NULL, *session;
	int r;

	if (bytes == NULL)
		return 0;
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	r = agentfile_parse(bytes, size, "s", &file, &why);
	expect(r != AGENTFILE_E_SHAPE || why != NULL);
	if (r == 0) {
		expect(strcmp(file.id, "s") == 0 && agentfile_is_id(file.id));
		expect(strncmp(file.owner, "arn:", 4) == 0 && file.pid >= 0);
		expect(!file.is_port || file.account[0] == '\0');
		expect_printable(file.owner);
		expect_printable(file.account);
		expect_printable(file.document);
		session = owner_is_role(file.owner, "arn:aws:iam::1:role/a/R");
		expect(session == NULL || strstr(file.owner, "assumed-role/R/") != NULL);
	}
	if (procs_parse(bytes, &one) == 0)
		expect(one.pid >= 0 && strlen(one.comm) < sizeof(one.comm));
	free(bytes);
	return 0;
}
