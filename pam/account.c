/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account.c - see account.h
 */
#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "pam/account.h"
#include "pam/ask.h"
#include "pam/register.h"
#include "pam/report.h"
#include "pam/state.h"

static enum record_event
event_of(const struct call *call)
{
	if ((call->facts & FACT_SUDO) != 0)
		return RECORD_SUDO;
	return (call->facts & FACT_SWITCH) != 0 ? RECORD_SU : RECORD_LOGIN;
}

/* cron passes a conversation without a function: pam_info(3) would log that as an error. */
static void
tell(const struct call *call, const char *message)
{
	const void *item = NULL;
	const struct pam_conv *conv;

	if (call->is_silent || message[0] == '\0' ||
	    pam_get_item(call->pamh, PAM_CONV, &item) != PAM_SUCCESS)
		return;
	conv = item;
	if (conv != NULL && conv->conv != NULL)
		(void)pam_info(call->pamh, "%s", message);
}

enum verdict
account_check(struct call *call)
{
	struct ask_reply reply = ASK_NOT_ASKED;
	struct decision decision;
	struct sessionfile behind;
	struct record record;
	struct state *state;
	bool is_ours;

	call_identify(call);
	is_ours = (call->facts & (FACT_OURS | FACT_RETIRED)) != 0;
	if (is_ours) {
		if ((call->facts & FACT_SUDO) != 0)
			call_read_groups(call);
		if ((call->facts & FACT_SWITCH) != 0 && register_find(&behind))
			call->behind = &behind;
		if ((call->facts & FACT_CLOSED) == 0)
			ask_account(call, &reply);
		else
			(void)snprintf(reply.message, sizeof(reply.message),
			    "%s belongs to uid %u and not to %.32s: an administrator has "
			    "to move or chown it",
			    call->home, call->home_uid, call->user);
	}
	decision = decide(DECIDE_ACCOUNT, call->facts | reply.facts, reply.reason);

	/* open_session compares the name: without that memory nobody of ours gets in */
	if ((call->facts & FACT_NO_NAME) == 0) {
		state = state_put(
		    call->pamh, call->user, is_ours, decision.verdict == VERDICT_ALLOW);
		state_set_forgotten(state == NULL);
		if (state != NULL && reply.is_wedged)
			state->wedged_mono_ms = clock_mono_ms();
		if (state == NULL && decision.verdict == VERDICT_ALLOW)
			decision = (struct decision){ VERDICT_UNKNOWN, REASON_INTERNAL };
	}

	if (decision.verdict != VERDICT_NOT_OURS || call->is_debug) {
		report_start(call, event_of(call), &record);
		report_behind(call, &record);
		report_finish(call, &record, decision, &reply);
	}
	call->behind = NULL;
	if (is_ours)
		tell(call, reply.message);
	return decision.verdict;
}
