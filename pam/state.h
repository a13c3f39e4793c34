/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h - what one phase leaves to the next, kept by libpam with the handle
 *
 * Room: pam. sshd runs the account stage of keyboard-interactive in a forked child, so in
 * open_session there may be nothing: that is no evidence either way.
 */
#ifndef PAM_STATE_H
#define PAM_STATE_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

struct state {
	char *user; /* PAM_USER of the account stage */
	bool is_ours;
	bool is_allowed;        /* with is_ours */
	int64_t wedged_mono_ms; /* when the daemon last said nothing; 0: it never did */
	/* set by open_session for a session that it let in */
	bool is_open;
	uint32_t uid;
	int64_t opened_mono_ms;
	int64_t session; /* audit session id, or RECORD_NONE */
	char person_id[129];
	char person_name[129];
};

/** state_get() - NULL when no phase has left any */
struct state *state_get(pam_handle_t *pamh);

/**
 * state_is_wedged() - did the daemon say nothing a moment ago (10 s)?
 *
 * One login has one budget: who has waited for a wedged daemon once does not wait again.
 */
bool state_is_wedged(const struct state *state);

/**
 * state_set_forgotten() - could the last account stage of this process not be remembered?
 *
 * Then a missing state is no evidence that there was none.
 */
void state_set_forgotten(bool forgotten);
bool state_has_forgotten(void);

/**
 * state_put() - the account stage's, in place of an older one
 *
 * Return: the new state, owned by the handle, or NULL when there is no memory.
 */
struct state *
state_put(pam_handle_t *pamh, const char *user, bool is_ours, bool is_allowed);

#endif
