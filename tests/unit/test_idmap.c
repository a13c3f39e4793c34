/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_idmap.c - the ledger of daemon/idmap*.c
 *
 * The expected ids were computed with Python's hashlib from the sentence in idmap.h, so they
 * share no code with ours; every host and every release has to come to the same ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/published_format.h"
#include "daemon/idmap.h"

static char dir[] = "/tmp/test_idmap.XXXXXX";
static char path[64];

static int
set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/ledger.json", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir); /* fails when a temporary file was left behind */
}

static void
write_file(const char *text)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

static struct idmap *
new_map(void)
{
	struct idmap *map = NULL;

	assert_int_equal(idmap_new(&map), 0);
	return map;
}

static void
test_hashes_are_those_of_the_specification(void **state)
{
	static const struct {
		const char *kind, *unique_id;
		uint32_t id;
	} table[] = {
		{ "iam-user", "AIDAEXAMPLEALICE", 2144115017u },
		{ "role", "AIDAEXAMPLEALICE", 2082198024u },
		{ "group", "name:HostAdmins", 2113301755u },
		{ "person", "x", 2135144615u },
		/* first slot 1950352254: its low 16 bits are below 1000 */
		{ "iam-user", "AIDASKIP000072", 2067221360u },
		/* first slot 1949302782: its low 16 bits are 65534 */
		{ "iam-user", "AIDASKIP037288", 2047314535u },
		/* the first two slots are skipped */
		{ "iam-user", "AIDASKIP005892", 2027980336u },
	};
	(void)state;

	for (size_t i = 0; i < BASE_N(table); i++)
		assert_int_equal(
		    idmap_hash(table[i].kind, table[i].unique_id), table[i].id);
}

static void
test_every_hash_is_inside_our_range(void **state)
{
	char unique_id[32];
	(void)state;

	for (int i = 0; i < 20000; i++) {
		uint32_t id;

		(void)snprintf(unique_id, sizeof(unique_id), "AIDA%d", i);
		id = idmap_hash("iam-user", unique_id);
		assert_true(id >= IDS_FIRST && id <= IDS_LAST);
		assert_true((id & 0xffff) >= 1000 && (id & 0xffff) <= 65533);
		assert_true(id != IDS_GROUP_USERS && id != IDS_GROUP_SUDO);
	}
}

static void
test_an_id_stays(void **state)
{
	_cleanup_idmap_ struct idmap *map = new_map();
	uint32_t first = 0;
	uint32_t again = 0;
	(void)state;

	assert_false(idmap_is_dirty(map));
	assert_int_equal(idmap_assign(map, "iam-user", "AIDAEXAMPLEALICE", 5, &first), 0);
	assert_int_equal(first, 2144115017u);
	assert_true(idmap_is_dirty(map));
	assert_int_equal(idmap_assign(map, "iam-user", "AIDAEXAMPLEALICE", 9, &again), 0);
	assert_int_equal(again, first);
	assert_int_equal(idmap_entry_at(map, 0)->since_ms, 5);
	assert_null(idmap_entry_at(map, 1));
	assert_int_equal(idmap_assign(map, "role", "AIDAEXAMPLEALICE", 9, &again), 0);
	assert_int_equal(again, 2082198024u);
	assert_int_equal(idmap_entry_at(map, 0)->id, 2082198024u); /* sorted by id */
}

/* Both hash to 1997221304. */
static void
test_the_later_of_two_colliding_is_refused_and_never_moved(void **state)
{
	_cleanup_idmap_ struct idmap *map = new_map();
	uint32_t id = 0;
	(void)state;

	assert_int_equal(idmap_assign(map, "iam-user", "AIDACOLLIDE011018", 1, &id), 0);
	assert_int_equal(id, 1997221304u);
	id = 7;
	assert_int_equal(idmap_assign(map, "iam-user", "AIDACOLLIDE008285", 1, &id),
	    IDMAP_E_COLLISION);
	assert_int_equal(id, 7);
	assert_null(idmap_entry_at(map, 1));
	/* The owner is a tombstone after a restart, and still keeps it. */
	assert_int_equal(idmap_save(map, path), 0);
	{
		_cleanup_idmap_ struct idmap *later = new_map();

		assert_int_equal(idmap_load(later, path), 0);
		assert_int_equal(
		    idmap_assign(later, "iam-user", "AIDACOLLIDE008285", 2, &id),
		    IDMAP_E_COLLISION);
	}
}

static void
test_a_wanted_id_is_for_newcomers_and_free_ones_only(void **state)
{
	static const uint32_t unusable[] = { 1, 1000, 65534, IDS_FIRST - 1, IDS_FIRST,
		IDS_FIRST + 999, IDS_FIRST + 65534, IDS_GROUP_USERS, IDS_GROUP_SUDO,
		IDS_LAST + 1, 0x7fffffff, UINT32_MAX };
	_cleanup_idmap_ struct idmap *map = new_map();
	uint32_t id = 7;
	(void)state;

	assert_false(idmap_find(map, "iam-user", "AIDA1", &id));
	for (size_t i = 0; i < BASE_N(unusable); i++) {
		assert_int_equal(
		    idmap_assign_id(map, "iam-user", "AIDA1", unusable[i], 1, &id),
		    IDMAP_E_COLLISION);
		assert_false(idmap_is_usable(unusable[i]));
	}
	assert_int_equal(id, 7);
	assert_false(idmap_is_dirty(map));
	assert_int_equal(
	    idmap_assign_id(map, "iam-user", "AIDA1", IDS_FIRST + 1000, 1, &id), 0);
	assert_int_equal(id, IDS_FIRST + 1000);
	assert_true(idmap_is_dirty(map));
	/* who has one keeps it; who wants another's gets none */
	assert_int_equal(
	    idmap_assign_id(map, "iam-user", "AIDA1", IDS_FIRST + 1001, 2, &id), 0);
	assert_int_equal(id, IDS_FIRST + 1000);
	id = 7;
	assert_int_equal(
	    idmap_assign_id(map, "iam-user", "AIDA2", IDS_FIRST + 1000, 2, &id),
	    IDMAP_E_COLLISION);
	assert_int_equal(id, 7);
	assert_true(idmap_find(map, "iam-user", "AIDA1", &id));
	assert_int_equal(id, IDS_FIRST + 1000);
	assert_false(idmap_find(map, "role", "AIDA1", &id));
}

static void
test_the_ledger_goes_before_the_hash(void **state)
{
	_cleanup_idmap_ struct idmap *map = new_map();
	uint32_t id = 0;
	(void)state;

	write_file("{\"v\":1,\"ids\":[{\"id\":1879050001,\"kind\":\"iam-user\","
		   "\"unique_id\":\"AIDAEXAMPLEALICE\",\"since_ms\":3}]}");
	assert_int_equal(idmap_load(map, path), 0);
	assert_false(idmap_is_dirty(map));
	assert_int_equal(idmap_assign(map, "iam-user", "AIDAEXAMPLEALICE", 9, &id), 0);
	assert_int_equal(id, 1879050001u);
}

static void
test_names_of_the_authorized_survive_saving(void **state)
{
	_cleanup_idmap_ struct idmap *map = new_map();
	_cleanup_idmap_ struct idmap *again = new_map();
	const struct idmap_entry *entry;
	struct stat st;
	uint32_t id = 0;
	(void)state;

	assert_int_equal(
	    idmap_authorized(map, "iam-user", "AIDA1", "a", "/home/a", "/bin/sh"),
	    -ENOENT);
	assert_int_equal(idmap_assign(map, "iam-user", "AIDA1", 1, &id), 0);
	assert_int_equal(idmap_assign(map, "group", "name:\"x\\", 1, &id), 0);
	assert_int_equal(
	    idmap_authorized(map, "iam-user", "AIDA1", "a", "/home/a", "/bin/sh"), 0);
	assert_int_equal(idmap_save(map, path), 0);
	assert_false(idmap_is_dirty(map));
	assert_int_equal(
	    idmap_authorized(map, "iam-user", "AIDA1", "a", "/home/a", "/bin/sh"), 0);
	assert_false(idmap_is_dirty(map));
	assert_int_equal(
	    idmap_authorized(map, "iam-user", "AIDA1", "b", "/home/b", "/bin/sh"), 0);
	assert_true(idmap_is_dirty(map));
	assert_int_equal(idmap_save(map, path), 0);

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(idmap_load(again, path), 0);
	for (size_t i = 0; (entry = idmap_entry_at(again, i)) != NULL; i++) {
		assert_int_equal(entry->id, idmap_entry_at(map, i)->id);
		if (strcmp(entry->kind, "group") == 0) {
			assert_string_equal(entry->unique_id, "name:\"x\\");
			assert_null(entry->name);
			continue;
		}
		assert_string_equal(entry->name, "b");
		assert_string_equal(entry->home, "/home/b");
		assert_string_equal(entry->shell, "/bin/sh");
	}
	assert_null(idmap_entry_at(map, 2));
}

static void
test_a_damaged_ledger_loads_nothing_and_is_not_overwritten(void **state)
{
#define ENTRY(id, rest) "{\"id\":" id ",\"kind\":\"iam-user\",\"since_ms\":1" rest "}"
	static const char *const damaged[] = {
		"",
		"{",
		"[]",
		"{\"ids\":[]}",
		"{\"v\":2,\"ids\":[]}",
		"{\"v\":1}",
		"{\"v\":1,\"ids\":{}}",
		"{\"v\":1,\"ids\":[]} x",
		"{\"v\":1,\"ids\":[1]}",
		"{\"v\":1,\"ids\":[" ENTRY("1879050001", "") "]}",
		"{\"v\":1,\"ids\":[" ENTRY("0", ",\"unique_id\":\"A\"") "]}",
		"{\"v\":1,\"ids\":[" ENTRY("1000", ",\"unique_id\":\"A\"") "]}",
		"{\"v\":1,\"ids\":[" ENTRY("1879052288", ",\"unique_id\":\"A\"") "]}",
		"{\"v\":1,\"ids\":[" ENTRY("6174017297", ",\"unique_id\":\"A\"") "]}",
		"{\"v\":1,\"ids\":[" ENTRY("\"1879050001\"", ",\"unique_id\":\"A\"") "]}",
		"{\"v\":1,\"ids\":[" ENTRY(
		    "1879050001", ",\"unique_id\":\"A\"") "," ENTRY("1879050001",
		    ",\"unique_id\":\"B\"") "]}",
		"{\"v\":1,\"ids\":[" ENTRY(
		    "1879050001", ",\"unique_id\":\"A\"") "," ENTRY("1879050002",
		    ",\"unique_id\":\"A\"") "]}",
		"{\"v\":1,\"ids\":[" ENTRY("1879050001",
		    ",\"unique_id\":\"A\",\"name\":\"root x\",\"home\":\"/h\",\"shell\":\"/s\"") "]}",
		"{\"v\":1,\"ids\":[" ENTRY("1879050001",
		    ",\"unique_id\":\"A\",\"name\":\"a\",\"home\":\"/h:\",\"shell\":\"/s\"") "]}",
		"{\"v\":1,\"ids\":[" ENTRY(
		    "1879050001", ",\"unique_id\":\"A\",\"name\":\"a\"") "]}",
		"{\"v\":1,\"ids\":[" ENTRY(
		    "1879050001", ",\"unique_id\":\"A\",\"home\":\"/h\"") "]}",
	};
	(void)state;

	for (size_t i = 0; i < BASE_N(damaged); i++) {
		_cleanup_idmap_ struct idmap *map = new_map();
		char content[400] = "";
		FILE *stream;
		uint32_t id;

		write_file(damaged[i]);
		assert_int_equal(idmap_assign(map, "iam-user", "AIDA1", 1, &id), 0);
		if (idmap_load(map, path) != IDMAP_E_DAMAGED)
			fail_msg("'%s' was loaded", damaged[i]);
		assert_string_equal(idmap_entry_at(map, 0)->unique_id, "AIDA1");
		assert_int_equal(idmap_save(map, path), -EUCLEAN);
		stream = fopen(path, "r");
		assert_non_null(stream);
		assert_int_equal(
		    fread(content, 1, sizeof(content) - 1, stream), strlen(damaged[i]));
		(void)fclose(stream);
		assert_string_equal(content, damaged[i]);
	}
}

static void
test_an_absent_ledger_is_empty_and_a_link_is_not_followed(void **state)
{
	_cleanup_idmap_ struct idmap *map = new_map();
	(void)state;

	(void)unlink(path);
	assert_int_equal(idmap_load(map, path), 0);
	assert_null(idmap_entry_at(map, 0));
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(idmap_load(map, path), -ELOOP);
	assert_int_equal(unlink(path), 0);
}

static void
test_saving_removes_what_an_interrupted_run_left(void **state)
{
	_cleanup_idmap_ struct idmap *map = new_map();
	char temp[80];
	(void)state;

	(void)snprintf(temp, sizeof(temp), "%s.new", path);
	assert_int_equal(symlink("/nonexistent/target", temp), 0);
	assert_int_equal(idmap_save(map, path), 0);
	assert_int_equal(access(temp, F_OK), -1);
	assert_int_equal(idmap_save(map, "/nonexistent/ledger.json"), -ENOENT);
	/* What cannot be put in its place does not lie about either. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(idmap_save(map, path), -EISDIR);
	assert_int_equal(access(temp, F_OK), -1);
	assert_int_equal(rmdir(path), 0);
}

static void
test_an_id_that_a_publisher_gave_is_taken_over_unless_there_is_one(void **state)
{
	_cleanup_idmap_ struct idmap *map = NULL;
	uint32_t id = 0, hashed = idmap_hash("iam-user", "AIDA2");
	(void)state;

	assert_int_equal(idmap_new(&map), 0);
	assert_int_equal(idmap_adopt(map, "iam-user", "AIDA1", hashed + 1, 1), 0);
	assert_int_equal(idmap_assign(map, "iam-user", "AIDA1", 2, &id), 0);
	assert_int_equal(id, hashed + 1);
	/* who has one keeps it: files belong to it */
	assert_int_equal(idmap_adopt(map, "iam-user", "AIDA1", hashed + 2, 3), 0);
	assert_int_equal(idmap_assign(map, "iam-user", "AIDA1", 4, &id), 0);
	assert_int_equal(id, hashed + 1);
	/* what is another's, or nobody's to have, is not given */
	assert_int_equal(
	    idmap_adopt(map, "iam-user", "AIDA2", hashed + 1, 5), IDMAP_E_COLLISION);
	assert_int_equal(idmap_adopt(map, "iam-user", "AIDA3", 0, 6), IDMAP_E_COLLISION);
	assert_int_equal(
	    idmap_adopt(map, "iam-user", "AIDA3", 1000, 7), IDMAP_E_COLLISION);
	assert_int_equal(idmap_assign(map, "iam-user", "AIDA2", 8, &id), 0);
	assert_int_equal(id, hashed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_an_id_that_a_publisher_gave_is_taken_over_unless_there_is_one),
		cmocka_unit_test(test_hashes_are_those_of_the_specification),
		cmocka_unit_test(test_every_hash_is_inside_our_range),
		cmocka_unit_test(test_an_id_stays),
		cmocka_unit_test(
		    test_the_later_of_two_colliding_is_refused_and_never_moved),
		cmocka_unit_test(test_a_wanted_id_is_for_newcomers_and_free_ones_only),
		cmocka_unit_test(test_the_ledger_goes_before_the_hash),
		cmocka_unit_test(test_names_of_the_authorized_survive_saving),
		cmocka_unit_test(
		    test_a_damaged_ledger_loads_nothing_and_is_not_overwritten),
		cmocka_unit_test(
		    test_an_absent_ledger_is_empty_and_a_link_is_not_followed),
		cmocka_unit_test(test_saving_removes_what_an_interrupted_run_left),
	};

	return cmocka_run_group_tests_name("idmap", tests, set_up, tear_down);
}
