/* SPDX-License-Identifier: Apache-2.0 */
/* account.c - what the snapshot says about an account; contract in account.h */
#include <pwd.h>
#include <string.h>

#include "common/confvalue.h"
#include "common/file.h"
#include "common/paths.h"
#include "common/snapshot.h"
#include "common/text.h"
#include "keys/account.h"

#define PASSWD_MAX 16384

/* 0 with its uid, as the system has it; 1: nobody of that name, or it cannot be known. */
static int
find_uid(const char *name, uint32_t *ret_uid)
{
	static char text[PASSWD_MAX];
	struct passwd entry, *pw = NULL;

	if (getpwnam_r(name, &entry, text, sizeof(text), &pw) != 0 || pw == NULL)
		return 1;
	*ret_uid = pw->pw_uid;
	return 0;
}

/* root's own file says which local accounts may be opened: no daemon can add one. */
static bool
is_listed(const char *name)
{
	static char conf[CONFVALUE_CONF_SIZE];
	char value[CONFVALUE_SIZE];
	size_t len;

	if (file_read_owned(paths_config, 0, conf, sizeof(conf)) != 0 ||
	    confvalue_find(conf, "[accounts]", "shared", value) != 0)
		return false;
	for (const char *word = value; *word != '\0'; word += len) {
		word += strspn(word, " \t");
		len = strcspn(word, " \t");
		if (len == strlen(name) && memcmp(word, name, len) == 0)
			return true;
	}
	return false;
}

/* A listed local account is what the system says, and nobody's who owns the machine. */
static bool
is_not_ours(const struct snapshot_user *user, const char *name)
{
	uint32_t uid;

	if ((user->flags & USER_LOCAL) == 0)
		return false; /* of our range, or the reader would not have it */
	return !is_listed(name) || find_uid(name, &uid) != 0 || uid != user->uid ||
	       uid == 0;
}

static const char *
find_verdict(struct account *account, const struct published *file,
    const struct snapshot_user *user)
{
	struct clock_now now;
	enum freshness state;

	clock_read(&now);
	state =
	    freshness_state(snapshot_age_ms(user, &now), file->fresh_s, file->grace_s);
	if (state != FRESHNESS_FRESH && state != FRESHNESS_STALE)
		return "the data are too old";
	account->uid = user->uid;
	account->is_shared = (user->flags & USER_SHARED) != 0;
	account->is_fresh = state == FRESHNESS_FRESH;
	account->fresh_s = file->fresh_s;
	account->service_bit = snapshot_service_bit(file, ACCOUNT_SERVICE);
	if ((user->known_mask & account->service_bit) == 0)
		return "not knowable now";
	if ((user->allow_mask & account->service_bit) == 0)
		return "may not log in";
	return NULL;
}

const char *
account_find(struct account *account)
{
	_cleanup_published_ struct published *file = NULL;
	bool is_root = strcmp(account->name, "root") == 0;
	struct snapshot_user user;
	uint32_t uid;

	account->is_foreign = true;
	if (!text_is_os_name(account->name, strlen(account->name)))
		return "nobody of that name";
	if (published_open(paths_snapshot, PUBLISHED_MAGIC_SNAPSHOT, &file) != 0) {
		file = NULL;
		/* what was asked before us may answer for local accounts, and for no other */
		account->is_foreign = !is_listed(account->name) &&
				      find_uid(account->name, &uid) == 0 &&
				      !ids_is_ours(uid);
		return "no snapshot can be read";
	}
	if (is_root || snapshot_user_by_name(file, account->name, &user) != 0) {
		account->is_closed = !is_root &&
				     snapshot_local(file) != SNAPSHOT_LOCAL_ANY &&
				     !snapshot_is_break_glass(file, account->name);
		return "nobody of that name";
	}
	account->is_foreign = false;
	if ((user.flags & USER_NAME) == 0 || (user.flags & USER_RETIRED) != 0)
		return "nobody of that name";
	if (is_not_ours(&user, account->name))
		return "not a local account that is listed, or it is root's";
	return find_verdict(account, file, &user);
}
