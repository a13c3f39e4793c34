/* SPDX-License-Identifier: Apache-2.0 */
/* test_manifest.c - what a host believes of a manifest: daemon/manifest*.c, daemon/p256.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/manifest.h"
#include "tests/support/fleet_keys.h"

#define NOW 1800000000
#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct keys {
	struct p256 *private, *public, *other;
};

static int
make_keys(void **state)
{
	static struct keys keys;

	*state = &keys;
	return p256_private(FLEET_KEY_PRIVATE, strlen(FLEET_KEY_PRIVATE), &keys.private) |
	       p256_public(FLEET_KEY_PUBLIC, strlen(FLEET_KEY_PUBLIC), &keys.public) |
	       p256_private(
		   FLEET_OTHER_PRIVATE, strlen(FLEET_OTHER_PRIVATE), &keys.other);
}

static int
drop_keys(void **state)
{
	struct keys *keys = *state;

	p256_free(keys->private);
	p256_free(keys->public);
	p256_free(keys->other);
	return 0;
}

static struct manifest
example(void)
{
	static struct manifest_revoked revoked = { .kind = "iam-user",
		.id = "AIDAEXAMPLE1",
		.since_s = NOW - 60,
		.until_s = NOW + 3600,
		.by = "carol@example.com" };
	struct manifest m = { .owner = "123456789012",
		.view = "default",
		.serial = 42,
		.issued_s = NOW - 30,
		.not_after_s = NOW + 86400,
		.blob = HASH,
		.blob_size = 1234,
		.revoked = &revoked,
		.n_revoked = 1,
		.error_s = NOW - 10,
		.error = "iam:GetAccountAuthorizationDetails: AccessDenied" };

	return m;
}

static void
seal_with(const struct p256 *key, struct manifest *m, struct buf *out)
{
	uint8_t signature[P256_SIGNATURE_MAX];
	size_t len;

	memcpy(m->key_id, p256_id(key), P256_ID_SIZE);
	manifest_format(m, out);
	assert_int_equal(p256_sign(key, out->bytes, out->len, signature, &len), 0);
	assert_int_equal(manifest_seal(signature, len, out), 0);
}

static int
accept(const struct keys *keys, const struct buf *bytes, const char *owner,
    const char *view, uint64_t serial, char *why)
{
	const struct p256 *pinned[] = { keys->public };
	struct manifest_expect expect = { .keys = pinned,
		.n_keys = 1,
		.owner = owner,
		.view = view,
		.serial = serial };
	_cleanup_manifest_ struct manifest *got = NULL;
	int r = manifest_accept(bytes->bytes, bytes->len, &expect, NOW, &got, why);

	assert_true((r == 0) == (got != NULL));
	return r;
}

static void
test_what_was_written_and_signed_is_read_whole(void **state)
{
	const struct keys *keys = *state;
	_cleanup_buf_ struct buf bytes = BUF_EMPTY;
	_cleanup_manifest_ struct manifest *got = NULL;
	struct manifest m = example();
	char why[MANIFEST_WHY_SIZE];

	seal_with(keys->private, &m, &bytes);
	assert_int_equal(accept(keys, &bytes, "123456789012", "default", 41, why), 0);
	assert_int_equal(manifest_parse(bytes.bytes, bytes.len, &got, why), 0);
	assert_string_equal(got->owner, m.owner);
	assert_int_equal(got->serial, 42);
	assert_int_equal(got->issued_s, m.issued_s);
	assert_int_equal(got->not_after_s, m.not_after_s);
	assert_string_equal(got->blob, HASH);
	assert_int_equal(got->blob_size, 1234);
	assert_int_equal(got->n_revoked, 1);
	assert_string_equal(got->revoked[0].by, "carol@example.com");
	assert_string_equal(got->error, m.error);
	assert_true(manifest_is_revoked(got, "iam-user", "AIDAEXAMPLE1", NOW));
	assert_false(manifest_is_revoked(got, "role", "AIDAEXAMPLE1", NOW));
	assert_false(manifest_is_revoked(got, "iam-user", "AIDAEXAMPLE1", NOW + 3600));
}

static void
test_each_flipped_bit_is_refused(void **state)
{
	const struct keys *keys = *state;
	_cleanup_buf_ struct buf bytes = BUF_EMPTY;
	struct manifest m = example();
	char why[MANIFEST_WHY_SIZE];

	seal_with(keys->private, &m, &bytes);
	for (size_t i = 0; i < bytes.len; i++) {
		bytes.bytes[i] ^= 1;
		if (accept(keys, &bytes, "123456789012", "default", 41, why) == 0)
			fail_msg("byte %zu may be another", i);
		assert_true(why[0] != '\0');
		bytes.bytes[i] ^= 1;
	}
}

static void
test_a_signature_by_another_key_is_refused(void **state)
{
	const struct keys *keys = *state;
	_cleanup_buf_ struct buf bytes = BUF_EMPTY, lying = BUF_EMPTY;
	struct manifest m = example();
	uint8_t signature[P256_SIGNATURE_MAX];
	char why[MANIFEST_WHY_SIZE];
	size_t len;

	seal_with(keys->other, &m, &bytes);
	assert_int_equal(accept(keys, &bytes, m.owner, m.view, 0, why), MANIFEST_E_KEY);
	assert_non_null(strstr(why, "not pinned"));
	/* it names the pinned key, and is not by it */
	memcpy(m.key_id, p256_id(keys->private), P256_ID_SIZE);
	manifest_format(&m, &lying);
	assert_int_equal(
	    p256_sign(keys->other, lying.bytes, lying.len, signature, &len), 0);
	assert_int_equal(manifest_seal(signature, len, &lying), 0);
	assert_int_equal(
	    accept(keys, &lying, m.owner, m.view, 0, why), MANIFEST_E_SIGNATURE);
}

static void
test_each_foreign_old_or_mistimed_one_is_refused(void **state)
{
	const struct keys *keys = *state;
	_cleanup_buf_ struct buf bytes = BUF_EMPTY, early = BUF_EMPTY, late = BUF_EMPTY;
	struct manifest m = example();
	char why[MANIFEST_WHY_SIZE];

	seal_with(keys->private, &m, &bytes);
	assert_int_equal(
	    accept(keys, &bytes, "999999999999", "default", 0, why), MANIFEST_E_OWNER);
	assert_non_null(strstr(why, "999999999999"));
	assert_int_equal(
	    accept(keys, &bytes, "123456789012", "prod", 0, why), MANIFEST_E_VIEW);
	assert_int_equal(
	    accept(keys, &bytes, "123456789012", "default", 43, why), MANIFEST_E_SERIAL);
	/* the same serial with other bytes */
	assert_int_equal(
	    accept(keys, &bytes, "123456789012", "default", 42, why), MANIFEST_E_SERIAL);
	m.issued_s = NOW + MANIFEST_FUTURE_S;
	seal_with(keys->private, &m, &early);
	assert_int_equal(accept(keys, &early, "123456789012", "default", 0, why), 0);
	early.len = 0;
	m.issued_s++;
	seal_with(keys->private, &m, &early);
	assert_int_equal(
	    accept(keys, &early, "123456789012", "default", 0, why), MANIFEST_E_FUTURE);
	m = example();
	m.not_after_s = NOW;
	seal_with(keys->private, &m, &late);
	assert_int_equal(
	    accept(keys, &late, "123456789012", "default", 0, why), MANIFEST_E_EXPIRED);
}

static void
test_the_same_manifest_again_is_no_error(void **state)
{
	const struct keys *keys = *state;
	_cleanup_buf_ struct buf bytes = BUF_EMPTY;
	_cleanup_manifest_ struct manifest *got = NULL;
	const struct p256 *pinned[] = { keys->public };
	struct manifest_expect expect = { .keys = pinned,
		.n_keys = 1,
		.owner = "123456789012",
		.view = "default",
		.serial = 42 };
	struct manifest m = example();
	char why[MANIFEST_WHY_SIZE];

	seal_with(keys->private, &m, &bytes);
	assert_int_equal(digest_sha256(bytes.bytes, bytes.len, expect.digest), 0);
	assert_int_equal(
	    manifest_accept(bytes.bytes, bytes.len, &expect, NOW, &got, why), 0);
}

#define HEAD                                                                          \
	"iamlogin-manifest 1\nowner o-abcdefghij\nview default\nserial 7\nissued_at " \
	"1\nnot_after 2\nblob " HASH " 10\n"
#define TAIL "key 0123456789abcdef\nsignature MAAA\n"

static int
parse(const char *text)
{
	_cleanup_manifest_ struct manifest *got = NULL;
	char why[MANIFEST_WHY_SIZE] = "";
	int r = manifest_parse(text, strlen(text), &got, why);

	assert_true((r == 0) == (why[0] == '\0'));
	return r;
}

static void
test_the_grammar_is_exact(void **state)
{
	static const char *const wrong[] = {
		"",
		"iamlogin-manifest 2\n",
		HEAD "key 0123456789abcdef\n",
		HEAD TAIL "x",
		HEAD TAIL "\n",
		HEAD "\n" TAIL,
		HEAD "error 5\n" TAIL,
		HEAD "error 0 nothing\n" TAIL,
		HEAD "revoked iam-user AIDA1 1 2\n" TAIL,
		HEAD "revoked iam-user AIDA1 1 2 a b\n" TAIL,
		HEAD "revoked root AIDA1 1 2 a\n" TAIL,
		HEAD "revoked iam-user AIDA1 -1 2 a\n" TAIL,
		HEAD "revoked iam-user  1 2 a\n" TAIL,
		HEAD "key 0123456789ABCDEF\nsignature MAAA\n",
		HEAD "key 0123456789abcdef \nsignature MAAA\n",
		HEAD "key 0123456789abcdef\nsignature \n",
		HEAD "key 0123456789abcdef\nsignature M\n",
		HEAD "key 0123456789abcdef\nother x\nsignature MAAA\n",
		"iamlogin-manifest 1\nowner 12345678901\n",
		"iamlogin-manifest 1\nowner 123456789012\nview a_b\n",
		"iamlogin-manifest 1\nowner 123456789012\nview a\nserial 0\n",
		"iamlogin-manifest 1\nowner 123456789012\nview a\nserial 007\n",
		"iamlogin-manifest 1\nowner 123456789012\nview a\nserial 7\nissued_at "
		"2\nnot_after 2\nblob " HASH " 10\n" TAIL,
		"iamlogin-manifest 1\nview a\nowner 123456789012\n",
	};
	(void)state;

	assert_int_equal(parse(HEAD TAIL), 0);
	assert_int_equal(parse(HEAD "later thing of a version to come\n" TAIL), 0);
	assert_int_equal(parse(HEAD "error 5 it failed, twice\n" TAIL), 0);
	assert_int_equal(parse(HEAD "revoked role AROA1 1 0 a\n" TAIL), 0);
	for (size_t i = 0; i < BASE_N(wrong); i++)
		if (parse(wrong[i]) != MANIFEST_E_SYNTAX)
			fail_msg("accepted: %s", wrong[i]);
}

static void
test_only_keys_of_p256_are_keys(void **state)
{
	struct p256 *key = NULL;
	const struct keys *keys = *state;

	assert_int_equal(p256_public(FLEET_P384_PUBLIC, strlen(FLEET_P384_PUBLIC), &key),
	    P256_E_CURVE);
	assert_int_equal(p256_public(FLEET_KEY_PRIVATE, strlen(FLEET_KEY_PRIVATE), &key),
	    P256_E_SYNTAX);
	assert_int_equal(p256_public("", 0, &key), P256_E_SYNTAX);
	assert_null(key);
	assert_int_equal(p256_private(FLEET_KEY_SEC1, strlen(FLEET_KEY_SEC1), &key), 0);
	assert_string_equal(p256_id(key), p256_id(keys->public));
	p256_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_written_and_signed_is_read_whole),
		cmocka_unit_test(test_each_flipped_bit_is_refused),
		cmocka_unit_test(test_a_signature_by_another_key_is_refused),
		cmocka_unit_test(test_each_foreign_old_or_mistimed_one_is_refused),
		cmocka_unit_test(test_the_same_manifest_again_is_no_error),
		cmocka_unit_test(test_the_grammar_is_exact),
		cmocka_unit_test(test_only_keys_of_p256_are_keys),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
