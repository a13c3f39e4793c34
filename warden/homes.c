/* SPDX-License-Identifier: Apache-2.0 */
/* homes.c - a home for everybody whom Session Manager may run as; contract in homes.h */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/paths.h"
#include "common/text.h"
#include "warden/homes.h"
#include "warden/say.h"
#include "warden/skel.h"

#define MODE_DEFAULT 0700u
#define LOGIN_DEFS_SIZE 32768
#define TEMP_SIZE (sizeof(".iamlogin-warden.") + TEXT_OS_NAME_MAX)

struct making {
	int dir; /* /home */
	mode_t mode;
	struct memory *memory;
	struct homes_counts *counts;
};

unsigned
homes_mode(const char *login_defs)
{
	static const char key[] = "HOME_MODE";
	unsigned mode = 0;
	const char *at;

	for (at = login_defs; at != NULL; at = strchr(at, '\n')) {
		at += *at == '\n';
		at += strspn(at, " \t");
		if (strncmp(at, key, sizeof(key) - 1) != 0 ||
		    strspn(at + sizeof(key) - 1, " \t") == 0)
			continue;
		at += sizeof(key) - 1;
		at += strspn(at, " \t");
		for (; *at >= '0' && *at <= '7' && mode <= 0777; at++)
			mode = mode * 8 + (unsigned)(*at - '0');
		/* the owner must get in, and nobody else may write */
		if ((*at == '\0' || strchr(" \t\r\n", *at) != NULL) && mode <= 0777 &&
		    (mode & 0700) == 0700 && (mode & 022) == 0)
			return mode;
		return MODE_DEFAULT;
	}
	return MODE_DEFAULT;
}

static mode_t
read_mode(void)
{
	static char text[LOGIN_DEFS_SIZE];

	if (file_read_text(paths_login_defs, text, sizeof(text)) != 0)
		return MODE_DEFAULT;
	return homes_mode(text);
}

/* Root's and nobody else's to write: what stands in it was put there by root. */
static int
open_parent(int *ret_fd)
{
	_cleanup_close_ int fd = open(
	    paths_home_dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0) {
		int r = -errno;

		if (r == -ELOOP || r == -ENOTDIR)
			say_line(LOG_ERR,
			    "%s is not a directory or is a link to one: no homes are made; "
			    "mount it there instead",
			    paths_home_dir);
		else if (r != -ENOENT)
			say_line(LOG_ERR, "%s: %s", paths_home_dir, strerror(-r));
		return r;
	}
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		say_line(LOG_ERR,
		    "%s is not root's alone to write to: no homes are made there",
		    paths_home_dir);
		return -EPERM;
	}
	*ret_fd = base_take_fd(&fd);
	return 0;
}

static void
say_foreign(
    const struct making *making, const struct snapshot_user *user, const struct stat *st)
{
	struct record record;
	char key[MEMORY_KEY_SIZE], message[160];

	making->counts->foreign++;
	(void)snprintf(
	    key, sizeof(key), "home %s %u %u", user->strings, user->uid, st->st_uid);
	if (!memory_is_new(making->memory, key))
		return;
	(void)snprintf(message, sizeof(message),
	    S_ISDIR(st->st_mode) ? "%s/%s belongs to uid %u: it is left alone, and the "
				   "account (uid %u) has no home"
				 : "%s/%s is no directory (owner %u): it is left alone, "
				   "and the account (uid %u) has no home",
	    paths_home_dir, user->strings, st->st_uid, user->uid);
	record_init(&record, RECORD_ADMIN);
	record.reason = REASON_HOME_FOREIGN;
	record.account = user->strings;
	record.uid = user->uid;
	record.person.id = user->strings + user->offset[SNAPSHOT_GECOS];
	record.message = message;
	say_record(&record);
}

/* Under its final name, unless something has come there meanwhile. */
static int
publish(int dir, const char *temp, const char *name)
{
	struct stat st;

	if (renameat2(dir, temp, dir, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* NFS knows no such flag; rename(2) replaces nothing but an empty directory */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return renameat(dir, temp, dir, name) == 0 ? 0 : -errno;
}

/* What was just made, and not what root has put in its place meanwhile? */
static int
check_own(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return st.st_uid == geteuid() && (st.st_mode & 07777) == 0700 ? 0 : -EBUSY;
}

static int
make_one(const struct making *making, const char *name, uid_t uid)
{
	_cleanup_close_ int fd = -1;
	char temp[TEMP_SIZE];
	int r;

	(void)snprintf(temp, sizeof(temp), ".iamlogin-warden.%s", name);
	r = skel_remove(making->dir, temp); /* of a run that was killed */
	if (r != 0)
		return r;
	if (mkdirat(making->dir, temp, 0700) < 0)
		return -errno;
	r = skel_enter(making->dir, temp, &fd);
	r = r != 0 ? r : check_own(fd);
	r = r != 0 ? r : skel_copy(paths_skel, fd, uid);
	/* the last step before it appears: until here nobody but root could enter */
	if (r == 0 && (fchmod(fd, making->mode) < 0 || fchown(fd, uid, (gid_t)uid) < 0))
		r = -errno;
	if (r == 0)
		r = publish(making->dir, temp, name);
	if (r != 0 && skel_remove(making->dir, temp) != 0)
		say_line(LOG_WARNING, "%s/%s is left over", paths_home_dir, temp);
	return r;
}

static void
see_to(struct making *making, const struct snapshot_user *user)
{
	const char *name = user->strings;
	struct stat st;
	int r;

	if (fstatat(making->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!S_ISDIR(st.st_mode) || st.st_uid != user->uid)
			say_foreign(making, user, &st);
		return;
	}
	r = errno == ENOENT ? make_one(making, name, user->uid) : -errno;
	if (r == -EEXIST)
		return; /* pam_mkhomedir was faster */
	if (r == 0) {
		making->counts->made++;
		say_line(
		    LOG_INFO, "made %s/%s for uid %u", paths_home_dir, name, user->uid);
		return;
	}
	making->counts->failed++;
	say_line(LOG_ERR, "%s/%s cannot be made: %s", paths_home_dir, name,
	    r == SKEL_E_UNTRUSTED   ? "skel is not root's alone to write to"
	    : r == SKEL_E_TOO_LARGE ? "skel is too large"
				    : strerror(-r));
}

/* Whom Session Manager can run as, by the home that it will be given there. */
static bool
wants_home(const struct snapshot_user *user)
{
	const char *home = user->strings + user->offset[SNAPSHOT_DIR];
	size_t len = strlen(paths_home_dir);

	return (user->flags & (USER_NAME | USER_RUNAS)) == (USER_NAME | USER_RUNAS) &&
	       (user->flags & (USER_LOCAL | USER_RETIRED)) == 0 &&
	       ids_is_ours(user->uid) && user->gid == user->uid &&
	       strncmp(home, paths_home_dir, len) == 0 && home[len] == '/' &&
	       strcmp(home + len + 1, user->strings) == 0;
}

void
homes_make(
    const struct published *file, struct memory *memory, struct homes_counts *ret_counts)
{
	struct homes_counts counts = { 0 };
	struct making making = { .dir = -1, .memory = memory, .counts = &counts };
	struct snapshot_user user;
	bool is_first = true;
	uint32_t n;
	int r;

	for (n = 0; (r = snapshot_user_at(file, n, &user)) != PUBLISHED_E_NOTFOUND; n++) {
		if (r != 0 || !wants_home(&user))
			continue;
		if (is_first && open_parent(&making.dir) == 0)
			making.mode = read_mode();
		is_first = false;
		if (making.dir < 0) {
			counts.failed++;
			continue;
		}
		see_to(&making, &user);
	}
	if (making.dir >= 0)
		(void)close(making.dir);
	*ret_counts = counts;
}
