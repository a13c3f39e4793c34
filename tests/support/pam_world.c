/* SPDX-License-Identifier: Apache-2.0 */
/* pam_world.c - contract in pam_world.h */
#include <fcntl.h>
#include <libgen.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/published_format.h"
#include "daemon/publish.h"
#include "tests/support/example_certs.h"
#include "tests/support/example_keys.h"
#include "tests/support/pam_world.h"
#include "tests/support/world_fixture.h"

#define ALICE (IDS_FIRST + 2000)

static const char run_dir[] = IAMLOGIN_RUNDIR;
static const char spool_dir[] = PAM_WORLD_SPOOL_DIR;
static const char sessions_dir[] = PAM_WORLD_SPOOL_DIR "/session";
static const char conf_dir[] = PAM_WORLD_STACKS;
static const char etc_dir[] = IAMLOGIN_SYSCONFDIR;

static struct world_fixture fixture;
static struct publish_file *snapshot;
static struct clock_now started;

static void
must(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(1);
	}
}

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	(void)close(fd);
}

/* Our configuration, which no build has installed: the directory above it is not /etc there. */
static void
own_configuration(void)
{
	char parent[256];
	const char *over = etc_dir;

	(void)snprintf(parent, sizeof(parent), "%s", etc_dir);
	if (strcmp(dirname(parent), "/etc") != 0)
		over = parent;
	(void)mkdir(over, 0755);
	must(mount("tmpfs", over, "tmpfs", 0, "mode=755") == 0, over);
	(void)mkdir(etc_dir, 0755);
	write_file(IAMLOGIN_SYSCONFDIR "/iamlogin.conf",
	    "[accounts]\nshared = ec2 toor  liar\n[keys]\ntrusted_user_ca_keys = " IAMLOGIN_SYSCONFDIR
	    "/ca.pub\n"
	    "chain = /bin/echo " PAM_WORLD_CHAIN_LINE "\n");
	write_file(
	    IAMLOGIN_SYSCONFDIR "/ca.pub", "# ours\n" CA_RSA "\n  " CA_KEY " ca\n");
}

static void
own_mounts(void)
{
	char parent[256], passwd[1024];

	(void)snprintf(parent, sizeof(parent), "%s", run_dir);
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", dirname(parent), "tmpfs", 0, "mode=755") < 0) {
		perror("no mount namespace of our own here");
		exit(77);
	}
	must(mkdir(run_dir, 0755) == 0, run_dir);
	must(mkdir(spool_dir, 0755) == 0, spool_dir);
	must(mkdir(sessions_dir, 0750) == 0, sessions_dir);
	must(mkdir(conf_dir, 0755) == 0, conf_dir);
	(void)snprintf(passwd, sizeof(passwd),
	    "root:x:0:0::/root:/bin/sh\nlocal:x:1000:1000::/:/bin/sh\n"
	    "ec2:x:1001:1001::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n"
	    "liar:x:0:0::/:/bin/sh\nlocal2:x:1002:1002::/:/bin/sh\n"
	    "local3:x:1005:1005::/:/bin/sh\n"
	    "alice:*:%u:%u::/:/bin/sh\nbob:*:%u:%u::/:/bin/sh\ncarol:*:%u:%u::/:/bin/sh\n"
	    "dora:*:%u:%u::/:/bin/sh\norphan:*:%u:%u::/:/bin/sh\n"
	    "ops:*:%u:%u::/:/bin/sh\n",
	    ALICE, ALICE, ALICE + 1, ALICE + 1, ALICE + 2, ALICE + 2, ALICE + 3,
	    ALICE + 3, ALICE + 9, ALICE + 9, ALICE + 5, ALICE + 5);
	write_file(IAMLOGIN_RUNDIR "/passwd", passwd);
	write_file(IAMLOGIN_RUNDIR "/nsswitch", "passwd: files\ngroup: files\n");
	must(mount(IAMLOGIN_RUNDIR "/passwd", "/etc/passwd", NULL, MS_BIND, NULL) == 0,
	    "passwd");
	must(mount(IAMLOGIN_RUNDIR "/nsswitch", "/etc/nsswitch.conf", NULL, MS_BIND,
		 NULL) == 0,
	    "nsswitch.conf");
}

static void
write_stacks(const char *module)
{
	static const char *const services[] = { "sshd", "sudo", "sudo-i", "su", "su-l",
		"crond", "other" };
	static const char *const types[] = { "auth", "account", "session", "password" };
	char text[4096], path[256];
	size_t i, n = 0;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "%s [success=done ignore=ignore default=die] %s\n"
		    "%s required pam_debug.so auth=acct_expired cred=acct_expired "
		    "acct=acct_expired prechauthtok=success chauthtok=acct_expired "
		    "open_session=acct_expired close_session=acct_expired\n",
		    types[i], module, types[i]);
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", conf_dir, services[i]);
		write_file(path, text);
	}
}

static void
add_key(struct keystore *store, const char *id, const char *line)
{
	static char key_id[] = "APKAEXAMPLE";
	static struct sshkey key;
	struct directory_key of_iam = { .source = KEYSFILE_SOURCE_IAM, .key_id = key_id };

	must(sshkey_parse(line, strlen(line), &key) == 0, line);
	of_iam.type = key.type;
	of_iam.blob = key.blob;
	of_iam.blob_len = key.blob_len;
	must(keystore_set(store, id, &of_iam, 1, started.wall_ms, started.boot_ms) == 0,
	    id);
}

static void
publish_key_file(const struct keystore *store)
{
	static struct config config;
	struct publish_file *file;
	struct publish_bytes bytes;
	uint64_t generation;
	bool changed;

	config.keys_iam = true;
	must(publish_encode_keys(
		 &fixture.world, store, &config, &fixture.facts, 1, &bytes) == 0,
	    "publish_encode_keys");
	must(publish_file_open(
		 IAMLOGIN_RUNDIR "/keys", PUBLISHED_MAGIC_KEYS, 0640, 0, &file) == 0 &&
		 publish_file_put(file, &bytes, &fixture.facts, &generation, &changed) ==
		     0,
	    "keys");
	free(bytes.bytes);
	publish_file_free(file);
}

/* In the order of their ids, as a directory has them. */
static const struct {
	const char *id;
	const char *name;
	const char *key;
	size_t account;
	enum verdict verdict;
} people[] = {
	{ "AIDAALICE", "alice", KEY_ED25519, 0, VERDICT_ALLOW },
	{ "AIDABOB", "bob", KEY_RSA, 1, VERDICT_ALLOW },
	{ "AIDADORA", "dora", KEY_P384, 3, VERDICT_ALLOW },
	{ "AIDAEMMA", "emma", KEY_SKE, 6, VERDICT_ALLOW },
	{ "AIDAOLGA", "olga", KEY_P521, 5, VERDICT_ALLOW },
	{ "AIDAOTTO", "otto", KEY_SK, 5, VERDICT_DENY },
	{ "AIDAZOE", "zoe", KEY_P256, 7, VERDICT_ALLOW },
	{ "AIDAZOE2", "zoe2", KEY_P256, 8, VERDICT_ALLOW },
	{ "AIDAZOE3", "zoe3", KEY_P256, 9, VERDICT_ALLOW },
	{ "AIDAZOE4", "zoe4", KEY_P256, 10, VERDICT_ALLOW },
};

static void
publish_world(void)
{
	static struct directory *directory; /* for the rest of the program */
	struct directory_principal *added;
	static struct keystore *store;
	struct world_account *accounts;
	char arn[96];

	clock_read(&started);
	world_fixture_init(&fixture);
	(void)world_fixture_account(&fixture, "alice", ALICE);
	(void)world_fixture_account(&fixture, "bob", ALICE + 1);
	(void)world_fixture_account(&fixture, "carol", ALICE + 2);
	(void)world_fixture_account(&fixture, "dora", ALICE + 3);
	(void)world_fixture_account(&fixture, "rita", ALICE + 4);
	(void)world_fixture_account(&fixture, "ops", ALICE + 5);
	(void)world_fixture_account(&fixture, "ec2", 1001);
	(void)world_fixture_account(&fixture, "toor", 0);
	(void)world_fixture_account(&fixture, "liar", 1003);
	(void)world_fixture_account(&fixture, "root", 1004);
	(void)world_fixture_account(&fixture, "local3", 1005);
	accounts = fixture.world.accounts;
	accounts[1].allow_mask = 0;                          /* denied */
	accounts[2].allow_mask = accounts[2].known_mask = 0; /* not knowable */
	accounts[3].allow_mask = 1;                          /* login, not sudo */
	accounts[4].allow_mask = 0;
	accounts[4].flags = USER_RETIRED;
	accounts[5].flags |= USER_SHARED;
	accounts[5].allow_mask = 1; /* not everybody may sudo */
	for (size_t n = 6; n < 11; n++)
		accounts[n].flags |= USER_SHARED | USER_LOCAL;
	must(directory_new(&directory) == 0, "directory");
	for (size_t n = 0; n < BASE_N(people); n++) {
		(void)snprintf(arn, sizeof(arn), "arn:aws:iam::123456789012:user/%s",
		    people[n].name);
		must(directory_add_principal(directory, PRINCIPAL_IAM_USER, people[n].id,
			 people[n].name, "/", arn, 1, &added) == 0,
		    people[n].name);
	}
	for (size_t n = 0; n < BASE_N(people); n++)
		world_fixture_person(
		    &fixture, &directory->principals[n], people[n].account)
		    ->services[SNAPSHOT_SERVICE_LOGIN]
		    .verdict = people[n].verdict;
	must(keystore_new(&store) == 0, "keystore");
	for (size_t n = 0; n < BASE_N(people); n++)
		add_key(store, people[n].id, people[n].key);
	accounts[3].uid += 100;
	publish_key_file(store);
	accounts[3].uid -= 100;
	must(publish_file_open(IAMLOGIN_RUNDIR "/snapshot", PUBLISHED_MAGIC_SNAPSHOT,
		 0644, 0, &snapshot) == 0,
	    "snapshot");
	world_fixture_publish(&fixture, snapshot);
}

void
pam_world_make(const char *module)
{
	(void)umask(022); /* ordinary processes are to read it, whoever's shell this is */
	own_mounts();
	own_configuration();
	write_stacks(module);
	publish_world();
	pam_world_close(false);
}

void
pam_world_set_age(int64_t age_ms)
{
	publish_file_verified(
	    snapshot, started.wall_ms - age_ms, started.boot_ms - age_ms);
}

void
pam_world_close(bool is_closed)
{
	static char name[] = "local2";
	static char *names[] = { name };
	static const struct config_list break_glass = { names, 1 };
	static char listed[] = "ec2";
	static char *all_listed[] = { listed };
	static const struct config_list shared = { all_listed, 1 };

	fixture.facts.local = is_closed ? CONFIG_LOCAL_LISTED : CONFIG_LOCAL_ANY;
	fixture.facts.break_glass = is_closed ? &break_glass : NULL;
	fixture.facts.shared = &shared;
	world_fixture_publish(&fixture, snapshot);
	must(publish_doors(IAMLOGIN_RUNDIR "/local", &fixture.facts) == 0, "local");
}

void
pam_world_revoke(void)
{
	must(publish_file_revoke(snapshot) == 0, "revoke");
}
