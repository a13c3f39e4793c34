/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revoke.h - the processes of people who may no longer log in
 *
 * Room: warden. By uid where the whole account is lost: sessions, what nohup and a user
 * manager keep, a ControlMaster. By the kernel's audit session id where others still use the
 * account (a shared one, a local one): the processes of that session with the account's uid,
 * and the sshd that holds it. What root runs for them (sudo) ends with its terminal, or not.
 * A session that PAM has registered and that has no process of its own yet is its sshd: PAM
 * looks at what is published once more after it has written the session file, so between
 * the two nobody comes in unseen.
 *
 * SIGTERM and SIGHUP (a shell obeys only the latter) and SIGCONT first; SIGKILL to what is
 * still there REVOKE_GRACE_MS later, and to whatever comes after that, until nothing is
 * found. Which signals hit whom is decided anew at each look, by what is published then.
 */
#ifndef WARDEN_REVOKE_H
#define WARDEN_REVOKE_H

#include "common/sessionfile.h"
#include "warden/loss.h"
#include "warden/memory.h"

#define REVOKE_GRACE_MS 3000   /* from the first signal to SIGKILL */
#define REVOKE_GIVE_UP_MS 8000 /* what SIGKILL has not ended by then cannot be ended */
#define REVOKE_TARGETS_MAX 1024

/* One account or session that was lost, from the first look that found processes of it. */
struct revoke_target {
	bool is_session;
	uint32_t uid;
	struct sessionfile session; /* with is_session */
	int64_t since_mono_ms;
	unsigned n_first; /* processes at the first look */
	unsigned n_now;   /* at this one */
	unsigned
	    n_opening;  /* of these, processes that are only about to open a session */
	bool is_closed; /* recorded: nothing more to do */
	char account[33];
	char id[129];
};

struct revoke {
	struct memory *memory;
	struct revoke_target *targets;
	size_t n_targets;
};

/** revoke_look() - one look at all processes; true: look again soon (some 100 ms) */
bool revoke_look(struct revoke *revoke, const struct published *snapshot,
    const struct published *keys);

void revoke_done(struct revoke *revoke);

#endif
