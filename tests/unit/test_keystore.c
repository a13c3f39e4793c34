/* SPDX-License-Identifier: Apache-2.0 */
/* test_keystore.c - keys of people and when they were checked: daemon/keystore*.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/sshkey.h"
#include "daemon/keystore.h"

static const char line[] =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

static char dir[] = "/tmp/test_keystore.XXXXXX";
static char path[64];
static struct directory *directory;
static struct directory_principal *holder; /* of two keys */

static int
set_up(void **state)
{
	struct sshkey key = { 0 };
	(void)state;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/keys.json", dir);
	assert_int_equal(directory_new(&directory), 0);
	assert_int_equal(directory_add_principal(directory, PRINCIPAL_IAM_USER, "A", "a",
			     "/", "arn", 1, &holder),
	    0);
	assert_int_equal(sshkey_parse(line, strlen(line), &key), 0);
	assert_int_equal(
	    directory_add_key(holder, "APKA1", &key, KEYSFILE_SOURCE_IAM), 0);
	assert_int_equal(
	    directory_add_key(holder, "tag:iamlogin:key-1", &key, KEYSFILE_SOURCE_TAG),
	    0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	directory_unref(directory);
	(void)unlink(path);
	return rmdir(dir);
}

static struct keystore *
new_store(void)
{
	struct keystore *store = NULL;

	assert_int_equal(keystore_new(&store), 0);
	return store;
}

static void
test_a_list_replaces_the_one_before_and_an_empty_one_is_an_answer(void **state)
{
	struct keystore *store = new_store();
	const struct keystore_person *person;
	(void)state;

	assert_null(keystore_find(store, "AIDA1"));
	assert_int_equal(keystore_set(store, "AIDA1", holder->keys, 2, 10, 20), 0);
	assert_int_equal(keystore_set(store, "AIDA0", holder->keys, 1, 11, 21), 0);
	person = keystore_find(store, "AIDA1");
	assert_int_equal(person->n_keys, 2);
	assert_ptr_not_equal(person->keys[0].blob, holder->keys[0].blob);
	assert_int_equal(keystore_set(store, "AIDA1", NULL, 0, 12, 22), 0);
	person = keystore_find(store, "AIDA1");
	assert_int_equal(person->n_keys, 0);
	assert_int_equal(person->checked_wall_ms, 12);
	assert_int_equal(person->checked_boot_ms, 22);
	assert_int_equal(keystore_find(store, "AIDA0")->n_keys, 1);
	keystore_forget(store, "AIDA1");
	keystore_forget(store, "nobody");
	assert_null(keystore_find(store, "AIDA1"));
	assert_non_null(keystore_find(store, "AIDA0"));
	keystore_free(store);
}

static void
test_many_people_are_found_whatever_their_order(void **state)
{
	struct keystore *store = new_store();
	char id[32];
	(void)state;

	for (int i = 0; i < 1000; i++) {
		(void)snprintf(id, sizeof(id), "AIDA%d", (i * 7919) % 1000);
		assert_int_equal(
		    keystore_set(store, id, NULL, 0, (i * 7919) % 1000 + 1, 0), 0);
	}
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(id, sizeof(id), "AIDA%d", i);
		assert_int_equal(keystore_find(store, id)->checked_wall_ms, i + 1);
	}
	keystore_free(store);
}

static void
test_keys_survive_a_restart_with_their_stamps(void **state)
{
	struct keystore *store = new_store();
	struct keystore *again = new_store();
	const struct keystore_person *person;
	(void)state;

	assert_int_equal(keystore_load(store, path), 0); /* absent: empty */
	assert_int_equal(keystore_set(store, "AIDA1", holder->keys, 2, 1000, -5), 0);
	assert_int_equal(keystore_set(store, "AIDA2", NULL, 0, 0, 0), 0);
	assert_int_equal(keystore_save(store, path), 0);
	assert_int_equal(keystore_load(again, path), 0);
	person = keystore_find(again, "AIDA1");
	assert_non_null(person);
	assert_int_equal(person->n_keys, 2);
	assert_int_equal(person->checked_wall_ms, 1000);
	assert_int_equal(person->checked_boot_ms, -5); /* the same boot: kept as it is */
	assert_string_equal(person->keys[1].key_id, "tag:iamlogin:key-1");
	assert_int_equal(person->keys[1].source, KEYSFILE_SOURCE_TAG);
	assert_string_equal(person->keys[0].type, "ssh-ed25519");
	assert_int_equal(person->keys[0].blob_len, holder->keys[0].blob_len);
	assert_memory_equal(
	    person->keys[0].blob, holder->keys[0].blob, holder->keys[0].blob_len);
	assert_int_equal(keystore_find(again, "AIDA2")->n_keys, 0);
	keystore_free(store);
	keystore_free(again);
}

static void
write_file(const char *text)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

/* After a reboot the boot clock is set to tell the age that the wall clock tells. */
static void
test_stamps_of_another_boot_take_the_age_of_the_wall_clock(void **state)
{
	struct keystore *store = new_store();
	struct clock_now now;
	char text[300];
	int64_t age_ms;
	(void)state;

	clock_read(&now);
	(void)snprintf(text, sizeof(text),
	    "{\"v\":1,\"boot_id\":\"another\",\"people\":[{\"id\":\"AIDA1\","
	    "\"checked_wall_ms\":%lld,\"checked_boot_ms\":%lld,\"keys\":[]}]}",
	    (long long)(now.wall_ms - 3600000), (long long)(now.boot_ms + 99999999));
	write_file(text);
	assert_int_equal(keystore_load(store, path), 0);
	age_ms = now.boot_ms - keystore_find(store, "AIDA1")->checked_boot_ms;
	assert_true(age_ms > 3590000 && age_ms < 3610000);
	keystore_free(store);
}

static void
test_a_damaged_file_loads_nothing(void **state)
{
#define PERSON(keys)                                                                      \
	"{\"v\":1,\"people\":[{\"id\":\"A\",\"checked_wall_ms\":1,\"checked_boot_ms\":1," \
	"\"keys\":[" keys "]}]}"
	static const char *const damaged[] = {
		"",
		"{\"v\":1}",
		"{\"v\":2,\"people\":[]}",
		"{\"v\":1,\"people\":[7]}",
		"{\"v\":1,\"people\":[{}]}",
		"{\"v\":1,\"people\":[]",
		PERSON("1"),
		PERSON("{}"),
		PERSON(
		    "{\"key_id\":\"k\",\"source\":1,\"type\":\"ssh-ed25519\",\"blob\":\"AA\"}"),
		PERSON(
		    "{\"key_id\":\"k\",\"source\":9,\"type\":\"ssh-ed25519\",\"blob\":\"AAAAC3"
		    "NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\"}"),
	};
	(void)state;

	for (size_t i = 0; i < BASE_N(damaged); i++) {
		struct keystore *store = new_store();

		write_file(damaged[i]);
		assert_int_equal(keystore_set(store, "AIDA1", NULL, 0, 1, 1), 0);
		if (keystore_load(store, path) != KEYSTORE_E_DAMAGED)
			fail_msg("'%s' was loaded", damaged[i]);
		assert_non_null(keystore_find(store, "AIDA1"));
		keystore_free(store);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_list_replaces_the_one_before_and_an_empty_one_is_an_answer),
		cmocka_unit_test(test_many_people_are_found_whatever_their_order),
		cmocka_unit_test(test_keys_survive_a_restart_with_their_stamps),
		cmocka_unit_test(
		    test_stamps_of_another_boot_take_the_age_of_the_wall_clock),
		cmocka_unit_test(test_a_damaged_file_loads_nothing),
	};

	return cmocka_run_group_tests_name("keystore", tests, set_up, tear_down);
}
