/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_who.c NAME GROUP - what libc says about them, in buffers of every length up to enough
 *
 * libc and nothing else, so that it can be linked statically and for 32 bits
 * (nss_other_abi.sh). Status 2: nobody of that name.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#define SIZE_END 4096
#define GROUPS_MAX 64

static void
say_group(const struct group *gr)
{
	(void)printf("%s:%s:%u:", gr->gr_name, gr->gr_passwd, (unsigned)gr->gr_gid);
	for (char **member = gr->gr_mem; *member != NULL; member++)
		(void)printf("%s%s", member == gr->gr_mem ? "" : ",", *member);
	(void)putchar('\n');
}

/* ERANGE for each that is too short, and then the answer. */
static int
say_account(const char *name, struct passwd *ret_pw, char *buffer)
{
	struct passwd *found = NULL;
	int error = ERANGE;

	for (size_t size = 0; error == ERANGE && size < SIZE_END; size++)
		error = getpwnam_r(name, ret_pw, buffer, size, &found);
	if (error != 0 || found == NULL)
		return 2;
	(void)printf("%s:%s:%u:%u:%s:%s:%s\n", found->pw_name, found->pw_passwd,
	    (unsigned)found->pw_uid, (unsigned)found->pw_gid, found->pw_gecos,
	    found->pw_dir, found->pw_shell);
	return 0;
}

static int
say_group_named(const char *name)
{
	static char buffer[SIZE_END];
	struct group gr, *found = NULL;
	int error = ERANGE;

	for (size_t size = 0; error == ERANGE && size < SIZE_END; size++)
		error = getgrnam_r(name, &gr, buffer, size, &found);
	if (error != 0 || found == NULL)
		return 2;
	say_group(found);
	return 0;
}

int
main(int argc, char **argv)
{
	static char buffer[SIZE_END];
	gid_t gids[GROUPS_MAX];
	int n = GROUPS_MAX;
	struct passwd pw, *again;
	int r;

	if (argc != 3)
		return 64;
	r = say_account(argv[1], &pw, buffer);
	if (r != 0)
		return r;
	again = getpwuid(pw.pw_uid);
	(void)printf("%s\n", again != NULL ? again->pw_name : "-");
	if (getgrouplist(argv[1], pw.pw_gid, gids, &n) < 0)
		return 1;
	for (int i = 0; i < n; i++) {
		const struct group *gr = getgrgid(gids[i]);

		if (gr != NULL)
			say_group(gr);
	}
	return say_group_named(argv[2]);
}
