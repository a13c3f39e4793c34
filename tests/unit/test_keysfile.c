/* SPDX-License-Identifier: Apache-2.0 */
/* test_keysfile.c - common/keysfile.c, on bytes of the daemon's encoder */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/bytes.h"
#include "common/keysfile.h"
#include "common/sshkey.h"
#include "daemon/digest.h"
#include "tests/support/example_keys.h"
#include "tests/support/world_fixture.h"

#define ALICE (IDS_FIRST + 2000)
#define LOGIN_BIT 1u
#define SUDO_BIT 2u

struct bench {
	struct world_fixture fixture;
	struct directory *directory;
	struct keystore *store;
	struct config config;
	struct publish_bytes bytes;
	struct published view;
	struct sshkey ed25519, rsa, p256;
};

static void
parse(const char *line, struct sshkey *ret_key)
{
	assert_int_equal(sshkey_parse(line, strlen(line), ret_key), 0);
}

static struct directory_principal *
add_person(struct bench *bench, const char *id, const char *name)
{
	struct directory_principal *who;
	char arn[80];

	(void)snprintf(
	    arn, sizeof(arn), "arn:aws:iam::123456789012:user/people/%s", name);
	assert_int_equal(directory_add_principal(bench->directory, PRINCIPAL_IAM_USER, id,
			     name, "/people/", arn, 1, &who),
	    0);
	return who;
}

/* alice has an RSA key in IAM; bob an ed25519 key in a tag and the same in the file. */
static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct directory_principal *who;
	struct directory_key iam = { .source = KEYSFILE_SOURCE_IAM };
	char key_id[] = "APKAEXAMPLE";

	assert_non_null(bench);
	parse(KEY_ED25519, &bench->ed25519);
	parse(KEY_RSA, &bench->rsa);
	parse(KEY_P256, &bench->p256);
	bench->config.keys_iam = bench->config.keys_tags = true;
	assert_int_equal(directory_new(&bench->directory), 0);
	(void)add_person(bench, "AIDAALICE", "alice");
	who = add_person(bench, "AIDABOB", "bob");
	assert_int_equal(directory_add_tag(who, "IAMlogin:Key-1", KEY_ED25519 " bob"), 0);
	assert_int_equal(directory_add_tag(who, "iamlogin:key-2", "not a key"), 0);
	assert_int_equal(directory_add_tag(who, "iamlogin:key-3", KEY_WEAK), 0);
	assert_int_equal(directory_add_tag(who, "iamlogin:key-4", KEY_P256), 0);
	assert_int_equal(directory_add_tag(who, "iamlogin:KEY-4", KEY_P256), 0);
	assert_int_equal(
	    directory_add_key(who, "file", &bench->ed25519, KEYSFILE_SOURCE_FILE), 0);
	assert_int_equal(directory_finish(bench->directory), 0);

	assert_int_equal(keystore_new(&bench->store), 0);
	iam.key_id = key_id;
	iam.type = bench->rsa.type;
	iam.blob = bench->rsa.blob;
	iam.blob_len = bench->rsa.blob_len;
	assert_int_equal(keystore_set(bench->store, "AIDAALICE", &iam, 1, 5000, 600), 0);

	world_fixture_init(&bench->fixture);
	(void)world_fixture_account(&bench->fixture, "alice", ALICE);
	(void)world_fixture_account(&bench->fixture, "bob", ALICE + 1);
	(void)world_fixture_account(&bench->fixture, "retired", ALICE + 2);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	world_fixture_done(&bench->fixture);
	directory_unref(bench->directory);
	keystore_free(bench->store);
	free(bench->bytes.bytes);
	free(bench);
	return 0;
}

static const struct directory_principal *
principal(const struct bench *bench, const char *id)
{
	return directory_principal_by_id(bench->directory, PRINCIPAL_IAM_USER, id);
}

static void
encode(struct bench *bench)
{
	free(bench->bytes.bytes);
	bench->bytes.bytes = NULL;
	assert_int_equal(publish_encode_keys(&bench->fixture.world, bench->store,
			     &bench->config, &bench->fixture.facts, 99, &bench->bytes),
	    0);
	assert_int_equal(published_view(bench->bytes.bytes, bench->bytes.size,
			     PUBLISHED_MAGIC_KEYS, &bench->view),
	    0);
}

static void
encode_both(struct bench *bench)
{
	(void)world_fixture_person(&bench->fixture, principal(bench, "AIDABOB"), 1);
	(void)world_fixture_person(&bench->fixture, principal(bench, "AIDAALICE"), 0);
	encode(bench);
}

static int
find(const struct bench *bench, const char *account, const struct sshkey *key,
    struct keysfile_claim *ret_claim, struct keysfile_person *ret_person,
    struct keysfile_key *ret_key)
{
	return keysfile_find(&bench->view, account, key->blob, key->blob_len, 1000,
	    LOGIN_BIT, ret_claim, ret_person, ret_key);
}

static void
test_rsa_of_too_few_bits_is_not_published(void **state)
{
	struct bench *bench = *state;
	struct keysfile_claim claim;
	struct keysfile_person person;
	struct keysfile_key key;

	assert_int_equal(sshkey_rsa_bits(bench->rsa.blob, bench->rsa.blob_len), 2048);
	assert_int_equal(
	    sshkey_rsa_bits(bench->ed25519.blob, bench->ed25519.blob_len), 0);
	bench->config.min_rsa_bits = 2049;
	encode_both(bench);
	assert_int_equal(find(bench, "alice", &bench->rsa, &claim, &person, &key),
	    PUBLISHED_E_NOTFOUND);
	assert_int_equal(find(bench, "bob", &bench->ed25519, &claim, &person, &key), 0);
}

static void
test_a_key_from_iam_is_found_with_its_person(void **state)
{
	struct bench *bench = *state;
	struct keysfile_claim claim;
	struct keysfile_person person;
	struct keysfile_key key;
	uint8_t sha256[DIGEST_SIZE];

	encode_both(bench);
	assert_int_equal(find(bench, "alice", &bench->rsa, &claim, &person, &key), 0);
	assert_int_equal(claim.uid, ALICE);
	assert_int_equal(claim.allow_mask, LOGIN_BIT | SUDO_BIT);
	assert_int_equal(claim.known_mask, LOGIN_BIT | SUDO_BIT);
	assert_string_equal(person.unique_id, "AIDAALICE");
	assert_string_equal(person.name, "alice");
	assert_string_equal(person.arn, "arn:aws:iam::123456789012:user/people/alice");
	assert_string_equal(keysfile_kind_name(person.kind), "iam-user");
	assert_int_equal(person.n_keys, 1);
	assert_string_equal(key.type, "ssh-rsa");
	assert_string_equal(key.key_id, "APKAEXAMPLE");
	assert_string_equal(keysfile_source_name(key.source), "iam");
	assert_int_equal(key.checked_wall_ms, 5000);
	assert_int_equal(key.checked_boot_ms, 600);
	assert_int_equal(key.expires_wall_ms, 0);
	assert_int_equal(digest_sha256(bench->rsa.blob, bench->rsa.blob_len, sha256), 0);
	assert_memory_equal(key.sha256, sha256, sizeof(sha256));
	assert_int_equal(
	    keysfile_key_of(&bench->view, &person, 1, &key), PUBLISHED_E_NOTFOUND);
}

static void
test_a_key_is_nobodys_on_another_account(void **state)
{
	struct bench *bench = *state;
	struct keysfile_claim claim;
	struct keysfile_person person;
	struct keysfile_key key;

	encode_both(bench);
	assert_int_equal(
	    find(bench, "bob", &bench->rsa, &claim, &person, &key), PUBLISHED_E_NOTFOUND);
	assert_int_equal(find(bench, "alice", &bench->ed25519, &claim, &person, &key),
	    PUBLISHED_E_NOTFOUND);
	assert_int_equal(find(bench, "retired", &bench->rsa, &claim, &person, &key),
	    PUBLISHED_E_NOTFOUND);
	assert_int_equal(
	    find(bench, "", &bench->rsa, &claim, &person, &key), PUBLISHED_E_NOTFOUND);
}

/* The bad value, the weak one, and the tag that is there twice are nobody's keys. */
static void
test_only_good_tags_are_keys_and_each_key_is_there_once(void **state)
{
	struct bench *bench = *state;
	struct keysfile_claim claim;
	struct keysfile_person person;
	struct keysfile_key key;

	encode_both(bench);
	assert_int_equal(find(bench, "bob", &bench->ed25519, &claim, &person, &key), 0);
	assert_int_equal(person.n_keys, 1);
	assert_string_equal(keysfile_source_name(key.source), "file");
	assert_int_equal(find(bench, "bob", &bench->p256, &claim, &person, &key),
	    PUBLISHED_E_NOTFOUND);
}

static void
test_keys_of_the_directory_are_as_old_as_the_header_says(void **state)
{
	struct bench *bench = *state;
	struct keysfile_claim claim;
	struct keysfile_person person;
	struct keysfile_key key;

	encode_both(bench);
	bytes_put_i64(bench->bytes.bytes + PUBLISHED_AT_VERIFIED_WALL, 777);
	bytes_put_i64(bench->bytes.bytes + PUBLISHED_AT_VERIFIED_BOOT, 77);
	assert_int_equal(find(bench, "bob", &bench->ed25519, &claim, &person, &key), 0);
	assert_int_equal(key.checked_wall_ms, 777);
	assert_int_equal(key.checked_boot_ms, 77);
}

static void
test_sources_that_are_off_give_no_keys(void **state)
{
	struct bench *bench = *state;
	struct keysfile_claim claim;
	struct keysfile_person person;
	struct keysfile_key key;

	bench->config.keys_iam = false;
	encode_both(bench);
	assert_int_equal(find(bench, "alice", &bench->rsa, &claim, &person, &key),
	    PUBLISHED_E_NOTFOUND);
	assert_int_equal(find(bench, "bob", &bench->ed25519, &claim, &person, &key), 0);
}

static void
test_people_without_a_claim_are_published_without_keys(void **state)
{
	struct bench *bench = *state;
	struct world_person *bob;
	struct keysfile_person person;
	struct keysfile_claim claim;

	bob = world_fixture_person(&bench->fixture, principal(bench, "AIDABOB"), 1);
	bob->claim = WORLD_CLAIM_REFUSED;
	(void)world_fixture_person(&bench->fixture, principal(bench, "AIDAALICE"), 0);
	encode(bench);
	assert_int_equal(keysfile_person_at(&bench->view, 0, &person), 0);
	assert_string_equal(person.name, "alice");
	assert_int_equal(keysfile_person_at(&bench->view, 1, &person), 0);
	assert_string_equal(person.arn, "arn:aws:iam::123456789012:user/people/bob");
	assert_int_equal(person.n_keys, 0);
	assert_int_equal(keysfile_claim_by_account(&bench->view, "bob", 0, &claim),
	    PUBLISHED_E_NOTFOUND);
	assert_int_equal(
	    keysfile_person_at(&bench->view, 2, &person), PUBLISHED_E_NOTFOUND);
}

static void
test_masks_are_the_persons_own_verdicts(void **state)
{
	struct bench *bench = *state;
	struct world_person *alice;
	struct keysfile_claim claim;

	alice = world_fixture_person(&bench->fixture, principal(bench, "AIDAALICE"), 0);
	alice->services[0].verdict = VERDICT_UNKNOWN;
	alice->services[1].verdict = VERDICT_DENY;
	encode(bench);
	assert_int_equal(keysfile_claim_by_account(&bench->view, "alice", 0, &claim), 0);
	assert_int_equal(claim.allow_mask, 0);
	assert_int_equal(claim.known_mask, SUDO_BIT);
	assert_int_equal(keysfile_claim_by_account(&bench->view, "alice", 1, &claim),
	    PUBLISHED_E_NOTFOUND);
	assert_int_equal(keysfile_claim_by_account(&bench->view, "bob", 0, &claim),
	    PUBLISHED_E_NOTFOUND);
}

/* Two people with one key on one account: whoever is allowed stands behind it. */
static void
test_the_allowed_owner_of_a_key_is_preferred(void **state)
{
	struct bench *bench = *state;
	struct keysfile_claim claim;
	struct keysfile_person person;
	struct keysfile_key key;
	struct directory_key same = { .source = KEYSFILE_SOURCE_IAM };
	char key_id[] = "APKABOB";
	struct world_person *who;

	same.key_id = key_id;
	same.type = bench->rsa.type;
	same.blob = bench->rsa.blob;
	same.blob_len = bench->rsa.blob_len;
	assert_int_equal(keystore_set(bench->store, "AIDABOB", &same, 1, 1, 1), 0);
	who = world_fixture_person(&bench->fixture, principal(bench, "AIDAALICE"), 2);
	who->services[0].verdict = VERDICT_DENY;
	(void)world_fixture_person(&bench->fixture, principal(bench, "AIDABOB"), 2);
	encode(bench);
	assert_int_equal(
	    keysfile_claim_by_account(&bench->view, "retired", 1, &claim), 0);
	assert_int_equal(find(bench, "retired", &bench->rsa, &claim, &person, &key), 0);
	assert_string_equal(person.unique_id, "AIDABOB");
	bench->fixture.world.people[1].services[0].verdict = VERDICT_DENY;
	encode(bench);
	assert_int_equal(find(bench, "retired", &bench->rsa, &claim, &person, &key), 0);
	assert_string_equal(person.unique_id, "AIDAALICE");
	assert_int_equal(claim.allow_mask & LOGIN_BIT, 0);
}

static void
test_expired_keys_do_not_count(void **state)
{
	struct bench *bench = *state;
	struct keysfile_claim claim;
	struct keysfile_person person;
	struct keysfile_key key;
	uint8_t *record;

	(void)world_fixture_person(&bench->fixture, principal(bench, "AIDAALICE"), 0);
	encode(bench);
	record = bench->bytes.bytes +
		 (bench->view.section[KEYSFILE_KEYS].data - bench->view.base);
	bytes_put_i64(record + 72, 1000); /* find() asks at 1000 */
	assert_int_equal(find(bench, "alice", &bench->rsa, &claim, &person, &key),
	    PUBLISHED_E_NOTFOUND);
	bytes_put_i64(record + 72, 1001);
	assert_int_equal(find(bench, "alice", &bench->rsa, &claim, &person, &key), 0);
	assert_int_equal(key.expires_wall_ms, 1001);
}

static void
ask_everything(const struct bench *bench, const uint8_t *bytes, size_t size)
{
	static const char *const accounts[] = { "alice", "bob", "zoe" };
	struct published view;
	struct keysfile_claim claim;
	struct keysfile_person person;
	struct keysfile_key key;

	if (published_view(bytes, size, PUBLISHED_MAGIC_KEYS, &view) != 0)
		return;
	for (size_t i = 0; i < BASE_N(accounts); i++) {
		if (keysfile_find(&view, accounts[i], bench->rsa.blob,
			bench->rsa.blob_len, 1, LOGIN_BIT, &claim, &person, &key) == 0) {
			assert_int_equal(key.blob_len, bench->rsa.blob_len);
			assert_memory_equal(key.blob, bench->rsa.blob, key.blob_len);
			assert_true(strlen(person.unique_id) + strlen(key.key_id) < size);
		}
	}
	for (uint32_t n = 0; n < 3; n++) {
		if (keysfile_person_at(&view, n, &person) != 0)
			continue;
		for (uint32_t k = 0; k < 8; k++) {
			if (keysfile_key_of(&view, &person, k, &key) == 0)
				(void)sshkey_check(key.type, key.blob, key.blob_len);
		}
	}
}

static void
test_every_flipped_byte_and_truncation_is_refused_absent_or_right(void **state)
{
	struct bench *bench = *state;
	size_t size;

	encode_both(bench);
	size = bench->bytes.size;
	for (size_t at = 0; at < size; at++) {
		static const uint8_t masks[] = { 1, 8, 128, 255 };

		for (size_t i = 0; i < BASE_N(masks); i++) {
			bench->bytes.bytes[at] ^= masks[i];
			ask_everything(bench, bench->bytes.bytes, size);
			bench->bytes.bytes[at] ^= masks[i];
		}
	}
	for (size_t cut = PUBLISHED_HEADER_SIZE; cut < size; cut++) {
		uint8_t *copy = malloc(cut);

		assert_non_null(copy);
		memcpy(copy, bench->bytes.bytes, cut);
		bytes_put_u64(copy + PUBLISHED_AT_FILE_SIZE, cut);
		ask_everything(bench, copy, cut);
		free(copy);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rsa_of_too_few_bits_is_not_published),
		TEST(test_a_key_from_iam_is_found_with_its_person),
		TEST(test_a_key_is_nobodys_on_another_account),
		TEST(test_only_good_tags_are_keys_and_each_key_is_there_once),
		TEST(test_keys_of_the_directory_are_as_old_as_the_header_says),
		TEST(test_sources_that_are_off_give_no_keys),
		TEST(test_people_without_a_claim_are_published_without_keys),
		TEST(test_masks_are_the_persons_own_verdicts),
		TEST(test_the_allowed_owner_of_a_key_is_preferred),
		TEST(test_expired_keys_do_not_count),
		TEST(test_every_flipped_byte_and_truncation_is_refused_absent_or_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
