/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nss_damage.c [MODULE [full]] - the built NSS module over damaged snapshots
 *
 * Every byte flipped (three ways; `full`: to each other value) and every length cut off, as
 * it is and with a header that agrees: UNAVAIL, absent, or the right record whole. All in a
 * child, whose last damage is known to the parent when it crashes or hangs.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "common/bytes.h"
#include "common/published_format.h"
#include "tests/support/nss_module.h"

#define ALICE (IDS_FIRST + 2000)
#define BOB (ALICE + 1) /* one bit away */
#define TEAM (IDS_FIRST + 5000)
#define TEMP "/run/iamlogin/damaged"
#define ANSWER_SIZE 512
#define QUICK_S 60
#define FULL_S 1800
#define WALK_MAX 16 /* entries; there are 3 accounts and 5 groups */

static struct nss_module nss;
static bool is_full;
static uint8_t *original;
static size_t original_size;
static uint8_t *standing; /* the first page of the file at the path */

static struct {
	size_t at; /* byte, or length */
	unsigned how;
	unsigned long right, absent, refused;
	char complaint[ANSWER_SIZE * 2];
} * progress; /* shared with the child */

/* What the right answers are; filled from the undamaged file. */
enum {
	QUESTIONS = 11
};
static char right[QUESTIONS][ANSWER_SIZE];

static void
say_pw(char answer[ANSWER_SIZE], const struct passwd *pw)
{
	(void)snprintf(answer, ANSWER_SIZE, "%s:%s:%u:%u:%s:%s:%s", pw->pw_name,
	    pw->pw_passwd, pw->pw_uid, pw->pw_gid, pw->pw_gecos, pw->pw_dir,
	    pw->pw_shell);
}

static void
say_gr(char answer[ANSWER_SIZE], const struct group *gr)
{
	int n = snprintf(
	    answer, ANSWER_SIZE, "%s:%s:%u", gr->gr_name, gr->gr_passwd, gr->gr_gid);

	for (size_t i = 0; gr->gr_mem[i] != NULL && n < ANSWER_SIZE; i++)
		n +=
		    snprintf(answer + n, (size_t)(ANSWER_SIZE - n), ",%s", gr->gr_mem[i]);
}

static enum nss_status
ask_groups(const char *name, char answer[ANSWER_SIZE])
{
	long start = 0, size = 1;
	gid_t *gids = malloc(sizeof(gid_t));
	int error = 0, n = 0;
	enum nss_status status =
	    nss.initgroups_dyn(name, ALICE, &start, &size, &gids, 0, &error);

	for (long i = 0; i < start && n < ANSWER_SIZE; i++)
		n += snprintf(answer + n, (size_t)(ANSWER_SIZE - n), "%u ", gids[i]);
	free(gids);
	return status;
}

static enum nss_status
ask(unsigned question, char answer[ANSWER_SIZE])
{
	static const char *const names[] = { "alice", "bob", "mallory", "team" };
	static const uint32_t ids[] = { ALICE, BOB, 0, TEAM };
	enum nss_status status;
	char buffer[ANSWER_SIZE];
	struct passwd pw;
	struct group gr;
	int error = 0;

	answer[0] = '\0';
	if (question < 3) {
		status =
		    nss.getpwnam_r(names[question], &pw, buffer, sizeof(buffer), &error);
	} else if (question < 6) {
		status = nss.getpwuid_r(
		    ids[question - 3], &pw, buffer, sizeof(buffer), &error);
	} else if (question < 8) {
		status = nss.getgrnam_r(question == 6 ? "team" : "alice", &gr, buffer,
		    sizeof(buffer), &error);
	} else if (question < 10) {
		status = nss.getgrgid_r(
		    question == 8 ? TEAM : BOB, &gr, buffer, sizeof(buffer), &error);
	} else {
		return ask_groups("alice", answer);
	}
	if (status == NSS_STATUS_SUCCESS && question < 6)
		say_pw(answer, &pw);
	else if (status == NSS_STATUS_SUCCESS)
		say_gr(answer, &gr);
	return status;
}

static void
check_answer(unsigned question)
{
	char answer[ANSWER_SIZE];

	switch (ask(question, answer)) {
	case NSS_STATUS_SUCCESS:
		if (right[question][0] != '\0' && strcmp(answer, right[question]) == 0) {
			progress->right++;
			return;
		}
		break;
	case NSS_STATUS_NOTFOUND:
		progress->absent++;
		return;
	case NSS_STATUS_UNAVAIL:
		progress->refused++;
		return;
	default:
		break;
	}
	(void)snprintf(progress->complaint, sizeof(progress->complaint),
	    "question %u: \"%s\" instead of \"%s\"", question, answer, right[question]);
	_exit(1);
}

/* Each that is listed is one of the right ones, and none twice. */
static void
check_walk(void)
{
	static const char *const names[] = { "alice", "bob", "carol" };
	unsigned seen[BASE_N(names)] = { 0 };
	char buffer[ANSWER_SIZE], answer[ANSWER_SIZE];
	struct passwd pw;
	int error = 0, n = 0;

	(void)nss.setpwent(0);
	while (
	    nss.getpwent_r(&pw, buffer, sizeof(buffer), &error) == NSS_STATUS_SUCCESS &&
	    n++ < WALK_MAX) {
		bool is_known = false;

		say_pw(answer, &pw);
		for (size_t i = 0; i < BASE_N(names); i++)
			if (strcmp(pw.pw_name, names[i]) == 0 && pw.pw_uid == ALICE + i &&
			    seen[i]++ == 0)
				is_known = true;
		if (is_known && (pw.pw_uid == ALICE + 2 ||
				    strcmp(answer, right[pw.pw_uid - ALICE]) == 0))
			continue;
		(void)snprintf(progress->complaint, sizeof(progress->complaint),
		    "listed: \"%s\"", answer);
		_exit(1);
	}
	(void)nss.endpwent();
	if (n > (int)BASE_N(names))
		_exit(1);
}

/* @size of @bytes at the path, and the one before marked, as the daemon does it. */
static void
put(const uint8_t *bytes, size_t size)
{
	int fd = open(TEMP, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	uint8_t *page = NULL;

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size ||
	    rename(TEMP, NSS_MODULE_SNAPSHOT) != 0)
		abort();
	if (size > PUBLISHED_HEADER_SIZE)
		page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (standing != NULL) {
		bytes_put_u32(standing + PUBLISHED_AT_STATE, PUBLISHED_SUPERSEDED);
		(void)munmap(standing, 1);
	}
	standing = page;
}

static void
check_all(const uint8_t *bytes, size_t size, size_t at, unsigned how)
{
	progress->at = at;
	progress->how = how;
	put(bytes, size);
	for (unsigned question = 0; question < QUESTIONS; question++)
		check_answer(question);
	check_walk();
}

static void
flip_everything(void)
{
	static const uint8_t some[] = { 0x01, 0x80, 0xff };
	uint8_t *bytes = malloc(original_size);

	if (bytes == NULL)
		abort();
	memcpy(bytes, original, original_size);
	for (size_t at = 0; at < original_size; at++) {
		for (unsigned i = 0; i < (is_full ? 255 : BASE_N(some)); i++) {
			bytes[at] = (uint8_t)(original[at] ^ (is_full ? i + 1 : some[i]));
			check_all(bytes, original_size, at, bytes[at]);
		}
		bytes[at] = original[at];
	}
	free(bytes);
}

static void
cut_everything(void)
{
	uint8_t *bytes = malloc(original_size);

	if (bytes == NULL)
		abort();
	memcpy(bytes, original, original_size);
	for (size_t size = 0; size < original_size; size++) {
		memcpy(bytes, original, size);
		check_all(bytes, size, size, 0);
		if (size >= PUBLISHED_HEADER_SIZE) {
			bytes_put_u64(bytes + PUBLISHED_AT_FILE_SIZE, size);
			check_all(bytes, size, size, 1);
			bytes_put_u32(bytes + PUBLISHED_AT_CHECK, 0);
			check_all(bytes, size, size, 2);
			memcpy(bytes, original, PUBLISHED_HEADER_SIZE);
		}
	}
	free(bytes);
}

static void
run_in_a_child(void (*work)(void))
{
	int status = -1;
	pid_t child;

	memset(progress, 0, sizeof(*progress));
	child = fork();
	if (child == 0) {
		(void)alarm(is_full ? FULL_S : QUICK_S);
		work();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	print_message("%lu right, %lu absent, %lu unavailable\n", progress->right,
	    progress->absent, progress->refused);
	if (status != 0)
		fail_msg("%s at %zu (%u): %s",
		    WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "a wrong answer",
		    progress->at, progress->how, progress->complaint);
	/* Damage in one record is not the end of the others. */
	assert_true(progress->refused > 0);
}

static void
test_every_byte_flipped(void **state)
{
	(void)state;
	run_in_a_child(flip_everything);
	assert_true(progress->right > progress->refused);
	assert_true(progress->absent > 0);
}

static void
test_every_length_cut_off(void **state)
{
	(void)state;
	run_in_a_child(cut_everything);
}

static int
setup(void **state)
{
	struct world_fixture f;
	size_t team;
	FILE *file;

	(void)state;
	world_fixture_init(&f);
	(void)world_fixture_account(&f, "alice", ALICE);
	(void)world_fixture_account(&f, "bob", BOB);
	(void)world_fixture_account(&f, "carol", ALICE + 2);
	team = world_fixture_group(&f, "team", TEAM);
	world_fixture_member(&f, team, 0);
	world_fixture_member(&f, team, 1);
	world_fixture_member(&f, world_fixture_group(&f, "empty", TEAM + 1), 0);
	f.facts.enumerate = true;
	nss_module_publish(&f);
	world_fixture_done(&f);

	file = fopen(NSS_MODULE_SNAPSHOT, "re");
	original = malloc(1 << 16);
	if (file == NULL || original == NULL)
		return -1;
	original_size = fread(original, 1, 1 << 16, file);
	(void)fclose(file);
	for (unsigned question = 0; question < QUESTIONS; question++)
		if ((ask(question, right[question]) == NSS_STATUS_SUCCESS) !=
		    (question % 3 != 2 || question > 5))
			return -1;
	progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* The one that stands is marked like every other when it is replaced. */
	put(original, original_size);
	nss_module_withdraw();
	return progress == MAP_FAILED ? -1 : 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte_flipped),
		cmocka_unit_test(test_every_length_cut_off),
	};

	is_full = argc > 2 && strcmp(argv[2], "full") == 0;
	nss_module_load(argc, argv, &nss);
	return cmocka_run_group_tests(tests, setup, NULL);
}
