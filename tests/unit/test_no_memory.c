/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_no_memory.c - each allocation of a rule and of a world fails once
 *
 * Whatever is lacking: -ENOMEM and nothing else, nothing half made, nothing left behind. With
 * sanitizers, whose own heap cannot be told to fail, the same is run without failures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/people_fixture.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_OWN_HEAP 0
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HAS_OWN_HEAP 0
#endif
#if !defined(HAS_OWN_HEAP)
#define HAS_OWN_HEAP 1
#endif

static unsigned n_calls, fails_at; /* 0: none */

#if HAS_OWN_HEAP
/* Exported, so that libc's own callers come here, too. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *block, size_t size);

static bool
is_turn(void)
{
	return fails_at != 0 && ++n_calls == fails_at;
}

EXPORT void *
malloc(size_t size)
{
	return is_turn() ? (errno = ENOMEM, NULL) : __libc_malloc(size);
}

EXPORT void *
calloc(size_t n, size_t size)
{
	return is_turn() ? (errno = ENOMEM, NULL) : __libc_calloc(n, size);
}

EXPORT void *
realloc(void *block, size_t size)
{
	return is_turn() ? (errno = ENOMEM, NULL) : __libc_realloc(block, size);
}
#endif

/* From the next call on; the @n-th fails. */
static void
arm(unsigned n)
{
	n_calls = 0;
	fails_at = n;
}

/* Whether there was an @n-th call. */
static bool
disarm(void)
{
	bool failed = fails_at != 0 && n_calls >= fails_at;

	fails_at = 0;
	return failed;
}

static void
test_a_rule_is_there_whole_or_not_at_all(void **state)
{
	bool failed = true;
	(void)state;

	for (unsigned n = 1; failed; n++) {
		struct rules_rule rule = { .n_terms = 99 };
		char error[200];
		int r;

		arm(n);
		r = rules_parse("tag:team=x & group:HostAdmins", &rule, error);
		failed = disarm();
		assert_int_equal(r, failed ? -ENOMEM : 0);
		assert_int_equal(rule.n_terms, failed ? 99 : 2);
		if (!failed)
			rules_rule_done(&rule);
		assert_true(n < 100);
	}
}

static const char config_text[] =
    "[principals]\nusers = path:/people/*\nroles = path:/bots/*\n"
    "[accounts]\nshared = web ec2-user\nuid_tag = uid\n"
    "home = /home/of/everybody/who/is/here/and/has/a/long/way/%u\n"
    "[login]\nallow = tag:login\nallow = instance:open\ndeny = tag:suspended\n"
    "[sudo]\nallow = tag:sudo\n[login:cron]\ndeny = via:eic\n";

static void
add(struct people_fixture *f, const char *id, const char *tag, const char *value)
{
	struct directory_principal *who = people_fixture_add(f, id, id, 1);

	assert_int_equal(directory_add_tag(who, "login", ""), 0);
	assert_int_equal(directory_add_membership(who, "HostAdmins"), 0);
	if (tag != NULL)
		assert_int_equal(directory_add_tag(who, tag, value), 0);
}

/* Enough texts for the pools to need more than once. */
static void
add_refused(struct people_fixture *f)
{
	char id[16], value[128];

	for (int i = 0; i < 100; i++) {
		(void)snprintf(id, sizeof(id), "cida%03d", i);
		add(f, id, NULL, NULL);
	}
	for (int i = 0; i < 100; i++) {
		(void)snprintf(id, sizeof(id), "bida%03d", i);
		(void)snprintf(value, sizeof(value), "%d-%0100d", i, i);
		add(f, id, i % 2 == 0 ? "uid" : "SSMSessionRunAs", value);
	}
}

static void
set_the_scene(struct people_fixture *f)
{
	char uid[16];

	people_fixture_config(f, config_text);
	people_fixture_local(f,
	    "root:x:0:0::/root:/bin/sh\nec2-user:x:1000:1000::/home/ec2:/bin/sh\n", "");
	add(f, "aida1", NULL, NULL);
	add(f, "aida2", "SSMSessionRunAs", "web");
	add(f, "aida3", "SSMSessionRunAs", "web");
	add(f, "aida4", "SSMSessionRunAs", "ec2-user");
	add(f, "aida5", "suspended", "");
	add(f, "aida6", "SSMSessionRunAs", "docker");
	add(f, "aida7", "uid", "0");
	add(f, "aida8", "SSMSessionRunAs", "aida1");
	(void)snprintf(uid, sizeof(uid), "%u", idmap_hash("iam-user", "aida5"));
	add(f, "aida9", "uid", uid);
	add(f, "dida1", "uid", "1900000001");
	add_refused(f);
	assert_int_equal(
	    directory_add_group(f->directory, "HostAdmins", "AGPA1", "/"), 0);
	assert_int_equal(directory_finish(f->directory), 0);
}

static void
enter_former(struct people_fixture *f)
{
	uint32_t uid;

	idmap_free(f->ids);
	f->ids = NULL;
	assert_int_equal(idmap_new(&f->ids), 0);
	/* so many that qsort(3) wants memory, and sorts in another way without it */
	for (int i = 0; i < 140; i++) {
		char id[16], name[16], home[600], shell[600];

		(void)snprintf(id, sizeof(id), "gone%03d", i);
		(void)snprintf(name, sizeof(name), "gone%03d", i % 2 == 0 ? 0 : i);
		(void)snprintf(home, sizeof(home), "/home/%d%0500d", i, i);
		(void)snprintf(shell, sizeof(shell), "/bin/%d%0500d", i, i);
		assert_int_equal(idmap_assign(f->ids, "iam-user", id, 5, &uid), 0);
		assert_int_equal(
		    idmap_authorized(f->ids, "iam-user", id, name, home, shell), 0);
	}
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Some of libcrypto's failures it makes good by itself; then nothing may be lacking. */
static void
assert_same(const struct world *a, const struct world *b)
{
	assert_int_equal(a->n_accounts, b->n_accounts);
	for (size_t i = 0; i < a->n_accounts; i++) {
		const struct world_account *x = &a->accounts[i], *y = &b->accounts[i];

		assert_true(is_same_text(x->name, y->name));
		assert_true(is_same_text(x->gecos, y->gecos));
		assert_true(is_same_text(x->home, y->home));
		assert_true(is_same_text(x->shell, y->shell));
		assert_int_equal(x->uid, y->uid);
		assert_int_equal(x->flags, y->flags);
		assert_int_equal(x->allow_mask, y->allow_mask);
		assert_int_equal(x->known_mask, y->known_mask);
		assert_int_equal(x->n_gids, y->n_gids);
	}
	assert_int_equal(a->n_groups, b->n_groups);
	assert_int_equal(a->n_people, b->n_people);
	for (size_t i = 0; i < a->n_people; i++)
		for (size_t s = 0; s < a->n_services; s++) {
			const struct world_verdict *x = &a->people[i].services[s];
			const struct world_verdict *y = &b->people[i].services[s];

			assert_int_equal(x->verdict, y->verdict);
			assert_int_equal(x->reason, y->reason);
			assert_true(is_same_text(x->rule, y->rule));
		}
}

static void
test_a_world_is_there_whole_or_not_at_all(void **state)
{
	struct people_fixture *f = *state;
	bool failed = true;
	unsigned n;

	set_the_scene(f);
	enter_former(f);
	people_fixture_build(f);
	assert_int_equal(f->world->n_accounts, 4 + 100 + 71);
	for (n = 1; failed; n++) {
		struct world *world = NULL;
		int r;

		enter_former(f);
		arm(n);
		r = world_build(
		    f->config, f->directory, f->instance, f->local, f->ids, 1000, &world);
		failed = disarm();
		if (r != -ENOMEM && (r != 0 || world == NULL))
			fail_msg("allocation %u: %d", n, r);
		if (r == 0)
			assert_same(world, f->world);
		else
			assert_true(failed && world == NULL);
		world_unref(world);
		assert_true(n < 10000);
	}
#if HAS_OWN_HEAP
	assert_true(n > 30); /* the most come from pools */
#endif
}

#define WITH_FIXTURE(test)               \
	cmocka_unit_test_setup_teardown( \
	    test, people_fixture_set_up, people_fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_rule_is_there_whole_or_not_at_all),
		WITH_FIXTURE(test_a_world_is_there_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
