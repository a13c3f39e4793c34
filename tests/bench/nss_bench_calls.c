/* SPDX-License-Identifier: Apache-2.0 */
/* nss_bench_calls.c - a module's entry points, and libc's in their shape; see nss_bench.h */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/nss_bench.h"

#define GROUP_BUFFER 65536
#define LIBC_GROUPS_MAX 256

/* The module whose groups the fallback walks: one per process. */
static struct nss_calls loaded;

static enum nss_status
from_libc(int error, const void *found, int *errnop)
{
	*errnop = error != 0 ? error : ENOENT;
	if (error == ERANGE)
		return NSS_STATUS_TRYAGAIN;
	if (error != 0 && error != ENOENT)
		return NSS_STATUS_UNAVAIL;
	return found != NULL ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND;
}

static enum nss_status
libc_getpwnam(const char *name, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	struct passwd *found = NULL;
	int error = getpwnam_r(name, pw, buffer, size, &found);

	return from_libc(error, found, errnop);
}

static enum nss_status
libc_getpwuid(uid_t uid, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	struct passwd *found = NULL;
	int error = getpwuid_r(uid, pw, buffer, size, &found);

	return from_libc(error, found, errnop);
}

static enum nss_status
libc_getgrnam(const char *name, struct group *gr, char *buffer, size_t size, int *errnop)
{
	struct group *found = NULL;
	int error = getgrnam_r(name, gr, buffer, size, &found);

	return from_libc(error, found, errnop);
}

static enum nss_status
libc_getgrgid(gid_t gid, struct group *gr, char *buffer, size_t size, int *errnop)
{
	struct group *found = NULL;
	int error = getgrgid_r(gid, gr, buffer, size, &found);

	return from_libc(error, found, errnop);
}

static enum nss_status
libc_setpwent(int stay_open)
{
	(void)stay_open;
	setpwent();
	return NSS_STATUS_SUCCESS;
}

static enum nss_status
libc_getpwent(struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	struct passwd *found = NULL;
	int error = getpwent_r(pw, buffer, size, &found);

	return from_libc(error, found, errnop);
}

static enum nss_status
libc_endpwent(void)
{
	endpwent();
	return NSS_STATUS_SUCCESS;
}

static enum nss_status
libc_initgroups(const char *user, gid_t primary, long *start, long *size, gid_t **gids,
    long limit, int *errnop)
{
	gid_t found[LIBC_GROUPS_MAX];
	int n = LIBC_GROUPS_MAX;

	(void)limit;
	if (getgrouplist(user, primary, found, &n) < 0) {
		*errnop = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	}
	for (int i = 0; i < n && *start < *size; i++) {
		if (found[i] != primary)
			(*gids)[(*start)++] = found[i];
	}
	return NSS_STATUS_SUCCESS;
}

static bool
has_member(const struct group *gr, const char *user)
{
	for (char **member = gr->gr_mem; *member != NULL; member++) {
		if (strcmp(*member, user) == 0)
			return true;
	}
	return false;
}

/* What glibc does for a module without initgroups_dyn (nss/initgroups.c, compat_call). */
static enum nss_status
walk_groups(const char *user, gid_t primary, long *start, long *size, gid_t **gids,
    long limit, int *errnop)
{
	static _Thread_local char buffer[GROUP_BUFFER];
	struct group gr;

	(void)limit;
	if (loaded.setgrent(0) != NSS_STATUS_SUCCESS)
		return NSS_STATUS_UNAVAIL;
	while (loaded.getgrent_r(&gr, buffer, sizeof(buffer), errnop) ==
	       NSS_STATUS_SUCCESS) {
		if (gr.gr_gid != primary && *start < *size && has_member(&gr, user))
			(*gids)[(*start)++] = gr.gr_gid;
	}
	(void)loaded.endgrent();
	return NSS_STATUS_SUCCESS;
}

/* dlsym(3)'s object pointer as a function pointer of any type. */
static void
find(void *library, const char *service, const char *function, void *ret_pointer)
{
	char symbol[128];
	void *address;

	(void)snprintf(symbol, sizeof(symbol), "_nss_%s_%s", service, function);
	address = dlsym(library, symbol);
	memcpy(ret_pointer, &address, sizeof(address));
}

static const struct nss_calls libc_calls = {
	.getpwnam_r = libc_getpwnam,
	.getpwuid_r = libc_getpwuid,
	.setpwent = libc_setpwent,
	.getpwent_r = libc_getpwent,
	.endpwent = libc_endpwent,
	.getgrnam_r = libc_getgrnam,
	.getgrgid_r = libc_getgrgid,
	.initgroups_dyn = libc_initgroups,
};

const char *
nss_calls_load(const char *service, struct nss_calls *ret_calls)
{
	char name[128];
	void *library;

	if (strcmp(service, "libc") == 0) {
		*ret_calls = libc_calls;
		return NULL;
	}
	/* glibc 2.34 took nss_files into libc itself. */
	(void)snprintf(name, sizeof(name),
	    strcmp(service, "files") == 0 ? "libc.so.6" : "libnss_%s.so.2", service);
	library = dlopen(name, RTLD_NOW);
	if (library == NULL)
		return dlerror();
	find(library, service, "getpwnam_r", &loaded.getpwnam_r);
	find(library, service, "getpwuid_r", &loaded.getpwuid_r);
	find(library, service, "setpwent", &loaded.setpwent);
	find(library, service, "getpwent_r", &loaded.getpwent_r);
	find(library, service, "endpwent", &loaded.endpwent);
	find(library, service, "getgrnam_r", &loaded.getgrnam_r);
	find(library, service, "getgrgid_r", &loaded.getgrgid_r);
	find(library, service, "setgrent", &loaded.setgrent);
	find(library, service, "getgrent_r", &loaded.getgrent_r);
	find(library, service, "endgrent", &loaded.endgrent);
	find(library, service, "initgroups_dyn", &loaded.initgroups_dyn);
	if (loaded.getpwnam_r == NULL)
		return "no getpwnam_r in it";
	if (loaded.initgroups_dyn == NULL && loaded.getgrent_r != NULL)
		loaded.initgroups_dyn = walk_groups;
	*ret_calls = loaded;
	return NULL;
}
