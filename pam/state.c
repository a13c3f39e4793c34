/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.c - see state.h
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/record.h"
#include "pam/state.h"

#define WEDGED_MS 10000

/* No memory is needed to remember this. */
static atomic_bool has_forgotten;

static const char data_name[] = "iamlogin_state";

static void
state_free(pam_handle_t *pamh, void *data, int status)
{
	struct state *state = data;

	(void)pamh;
	(void)status;
	if (state != NULL)
		free(state->user);
	free(state);
}

struct state *
state_get(pam_handle_t *pamh)
{
	const void *data = NULL;
	void *state;

	if (pam_get_data(pamh, data_name, &data) != PAM_SUCCESS)
		return NULL;
	/* libpam hands out const, though the data are the module's own */
	memcpy(&state, &data, sizeof(state));
	return state;
}

struct state *
state_put(pam_handle_t *pamh, const char *user, bool is_ours, bool is_allowed)
{
	struct state *state = calloc(1, sizeof(*state));

	if (state == NULL)
		return NULL;
	state->is_ours = is_ours;
	state->is_allowed = is_allowed;
	state->session = RECORD_NONE;
	state->user = strdup(user);
	if (state->user == NULL ||
	    pam_set_data(pamh, data_name, state, state_free) != PAM_SUCCESS) {
		state_free(pamh, state, 0);
		return NULL;
	}
	return state;
}

void
state_set_forgotten(bool forgotten)
{
	atomic_store(&has_forgotten, forgotten);
}

bool
state_has_forgotten(void)
{
	return atomic_load(&has_forgotten);
}

bool
state_is_wedged(const struct state *state)
{
	return state != NULL && state->wedged_mono_ms != 0 &&
	       clock_mono_ms() - state->wedged_mono_ms < WEDGED_MS;
}
