/* SPDX-License-Identifier: Apache-2.0 */
/* audit_rate.c - a flood of records becomes one that says how many; contract in audit_rate.h */
#include <stdio.h>
#include <string.h>

#include "daemon/audit_rate.h"

static const char *
rate_text(const char *text)
{
	return text != NULL ? text : "";
}

/* What is longer than its place is another kind for the rest of its bytes at worst. */
static void
rate_copy(char *ret, size_t size, const char *text)
{
	(void)snprintf(ret, size, "%s", rate_text(text));
}

static bool
rate_is_limited(enum record_event event)
{
	return event == RECORD_LOGIN || event == RECORD_SESSION || event == RECORD_SUDO ||
	       event == RECORD_SU || event == RECORD_CLOSE;
}

static void
rate_describe(const struct record *record, struct audit_rate_kind *ret_kind)
{
	memset(ret_kind, 0, sizeof(*ret_kind));
	ret_kind->event = record->event;
	ret_kind->verdict = record->verdict;
	ret_kind->reason = record->reason;
	ret_kind->uid = record->uid;
	rate_copy(ret_kind->account, sizeof(ret_kind->account), record->account);
	rate_copy(
	    ret_kind->person_kind, sizeof(ret_kind->person_kind), record->person.kind);
	rate_copy(ret_kind->person_id, sizeof(ret_kind->person_id), record->person.id);
	rate_copy(
	    ret_kind->person_name, sizeof(ret_kind->person_name), record->person.name);
	rate_copy(ret_kind->service, sizeof(ret_kind->service), record->service);
}

static bool
rate_is_alike(const struct audit_rate_kind *a, const struct audit_rate_kind *b)
{
	return a->event == b->event && a->verdict == b->verdict &&
	       a->reason == b->reason && strcmp(a->account, b->account) == 0 &&
	       strcmp(a->person_id, b->person_id) == 0 &&
	       strcmp(a->service, b->service) == 0;
}

static bool
rate_is_over(const struct audit_rate_kind *kind, int64_t now_ms)
{
	return now_ms - kind->started_ms >= AUDIT_RATE_WINDOW_MS;
}

/* Its place; or one that is free, or whose window is over with nothing to tell; or NULL. */
static struct audit_rate_kind *
rate_place(struct audit_rate *rate, const struct audit_rate_kind *wanted, int64_t now_ms)
{
	struct audit_rate_kind *free_one = NULL;

	for (size_t i = 0; i < AUDIT_RATE_KINDS; i++) {
		struct audit_rate_kind *kind = &rate->kinds[i];

		if (kind->started_ms != 0 && rate_is_alike(kind, wanted))
			return kind;
		if (free_one == NULL &&
		    (kind->started_ms == 0 ||
			(kind->left_out == 0 && rate_is_over(kind, now_ms))))
			free_one = kind;
	}
	if (free_one != NULL)
		*free_one = *wanted; /* started_ms is 0: a new one */
	return free_one;
}

bool
audit_rate_pass(struct audit_rate *rate, const struct record *record, int64_t now_mono_ms)
{
	int64_t now_ms = now_mono_ms > 0 ? now_mono_ms : 1;
	struct audit_rate_kind wanted, *kind;

	if (!rate_is_limited(record->event))
		return true;
	rate_describe(record, &wanted);
	kind = rate_place(rate, &wanted, now_ms);
	if (kind == NULL)
		return true;
	/* what a window has left out is told before the next one begins */
	if (kind->started_ms == 0 ||
	    (kind->left_out == 0 && rate_is_over(kind, now_ms))) {
		kind->started_ms = now_ms;
		kind->n = 0;
	}
	if (kind->n < AUDIT_RATE_MOST) {
		kind->n++;
		return true;
	}
	if (kind->left_out == UINT32_MAX)
		return true;
	kind->left_out++;
	return false;
}

bool
audit_rate_due(struct audit_rate *rate, int64_t now_mono_ms, struct record *ret_record)
{
	for (size_t i = 0; i < AUDIT_RATE_KINDS; i++) {
		struct audit_rate_kind *kind = &rate->kinds[i];

		if (kind->left_out == 0 || !rate_is_over(kind, now_mono_ms))
			continue;
		record_init(ret_record, kind->event);
		ret_record->verdict = kind->verdict;
		ret_record->reason = kind->reason;
		ret_record->uid = kind->uid;
		ret_record->account = kind->account[0] != '\0' ? kind->account : NULL;
		ret_record->person.kind =
		    kind->person_kind[0] != '\0' ? kind->person_kind : NULL;
		ret_record->person.id =
		    kind->person_id[0] != '\0' ? kind->person_id : NULL;
		ret_record->person.name =
		    kind->person_name[0] != '\0' ? kind->person_name : NULL;
		ret_record->service = kind->service[0] != '\0' ? kind->service : NULL;
		/* this record is one of them */
		if (kind->left_out > 1)
			ret_record->repeated = kind->left_out - 1;
		kind->left_out = 0;
		kind->started_ms = 0;
		return true;
	}
	return false;
}
