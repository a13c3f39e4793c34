/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.c - see call.h
 */
#include <grp.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modutil.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "common/base.h"
#include "common/doors.h"
#include "common/paths.h"
#include "common/reader.h"
#include "common/snapshot.h"
#include "common/text.h"
#include "pam/call.h"

static struct reader snapshot_reader =
    READER_INIT(paths_snapshot, PUBLISHED_MAGIC_SNAPSHOT);

static const char *
item(pam_handle_t *pamh, int type)
{
	const void *value = NULL;

	if (pam_get_item(pamh, type, &value) != PAM_SUCCESS)
		return NULL;
	return value;
}

static const char *
item_or_empty(pam_handle_t *pamh, int type)
{
	const char *value = item(pamh, type);

	return value != NULL ? value : "";
}

static uint32_t
service_facts(const char *service)
{
	static const struct {
		const char *name;
		uint32_t facts;
	} services[] = {
		{ "sshd", FACT_SSHD },
		{ "sudo", FACT_SUDO | FACT_SWITCH },
		{ "sudo-i", FACT_SUDO | FACT_SWITCH },
		{ "su", FACT_SWITCH },
		{ "su-l", FACT_SWITCH },
	};
	size_t i;

	for (i = 0; i < BASE_N(services); i++)
		if (strcmp(service, services[i].name) == 0)
			return services[i].facts;
	return 0;
}

static void
read_arguments(struct call *call, int argc, const char **argv)
{
	char shown[65];
	int i;

	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "debug") == 0) {
			call->is_debug = true;
			continue;
		}
		text_escape(argv[i], strlen(argv[i]), shown, sizeof(shown));
		pam_syslog(
		    call->pamh, LOG_ERR, "unknown argument '%s' is ignored", shown);
	}
}

void
call_start(
    pam_handle_t *pamh, int flags, int argc, const char **argv, struct call *ret_call)
{
	*ret_call = (struct call){
		.pamh = pamh,
		.user = item(pamh, PAM_USER),
		.service = item_or_empty(pamh, PAM_SERVICE),
		.rhost = item_or_empty(pamh, PAM_RHOST),
		.tty = item_or_empty(pamh, PAM_TTY),
		.ruser = item_or_empty(pamh, PAM_RUSER),
		.is_silent = ((unsigned)flags & PAM_SILENT) != 0,
		.is_root = geteuid() == 0,
		.age_ms = FRESHNESS_AGE_UNKNOWN,
		.state = FRESHNESS_EMPTY,
	};
	read_arguments(ret_call, argc, argv);
	ret_call->facts = service_facts(ret_call->service);
	if (ret_call->user == NULL || ret_call->user[0] == '\0')
		ret_call->facts |= FACT_NO_NAME;
	else if (strcmp(ret_call->user, "root") == 0)
		ret_call->facts |= FACT_ROOT;
}

static void
take_masks(
    struct call *call, const struct published *file, const struct snapshot_user *user)
{
	const uint32_t sudo_bit = 1u << SNAPSHOT_SERVICE_SUDO;
	uint32_t bit = 1u << SNAPSHOT_SERVICE_LOGIN;

	/* sudo asks for the login and, beside it, for [sudo] */
	if ((call->facts & FACT_SUDO) == 0)
		bit = snapshot_service_bit(file, call->service);
	call->service_bit = bit;
	call->facts |= (user->known_mask & bit) != 0 ? FACT_LOGIN_KNOWN : 0;
	call->facts |= (user->allow_mask & bit) != 0 ? FACT_LOGIN_ALLOW : 0;
	call->facts |= (user->known_mask & sudo_bit) != 0 ? FACT_SUDO_KNOWN : 0;
	call->facts |= (user->allow_mask & sudo_bit) != 0 ? FACT_SUDO_ALLOW : 0;
	call->facts |= (user->flags & USER_SHARED) != 0 ? FACT_SHARED : 0;
	call->facts |= (user->flags & USER_BY_WAY) != 0 ? FACT_BY_WAY : 0;
}

static void
take_age(
    struct call *call, const struct published *file, const struct snapshot_user *user)
{
	uint32_t grace_s =
	    (call->facts & FACT_SUDO) != 0 ? file->sudo_grace_s : file->grace_s;
	struct clock_now now;

	clock_read(&now);
	call->age_ms = snapshot_age_ms(user, &now);
	call->state = freshness_state(call->age_ms, file->fresh_s, grace_s);
	if (call->state != FRESHNESS_FRESH && call->state != FRESHNESS_STALE)
		call->facts |= FACT_EXPIRED;
}

/*
 * A local account that [accounts] shared lists: whoever comes in by sshd, or from there to
 * root by sudo, is judged. What cron, at or su do with a local account is not ours.
 */
static bool
is_judged(
    const struct call *call, const struct snapshot_user *user, const struct passwd *pw)
{
	return user != NULL && (user->flags & USER_LOCAL) != 0 &&
	       user->uid == pw->pw_uid && (call->facts & (FACT_SSHD | FACT_SUDO)) != 0;
}

/*
 * [accounts] local and break_glass: from the snapshot, and from the link beside it where that
 * is there and could not be opened (no descriptor, no memory). With neither, or with damage,
 * no door of a local account is closed: who is there for emergencies must get in.
 */
static uint32_t
local_doors(const struct call *call, int r, const struct published *file)
{
	uint32_t doors = 0;

	if (r < 0)
		return doors_of(call->user);
	if (r != 0)
		return 0;
	if (snapshot_local(file) != SNAPSHOT_LOCAL_ANY)
		doors |= DOORS_CLOSED;
	if (snapshot_is_break_glass(file, call->user))
		doors |= DOORS_BREAK_GLASS;
	return doors;
}

static void
take_local(struct call *call, uint32_t doors)
{
	call->facts |= FACT_LOCAL;
	if ((doors & DOORS_BREAK_GLASS) != 0)
		return;
	if ((doors & DOORS_LISTED) != 0)
		call->facts |= FACT_UNREADABLE;
	else if ((doors & DOORS_CLOSED) != 0)
		call->facts |= FACT_CLOSED;
}

/*
 * A home of the account's own name that somebody else has: of a former owner of the name, whose
 * files nobody inherits. What root owns is nobody's yet. A home that cannot be looked at (not
 * mounted, not for root to see) is guarded by its own permissions.
 */
static void
take_home(struct call *call, const struct passwd *pw)
{
	struct stat st;

	if ((call->facts & FACT_SUDO) != 0 || !ids_is_ours(pw->pw_uid) ||
	    strstr(pw->pw_dir, call->user) == NULL || stat(pw->pw_dir, &st) != 0 ||
	    st.st_uid == 0 || st.st_uid == pw->pw_uid)
		return;
	call->facts |= FACT_CLOSED;
	call->home_uid = st.st_uid;
	text_escape(pw->pw_dir, strlen(pw->pw_dir), call->home, sizeof(call->home));
}

void
call_identify(struct call *call)
{
	_cleanup_reader_guard_ struct reader_guard guard = READER_GUARD_NONE;
	struct snapshot_user user;
	const struct passwd *pw;
	uint32_t doors;
	bool is_known;
	int r;

	if ((call->facts & (FACT_NO_NAME | FACT_ROOT)) != 0)
		return;
	r = reader_acquire(&snapshot_reader, &guard);
	if (r == 0)
		call->generation = guard.file->generation;
	is_known = r == 0 && snapshot_user_by_name(guard.file, call->user, &user) == 0;
	pw = pam_modutil_getpwnam(call->pamh, call->user);
	doors =
	    pw == NULL || !ids_is_ours(pw->pw_uid) ? local_doors(call, r, guard.file) : 0;
	/* who is there for emergencies passes even where nobody can be looked up */
	if (pw == NULL ? (doors & DOORS_BREAK_GLASS) != 0
		       : !ids_is_ours(pw->pw_uid) &&
			     !is_judged(call, is_known ? &user : NULL, pw)) {
		take_local(call, doors);
		return;
	}
	if (is_known && (user.flags & USER_RETIRED) != 0)
		call->facts |= FACT_RETIRED;
	else
		call->facts |= pw != NULL ? FACT_OURS : FACT_NOBODY;
	if ((call->facts & FACT_NOBODY) != 0)
		return;

	call->uid = pw != NULL ? pw->pw_uid : user.uid;
	if ((call->facts & FACT_OURS) != 0)
		take_home(call, pw);
	if (is_known && user.uid == call->uid) {
		call->facts |= FACT_DATA;
		take_masks(call, guard.file, &user);
		take_age(call, guard.file, &user);
	}
}

static void
add_group(struct call *call, gid_t gid)
{
	if (!ids_is_ours(gid) || call->n_groups == CALL_GROUPS_MAX)
		return;
	call->groups[call->n_groups++] = gid;
}

void
call_read_groups(struct call *call)
{
	_cleanup_free_ gid_t *gids = NULL;
	bool holds = getgid() == IDS_GROUP_SUDO;
	int n = getgroups(0, NULL);
	int i;

	if (n > 0) {
		gids = calloc((size_t)n, sizeof(*gids));
		n = gids != NULL ? getgroups(n, gids) : -1;
	}
	if (n < 0)
		holds = true;
	for (i = 0; i < n; i++)
		holds = holds || gids[i] == IDS_GROUP_SUDO;

	call->n_groups = 0;
	if (holds) {
		call->facts |= FACT_HOLDS_SUDO;
		add_group(call, IDS_GROUP_SUDO);
	}
	for (i = 0; i < n; i++)
		if (gids[i] != IDS_GROUP_SUDO)
			add_group(call, gids[i]);
}
