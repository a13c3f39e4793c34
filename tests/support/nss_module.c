/* SPDX-License-Identifier: Apache-2.0 */
/* nss_module.c - the built module in a test's process; contract in nss_module.h */
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/published_format.h"
#include "tests/support/nss_module.h"

static struct publish_file *published; /* one a program */

/*
 * Writing to the machine's own /run/iamlogin would lock its people out. A /run in which
 * there is nothing else is never a machine's.
 */
static void
require_own_run(void)
{
	DIR *run = opendir("/run");
	const struct dirent *entry;
	bool is_ours = run != NULL;

	while (is_ours && (entry = readdir(run)) != NULL)
		is_ours = strcmp(entry->d_name, ".") == 0 ||
			  strcmp(entry->d_name, "..") == 0 ||
			  strcmp(entry->d_name, "iamlogin") == 0;
	if (run != NULL)
		(void)closedir(run);
	if (is_ours)
		return;
	(void)fprintf(stderr, "run this as root through tests/plugin/in_namespace.sh\n");
	exit(77);
}

static void
load_symbol(void *handle, const char *name, void *ret_function)
{
	void *symbol = dlsym(handle, name);

	if (symbol == NULL) {
		(void)fprintf(stderr, "%s: %s\n", name, dlerror());
		exit(1);
	}
	memcpy(ret_function, &symbol, sizeof(symbol));
}

void
nss_module_load(int argc, char **argv, struct nss_module *ret_module)
{
	const char *path = argc > 1 ? argv[1] : getenv("NSS_MODULE");
	void *handle;

	(void)umask(022); /* what is published is for everybody, whoever's shell this is */
	require_own_run();
	handle = path != NULL ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	if (handle == NULL) {
		(void)fprintf(
		    stderr, "%s\n", path != NULL ? dlerror() : "no module named");
		exit(1);
	}
#define LOAD(name) load_symbol(handle, "_nss_iamlogin_" #name, &ret_module->name)
	LOAD(getpwnam_r);
	LOAD(getpwuid_r);
	LOAD(setpwent);
	LOAD(getpwent_r);
	LOAD(endpwent);
	LOAD(getgrnam_r);
	LOAD(getgrgid_r);
	LOAD(setgrent);
	LOAD(getgrent_r);
	LOAD(endgrent);
	LOAD(initgroups_dyn);
#undef LOAD
}

void
nss_module_publish(struct world_fixture *fixture)
{
	if (published == NULL &&
	    publish_file_open(NSS_MODULE_SNAPSHOT, PUBLISHED_MAGIC_SNAPSHOT, 0644,
		(gid_t)-1, &published) != 0)
		abort();
	world_fixture_publish(fixture, published);
}

void
nss_module_withdraw(void)
{
	if (published == NULL)
		return;
	(void)publish_file_revoke(published);
	publish_file_free(published);
	published = NULL;
}
