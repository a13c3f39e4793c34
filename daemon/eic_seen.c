/* SPDX-License-Identifier: Apache-2.0 */
/* eic_seen.c - keys of Instance Connect and their callers; contract in eic_seen.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/keysfile.h"
#include "daemon/eic_seen.h"

/* The last keys, oldest overwritten first; main thread only. */
static struct eic_seen seen[EIC_SEEN_MAX];
static size_t seen_next;

static bool
is_same(const struct eic_seen *one, const char *account, const struct eic_key *key)
{
	return strcmp(one->account, account) == 0 && one->blob_len == key->blob_len &&
	       memcmp(one->blob, key->blob, key->blob_len) == 0 &&
	       strcmp(one->request, key->request) == 0 &&
	       strcmp(one->caller, key->caller) == 0;
}

static void
seen_clear(struct eic_seen *one)
{
	free(one->blob);
	free(one->caller);
	free(one->request);
	memset(one, 0, sizeof(*one));
}

int
eic_seen_add(const char *account, const struct eic_key *key)
{
	struct eic_seen fresh = { .blob_len = key->blob_len,
		.expires_s = key->expires_s,
		.seen_mono_ms = clock_mono_ms() };

	for (size_t i = 0; i < EIC_SEEN_MAX; i++) {
		if (seen[i].blob != NULL && is_same(&seen[i], account, key)) {
			seen[i].seen_mono_ms = fresh.seen_mono_ms;
			return 0;
		}
	}
	(void)snprintf(fresh.account, sizeof(fresh.account), "%s", account);
	memcpy(fresh.type, key->type, sizeof(fresh.type));
	fresh.blob = malloc(key->blob_len);
	fresh.caller = strdup(key->caller);
	fresh.request = strdup(key->request);
	if (fresh.blob == NULL || fresh.caller == NULL || fresh.request == NULL) {
		seen_clear(&fresh);
		return -ENOMEM;
	}
	memcpy(fresh.blob, key->blob, key->blob_len);
	seen_clear(&seen[seen_next]);
	seen[seen_next] = fresh;
	seen_next = (seen_next + 1) % EIC_SEEN_MAX;
	return 0;
}

const struct eic_seen *
eic_seen_find(
    const char *account, const uint8_t *blob, size_t blob_len, int64_t max_age_ms)
{
	const struct eic_seen *last = NULL;
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < EIC_SEEN_MAX; i++) {
		if (seen[i].blob == NULL || seen[i].blob_len != blob_len ||
		    now - seen[i].seen_mono_ms > max_age_ms ||
		    strcmp(seen[i].account, account) != 0 ||
		    memcmp(seen[i].blob, blob, blob_len) != 0)
			continue;
		if (last == NULL || seen[i].seen_mono_ms > last->seen_mono_ms)
			last = &seen[i];
	}
	return last;
}

const struct eic_seen *
eic_seen_next(const char *account, int64_t now_s, size_t *at)
{
	while (*at < EIC_SEEN_MAX) {
		const struct eic_seen *one = &seen[(*at)++];

		if (one->blob != NULL && one->expires_s > now_s &&
		    strcmp(one->account, account) == 0)
			return one;
	}
	return NULL;
}

/* Whose own account it is, is decided like any login to it. */
static bool
stands_behind(
    const struct daemon *d, const struct world_person *person, const char *account)
{
	return world_has_claim(person) && person->account < d->world->n_accounts &&
	       strcmp(d->world->accounts[person->account].name, account) == 0;
}

static void
bind_person(const struct daemon *d, const char *account, const char *caller,
    const char *service, struct eic_binding *binding)
{
	const struct world_person *person = binding->caller.person;
	const struct rules_access access = {
		.via = keysfile_via_name(KEYSFILE_SOURCE_EIC), .caller = caller
	};
	size_t n = world_service(d->world, service);

	if (stands_behind(d, person, account)) {
		binding->verdict = world_access(
		    d->world, person, n, &access, &binding->reason, &binding->rule);
	} else if (config_lists(&d->config->accounts.shared, account)) {
		binding->verdict = world_guest_access(
		    d->world, person, n, &access, &binding->reason, &binding->rule);
	} else {
		binding->why = "the caller's account is another";
		return;
	}
	if (binding->verdict != VERDICT_ALLOW)
		binding->why = "[login] does not allow the caller";
}

void
eic_bind(const struct daemon *d, const char *account, const char *caller,
    const char *service, struct eic_binding *ret_binding)
{
	struct eic_binding binding = { .verdict = VERDICT_DENY,
		.reason = REASON_KEY_NOT_ALLOWED };
	int r;

	r = d->world == NULL ? CALLER_E_NOBODY
			     : caller_resolve(d->world, caller, &binding.caller);
	if (r != 0)
		binding.why = caller_text(r);
	else
		bind_person(d, account, caller, service, &binding);
	*ret_binding = binding;
}
