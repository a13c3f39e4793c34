/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_dataset.c USERS DIR - the same accounts and groups for us and for every peer
 *
 * Writes DIR/passwd and DIR/group, as text for the peers, and DIR/snapshot, by the
 * daemon's own encoder and publisher; prints one line of numbers: milliseconds to encode,
 * to encode and publish, of the processor's time (the lower quartiles: whatever else the
 * machine does only ever adds), and the snapshot's size in bytes.
 *
 * Account n has uid and gid FIRST_UID + n and its private group; one shared group for
 * each 20 accounts, at least five; each account is in five of them, spread all over.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/support/world_fixture.h"

#define FIRST_UID 0x71000000u
#define FIRST_GID 0x70010000u
#define ACCOUNTS_PER_GROUP 20
#define GROUPS_PER_ACCOUNT 5
#define TIMES 7
#define SEED 0x1234567890abcdefu

static double
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void
fill(struct world_fixture *fixture, unsigned n)
{
	unsigned n_groups = n / ACCOUNTS_PER_GROUP;
	char name[16];

	if (n_groups < GROUPS_PER_ACCOUNT)
		n_groups = GROUPS_PER_ACCOUNT;
	for (unsigned i = 0; i < n_groups; i++) {
		(void)snprintf(name, sizeof(name), "team%05u", i % 100000);
		(void)world_fixture_group(fixture, name, FIRST_GID + i);
	}
	for (unsigned i = 0; i < n; i++) {
		size_t account;

		(void)snprintf(name, sizeof(name), "user%05u", i % 100000);
		account = world_fixture_account(fixture, name, FIRST_UID + i);
		for (unsigned k = 0; k < GROUPS_PER_ACCOUNT; k++)
			world_fixture_member(
			    fixture, (i * 2654435761u + k) % n_groups, account);
	}
	fixture->facts.enumerate = true;
}

static FILE *
create(const char *dir, const char *name)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "we");
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	return file;
}

static void
write_text(const struct world *world, const char *dir)
{
	FILE *passwd = create(dir, "passwd"), *group = create(dir, "group");

	for (size_t i = 0; i < world->n_accounts; i++) {
		const struct world_account *a = &world->accounts[i];

		(void)fprintf(passwd, "%s:*:%u:%u:%s:%s:%s\n", a->name, a->uid, a->uid,
		    a->gecos, a->home, a->shell);
		(void)fprintf(group, "%s:*:%u:\n", a->name, a->uid);
	}
	for (size_t i = 0; i < world->n_groups; i++) {
		const struct world_group *g = &world->groups[i];

		(void)fprintf(group, "%s:*:%u:", g->name, g->gid);
		for (size_t k = 0; k < g->n_members; k++)
			(void)fprintf(group, "%s%s", k > 0 ? "," : "",
			    world->accounts[g->members[k]].name);
		(void)fputc('\n', group);
	}
	if (fclose(passwd) != 0 || fclose(group) != 0)
		exit(1);
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* Each time another generation, as a daemon would after a change. */
static void
publish(struct world_fixture *fixture, const char *path)
{
	double encoded[TIMES], published[TIMES];
	struct publish_file *file;
	struct stat st;

	if (publish_file_open(path, PUBLISHED_MAGIC_SNAPSHOT, 0644, (gid_t)-1, &file) !=
	    0)
		exit(1);
	for (unsigned i = 0; i < TIMES; i++) {
		double start = now_ms();
		struct publish_bytes bytes;
		uint64_t generation;
		bool changed;

		fixture->facts.grace_s++;
		if (publish_encode_snapshot(
			&fixture->world, &fixture->facts, SEED, &bytes) != 0)
			exit(1);
		encoded[i] = now_ms() - start;
		if (publish_file_put(
			file, &bytes, &fixture->facts, &generation, &changed) != 0)
			exit(1);
		published[i] = now_ms() - start;
		free(bytes.bytes);
	}
	publish_file_free(file);
	qsort(encoded, TIMES, sizeof(encoded[0]), compare);
	qsort(published, TIMES, sizeof(published[0]), compare);
	if (stat(path, &st) < 0)
		exit(1);
	(void)printf("%.2f %.2f %lld\n", encoded[TIMES / 4], published[TIMES / 4],
	    (long long)st.st_size);
}

int
main(int argc, char **argv)
{
	struct world_fixture fixture;
	char path[4096];

	if (argc != 3 || atoi(argv[1]) < 5 || atoi(argv[1]) > 100000) {
		(void)fputs("nss_dataset USERS DIR (5 to 100000)\n", stderr);
		return 64;
	}
	world_fixture_init(&fixture);
	fill(&fixture, (unsigned)atoi(argv[1]));
	(void)snprintf(path, sizeof(path), "%s/snapshot", argv[2]);
	publish(&fixture, path);
	write_text(&fixture.world, argv[2]);
	world_fixture_done(&fixture);
	return 0;
}
