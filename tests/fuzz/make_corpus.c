/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_corpus.c DIR - the seeds of corpus/{snapshot,keysfile,sshkey}, from the real
 * writer
 *
 * Run by hand after a change of the format; the seeds are in the tree.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/published_format.h"
#include "tests/support/example_keys.h"
#include "tests/support/world_fixture.h"

#define SEED 1

static const char *dir;

static void
save(const char *name, const void *bytes, size_t size)
{
	char path[4096];
	FILE *stream;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	stream = fopen(path, "we");
	if (stream == NULL || fwrite(bytes, 1, size, stream) != size ||
	    fclose(stream) != 0) {
		perror(path);
		exit(1);
	}
}

static void
save_snapshot(const char *name, struct world_fixture *fixture)
{
	struct publish_bytes bytes;

	if (publish_encode_snapshot(&fixture->world, &fixture->facts, SEED, &bytes) != 0)
		abort();
	save(name, bytes.bytes, bytes.size);
	free(bytes.bytes);
}

static void
save_keys(const char *name, struct world_fixture *fixture, struct keystore *store)
{
	const struct config config = { .keys_iam = true, .keys_tags = true };
	struct publish_bytes bytes;

	if (publish_encode_keys(
		&fixture->world, store, &config, &fixture->facts, SEED, &bytes) != 0)
		abort();
	save(name, bytes.bytes, bytes.size);
	free(bytes.bytes);
}

/* alice with two keys in tags, bob with none. */
static void
make_keys(struct world_fixture *fixture)
{
	struct directory_tag tags[2];
	struct directory_principal alice = { .kind = PRINCIPAL_IAM_USER }, bob = alice;
	struct keystore *store = NULL;
	char texts[][96] = { "AIDAALICE", "alice", "arn:aws:iam::123456789012:user/alice",
		"AIDABOB", "bob", "arn:aws:iam::123456789012:user/bob", "iamlogin:key-1",
		"iamlogin:key-2" };
	char first[] = KEY_ED25519, second[] = KEY_P256;

	if (keystore_new(&store) != 0)
		abort();
	save_keys("keysfile/empty", fixture, store);
	alice.id = texts[0];
	alice.name = texts[1];
	alice.arn = texts[2];
	bob.id = texts[3];
	bob.name = texts[4];
	bob.arn = texts[5];
	tags[0] = (struct directory_tag){ texts[6], first };
	tags[1] = (struct directory_tag){ texts[7], second };
	alice.tags = tags;
	alice.n_tags = BASE_N(tags);
	(void)world_fixture_person(fixture, &alice, 0);
	save_keys("keysfile/one", fixture, store);
	(void)world_fixture_person(fixture, &bob, 1);
	save_keys("keysfile/two", fixture, store);
	keystore_free(store);
}

static void
make_sshkeys(void)
{
	static const char *const lines[] = { KEY_ED25519 " comment\n", KEY_SK, KEY_P256,
		KEY_P384, KEY_P521, KEY_SKE, KEY_RSA, KEY_WEAK,
		"command=\"id\" " KEY_ED25519 };
	char name[32];

	for (size_t i = 0; i < BASE_N(lines); i++) {
		(void)snprintf(name, sizeof(name), "sshkey/%zu", i);
		save(name, lines[i], strlen(lines[i]));
	}
}

int
main(int argc, char **argv)
{
	struct world_fixture fixture;
	size_t team;

	if (argc != 2)
		return 2;
	dir = argv[1];
	world_fixture_init(&fixture);
	fixture.facts.verified_wall_ms = fixture.facts.verified_boot_ms = 0;
	save_snapshot("snapshot/empty", &fixture);
	(void)world_fixture_account(&fixture, "alice", IDS_FIRST + 2000);
	(void)world_fixture_account(&fixture, "bob", IDS_FIRST + 2001);
	save_snapshot("snapshot/two", &fixture);
	team = world_fixture_group(&fixture, "team", IDS_FIRST + 5000);
	world_fixture_member(&fixture, team, 0);
	world_fixture_member(&fixture, team, 1);
	save_snapshot("snapshot/team", &fixture);
	make_keys(&fixture);
	world_fixture_crowd(&fixture, 12);
	fixture.world.accounts[1].flags = USER_RETIRED;
	save_snapshot("snapshot/crowd", &fixture);
	make_sshkeys();
	world_fixture_done(&fixture);
	return 0;
}
