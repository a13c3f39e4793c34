/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sessions.h - Session Manager's open sessions: who stands behind each, from start to end
 *
 * Room: warden. NSS limits which accounts can be entered through Session Manager, not who
 * enters: that is seen here, from the agent's own files. Each session leaves
 *   a record when it starts      event session: allow, deny (owner-other), or unknown
 *   a session file               as PAM's (common/sessionfile.h), for `iamlogin who`
 *   a record of a violation      when its owner does not map to its account, certainly
 *   a record when it ends        event close, with its duration
 *
 * Certainly: the files said so, fresh, and were verified after the session had started; a tag
 * that was changed a minute ago is no violation. Until then a refresh is asked for (the
 * doorbell) and waited for. An owner whom the files do not know, a file of another shape, or
 * data that cannot be had: unknown, and never ended.
 *
 * What ends a session: session_manager = terminate and a violation; or an owner who mapped
 * when it started, has certainly lost that since, and on_revoke = terminate.
 */
#ifndef WARDEN_SESSIONS_H
#define WARDEN_SESSIONS_H

#include <stdbool.h>

struct sessions;

/** sessions_new() - takes over what an earlier run left in the session files; 0 or -ENOMEM */
int sessions_new(struct sessions **ret_sessions);
void sessions_free(struct sessions *sessions);

/**
 * sessions_look() - read the agent's directory and the published files, and act
 *
 * Return: milliseconds until something has to be looked at again whatever happens.
 */
int sessions_look(struct sessions *sessions);

#endif
