/* SPDX-License-Identifier: Apache-2.0 */
/* test_sshcert.c - OpenSSH certificates, field by field: common/sshcert.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/sshcert.h"
#include "tests/support/example_certs.h"
#include "tests/support/example_keys.h"

static uint8_t blob[SSHCERT_BLOB_MAX + 64];
static size_t blob_len;
static char type[64];
static struct sshcert cert;

/* ---- by ssh-keygen */

static void
take(const char *line)
{
	const char *blank = strchr(line, ' ');
	size_t len = (size_t)(blank - line);

	memcpy(type, line, len);
	type[len] = '\0';
	assert_int_equal(sshkey_base64_decode(
			     blank + 1, strlen(blank + 1), blob, sizeof(blob), &blob_len),
	    0);
}

static int
parse(const char *line)
{
	take(line);
	memset(&cert, 0x5a, sizeof(cert));
	return sshcert_parse(type, blob, blob_len, &cert);
}

static void
expect_principals(const char *const *names)
{
	const char *principal;
	size_t at = 0, len, n = 0;

	for (; (principal = sshcert_principal(&cert, &at, &len)) != NULL; n++) {
		assert_non_null(names[n]);
		assert_int_equal(len, strlen(names[n]));
		assert_memory_equal(principal, names[n], len);
	}
	assert_null(names[n]);
	assert_int_equal(cert.n_principals, n);
}

static void
test_what_ssh_keygen_wrote_is_read(void **state)
{
	static const char *const alice[] = { "alice", NULL };
	static const char *const olga[] = { "AIDAOLGA", "ops", NULL };
	static const char *const nobody[] = { NULL };
	char key_id[SSHCERT_KEY_ID_SIZE], ca_type[SSHKEY_TYPE_SIZE];
	static struct sshkey ca;

	(void)state;
	assert_int_equal(parse(CERT_ALICE), 0);
	assert_string_equal(cert.type, "ssh-ed25519-cert-v01@openssh.com");
	assert_string_equal(cert.key_type, "ssh-ed25519");
	assert_true(cert.serial == 7 && cert.kind == SSHCERT_USER);
	assert_true(cert.valid_after_s == 0 && cert.valid_before_s == UINT64_MAX);
	expect_principals(alice);
	sshcert_key_id(&cert, key_id);
	assert_string_equal(key_id, "example");
	sshcert_ca_type(&cert, ca_type);
	assert_string_equal(ca_type, "ssh-ed25519");
	assert_int_equal(sshkey_parse(CA_KEY, strlen(CA_KEY), &ca), 0);
	assert_int_equal(cert.ca_len, ca.blob_len);
	assert_memory_equal(cert.ca, ca.blob, ca.blob_len);
	assert_int_equal(parse(CERT_OLGA), 0);
	expect_principals(olga);
	assert_int_equal(parse(CERT_NAMELESS), 0);
	expect_principals(nobody);
	assert_int_equal(parse(CERT_HOST), 0);
	assert_true(cert.kind == SSHCERT_HOST);
	assert_int_equal(parse(CERT_BOB), 0);
	assert_string_equal(cert.key_type, "ecdsa-sha2-nistp256");
}

static void
test_one_that_was_cut_anywhere_is_none(void **state)
{
	(void)state;
	take(CERT_BOB);
	for (size_t len = 0; len < blob_len; len++)
		assert_int_equal(
		    sshcert_parse(type, blob, len, &cert), SSHKEY_E_MISMATCH);
	blob[blob_len] = 0;
	assert_int_equal(
	    sshcert_parse(type, blob, blob_len + 1, &cert), SSHKEY_E_MISMATCH);
}

static void
test_the_type_has_to_be_the_blobs(void **state)
{
	(void)state;
	take(CERT_ALICE);
	assert_int_equal(
	    sshcert_parse("ssh-rsa-cert-v01@openssh.com", blob, blob_len, &cert),
	    SSHKEY_E_MISMATCH);
	assert_int_equal(
	    sshcert_parse("ssh-ed25519", blob, blob_len, &cert), SSHKEY_E_TYPE);
	assert_int_equal(
	    sshcert_parse("ssh-ed25519-cert-v00@openssh.com", blob, blob_len, &cert),
	    SSHKEY_E_TYPE);
	assert_false(sshcert_is_type("ssh-ed25519", 11));
	assert_true(sshcert_is_type("ssh-rsa-cert-v01@openssh.com and more", 28));
}

/* ---- by hand, as no ssh-keygen would */

static void
put(const void *bytes, size_t len)
{
	assert_true(len <= sizeof(blob) - blob_len);
	memcpy(blob + blob_len, bytes, len);
	blob_len += len;
}

static void
put_u32(uint32_t n)
{
	const uint8_t bytes[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n };

	put(bytes, 4);
}

static void
put_string(const void *bytes, size_t len)
{
	put_u32((uint32_t)len);
	put(bytes, len);
}

static void
put_text(const char *text)
{
	put_string(text, strlen(text));
}

/* What differs from one that is good; NULL or 0: nothing. */
struct recipe {
	const char *type, *line; /* of the key inside */
	const char *ca;
	const char *key_id;
	size_t key_id_len;
	size_t n_principals;
	const char *principal;
	size_t principal_len;
};

static int
make(const struct recipe *recipe)
{
	static uint8_t names[8192];
	static struct sshkey key, ca;
	const char *ca_line = recipe->ca != NULL ? recipe->ca : CA_KEY;
	size_t names_len = 0, prefix;
	const char *name = recipe->principal != NULL ? recipe->principal : "a";
	size_t name_len = recipe->principal != NULL ? recipe->principal_len : 1;

	assert_int_equal(sshkey_parse(recipe->line, strlen(recipe->line), &key), 0);
	if (sshkey_parse(ca_line, strlen(ca_line), &ca) != 0)
		ca.blob_len = 3;
	blob_len = 0;
	put_text(recipe->type);
	put_text("nonce");
	prefix = 4 + strlen(key.type);
	put(key.blob + prefix, key.blob_len - prefix);
	put_u32(UINT32_MAX);
	put_u32(UINT32_MAX - 1);
	put_u32(SSHCERT_USER);
	if (recipe->key_id != NULL)
		put_string(recipe->key_id, recipe->key_id_len);
	else
		put_text("id");
	for (size_t i = 0; i < recipe->n_principals; i++) {
		memset(names + names_len, 0, 3);
		names[names_len + 3] = (uint8_t)name_len;
		memcpy(names + names_len + 4, name, name_len);
		names_len += 4 + name_len;
	}
	put_string(names, names_len);
	for (int i = 0; i < 4; i++)
		put_u32(i < 2 ? 0 : UINT32_MAX);
	put_text("");
	put_text("");
	put_text("");
	put_string(ca.blob, ca.blob_len);
	put_text("signature");
	memset(&cert, 0x5a, sizeof(cert));
	return sshcert_parse(recipe->type, blob, blob_len, &cert);
}

static void
test_every_type_of_key_can_be_inside(void **state)
{
	static const struct recipe table[] = {
		{ .type = "ssh-ed25519-cert-v01@openssh.com", .line = KEY_ED25519 },
		{ .type = "sk-ssh-ed25519-cert-v01@openssh.com", .line = KEY_SK },
		{ .type = "ecdsa-sha2-nistp256-cert-v01@openssh.com", .line = KEY_P256 },
		{ .type = "ecdsa-sha2-nistp384-cert-v01@openssh.com", .line = KEY_P384 },
		{ .type = "ecdsa-sha2-nistp521-cert-v01@openssh.com", .line = KEY_P521 },
		{ .type = "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
		    .line = KEY_SKE },
		{ .type = "ssh-rsa-cert-v01@openssh.com", .line = KEY_RSA },
	};
	uint8_t plain[SSHKEY_BLOB_MAX];
	static struct sshkey key;
	int len;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (make(&table[i]) != 0)
			fail_msg("%s", table[i].type);
		assert_int_equal(
		    sshkey_parse(table[i].line, strlen(table[i].line), &key), 0);
		len = sshcert_plain(&cert, plain, sizeof(plain));
		assert_int_equal(len, key.blob_len);
		assert_memory_equal(plain, key.blob, key.blob_len);
		assert_true(cert.serial == UINT64_MAX - 1);
		assert_int_equal(sshcert_plain(&cert, plain, (size_t)len - 1), -ENOSPC);
		/* another key's fields under this name */
		if (i > 0)
			assert_int_not_equal(make(&(struct recipe){ .type = table[i].type,
						 .line = KEY_ED25519 }),
			    0);
	}
}

static const struct recipe good = { .type = "ssh-ed25519-cert-v01@openssh.com",
	.line = KEY_ED25519 };

static void
test_texts_are_hostile(void **state)
{
	static char long_id[6000];
	char key_id[SSHCERT_KEY_ID_SIZE];
	struct recipe recipe = good;

	(void)state;
	recipe.key_id = "a\0b";
	recipe.key_id_len = 3;
	assert_int_equal(make(&recipe), SSHKEY_E_MISMATCH);
	recipe = good;
	recipe.n_principals = 1;
	recipe.principal = "al\0ice";
	recipe.principal_len = 6;
	assert_int_equal(make(&recipe), SSHKEY_E_MISMATCH);
	memset(long_id, 'x', sizeof(long_id));
	recipe = good;
	recipe.key_id = long_id;
	recipe.key_id_len = sizeof(long_id);
	assert_int_equal(make(&recipe), 0);
	sshcert_key_id(&cert, key_id);
	assert_int_equal(strlen(key_id), sizeof(key_id) - 1);
	recipe.key_id_len = 0;
	assert_int_equal(make(&recipe), 0);
	sshcert_key_id(&cert, key_id);
	assert_string_equal(key_id, "");
}

static void
test_more_principals_than_openssh_takes_are_refused(void **state)
{
	struct recipe recipe = good;

	(void)state;
	recipe.n_principals = SSHCERT_PRINCIPALS_MAX;
	assert_int_equal(make(&recipe), 0);
	assert_int_equal(cert.n_principals, SSHCERT_PRINCIPALS_MAX);
	recipe.n_principals++;
	assert_int_equal(make(&recipe), SSHKEY_E_MISMATCH);
}

static void
test_an_authority_that_is_no_key_or_a_weak_one_is_refused(void **state)
{
	struct recipe recipe = good;

	(void)state;
	recipe.ca = "none";
	assert_int_equal(make(&recipe), SSHKEY_E_MISMATCH);
	recipe.ca = KEY_RSA;
	assert_int_equal(make(&recipe), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_ssh_keygen_wrote_is_read),
		cmocka_unit_test(test_one_that_was_cut_anywhere_is_none),
		cmocka_unit_test(test_the_type_has_to_be_the_blobs),
		cmocka_unit_test(test_every_type_of_key_can_be_inside),
		cmocka_unit_test(test_texts_are_hostile),
		cmocka_unit_test(test_more_principals_than_openssh_takes_are_refused),
		cmocka_unit_test(
		    test_an_authority_that_is_no_key_or_a_weak_one_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
