/* SPDX-License-Identifier: Apache-2.0 */
/* people_fixture.c - people, rules and their world; contract in people_fixture.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/people_fixture.h"

const char people_fixture_config_usual[] =
    "[principals]\nusers = path:/people/*\n"
    "[login]\nallow = group:HostAdmins\nallow = match:platform\ndeny = tag:suspended\n"
    "[sudo]\nallow = group:HostAdmins & match:platform\n";

static void
write_file(const char *path, const char *text)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	(void)fputs(text, stream);
	assert_int_equal(fclose(stream), 0);
}

void
people_fixture_local(
    struct people_fixture *f, const char *passwd_text, const char *group_text)
{
	char dir[] = "/tmp/test_world.XXXXXX";
	char passwd[64];
	char group[64];

	assert_non_null(mkdtemp(dir));
	(void)snprintf(passwd, sizeof(passwd), "%s/passwd", dir);
	(void)snprintf(group, sizeof(group), "%s/group", dir);
	write_file(passwd, passwd_text);
	write_file(group, group_text);
	local_free(f->local);
	f->local = NULL;
	assert_int_equal(local_load(passwd, group, &f->local), 0);
	(void)unlink(passwd);
	(void)unlink(group);
	(void)rmdir(dir);
}

void
people_fixture_config(struct people_fixture *f, const char *text)
{
	_cleanup_fclose_ FILE *stream = NULL;
	char copy[2000];
	char error[400] = "";

	(void)snprintf(copy, sizeof(copy), "%s", text);
	stream = fmemopen(copy, strlen(copy), "r");
	assert_non_null(stream);
	config_free(f->config);
	f->config = NULL;
	if (config_parse(stream, "f", &f->config, error) != 0)
		fail_msg("%s", error);
}

struct directory_principal *
people_fixture_add(
    struct people_fixture *f, const char *name, const char *id, int64_t created_s)
{
	struct directory_principal *who;
	char arn[100];

	(void)snprintf(
	    arn, sizeof(arn), "arn:aws:iam::111122223333:user/people/%s/%s", name, id);
	assert_int_equal(directory_add_principal(f->directory, PRINCIPAL_IAM_USER, id,
			     name, "/people/", arn, created_s, &who),
	    0);
	return who;
}

void
people_fixture_empty(struct people_fixture *f)
{
	directory_unref(f->directory);
	f->directory = NULL;
	assert_int_equal(directory_new(&f->directory), 0);
}

int
people_fixture_set_up(void **state)
{
	struct people_fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	people_fixture_empty(f);
	people_fixture_config(f, people_fixture_config_usual);
	people_fixture_local(f, "root:x:0:0::/root:/bin/sh\n", "root:x:0:\n");
	assert_int_equal(idmap_new(&f->ids), 0);
	assert_int_equal(instance_new(&f->instance), 0);
	f->instance->tags_state = INSTANCE_TAGS_KNOWN;
	assert_int_equal(instance_add_tag(f->instance, "platform", "acme"), 0);
	*state = f;
	return 0;
}

int
people_fixture_tear_down(void **state)
{
	struct people_fixture *f = *state;

	world_unref(f->world);
	config_free(f->config);
	directory_unref(f->directory);
	instance_free(f->instance);
	local_free(f->local);
	idmap_free(f->ids);
	free(f);
	return 0;
}

void
people_fixture_build(struct people_fixture *f)
{
	world_unref(f->world);
	f->world = NULL;
	assert_int_equal(world_build(f->config, f->directory, f->instance, f->local,
			     f->ids, 1000, &f->world),
	    0);
}

void
people_fixture_finish(struct people_fixture *f)
{
	assert_int_equal(directory_finish(f->directory), 0);
	people_fixture_build(f);
}

/* alice, bob and carol of issue 2, and dave when asked for */
void
people_fixture_usual(struct people_fixture *f, bool with_dave)
{
	struct directory_principal *who = people_fixture_add(f, "alice", "AIDAALICE", 1);

	assert_int_equal(directory_add_membership(who, "HostAdmins"), 0);
	assert_int_equal(directory_add_membership(who, "bad,group"), 0);
	assert_int_equal(directory_add_membership(who, "docker"), 0);
	assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
	who = people_fixture_add(f, "bob", "AIDABOB", 2);
	assert_int_equal(directory_add_membership(who, "Outsiders"), 0);
	assert_int_equal(directory_add_tag(who, "platform", "ot\"her"), 0);
	who = people_fixture_add(f, "carol", "AIDACAROL", 3);
	assert_int_equal(directory_add_tag(who, "SSMSessionRunAs", "deploy"), 0);
	assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
	if (with_dave) {
		who = people_fixture_add(f, "dave", "AIDADAVE", 4);
		assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
		assert_int_equal(directory_add_membership(who, "HostAdmins"), 0);
	}
	assert_int_equal(
	    directory_add_group(f->directory, "HostAdmins", "AGPA1", "/"), 0);
}

const struct world_person *
people_fixture_person(const struct people_fixture *f, const char *id)
{
	const struct world_person *p =
	    world_person_by_id(f->world, PRINCIPAL_IAM_USER, id);

	assert_non_null(p);
	return p;
}

const struct world_group *
people_fixture_group(const struct people_fixture *f, const char *name)
{
	for (size_t i = 0; i < f->world->n_groups; i++)
		if (strcmp(f->world->groups[i].name, name) == 0)
			return &f->world->groups[i];
	return NULL;
}
