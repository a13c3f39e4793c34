/* SPDX-License-Identifier: Apache-2.0 */
/* flight_scope.c - a job's second part: who is in scope; contract in flight_parts.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/failure.h"
#include "daemon/flight_parts.h"

static void ask(struct flight *flight, const char *marker);

/* [principals] users, then roles. */
static const struct rules_term *
term_of(const struct flight *flight)
{
	const struct config *config = flight->cloud->config;

	return flight->term < config->users.n_terms
		   ? &config->users.terms[flight->term]
		   : &config->roles.terms[flight->term - config->users.n_terms];
}

size_t
flight_scope_terms(const struct flight *flight)
{
	const struct config *config = flight->cloud->config;

	return config->users.n_terms + config->roles.n_terms;
}

static bool
is_about_roles(const struct flight *flight)
{
	return flight->term >= flight->cloud->config->users.n_terms;
}

static enum iam_action
action_of(const struct flight *flight)
{
	if (is_about_roles(flight))
		return IAM_LIST_ROLES;
	switch (term_of(flight)->kind) {
	case RULES_GROUP:
		return IAM_GET_GROUP;
	case RULES_USER:
		return IAM_GET_USER;
	default:
		return IAM_LIST_USERS;
	}
}

/* IAM lists everybody below a prefix; path:/a/ without an asterisk is /a/ alone. */
bool
flight_term_has_path(const struct rules_term *term, const char *path)
{
	size_t len = strlen(term->key);

	if (len > 0 && term->key[len - 1] == '*')
		return strncmp(path, term->key, len - 1) == 0;
	return strcmp(path, term->key) == 0;
}

static bool
is_in_term(const struct rules_term *term, const struct iam_user *user)
{
	return term->kind != RULES_PATH || flight_term_has_path(term, user->path);
}

bool
flight_is_of_account(const struct flight *flight, const struct iam_user *user)
{
	char want[32];
	const char *at = strchr(user->arn, ':');

	at = at != NULL ? strchr(at + 1, ':') : NULL;
	(void)snprintf(want, sizeof(want), ":iam::%s:%s/", flight->account,
	    user->is_role ? "role" : "user");
	return strncmp(user->arn, "arn:", 4) == 0 && at != NULL &&
	       strncmp(at, want, strlen(want)) == 0;
}

static int
add_users(struct flight *flight, struct iam_reply *parsed)
{
	const struct rules_term *term = term_of(flight);
	const char *action = iam_action_name(action_of(flight));
	int r;

	for (size_t i = 0; i < parsed->n_users; i++) {
		if (!flight_is_of_account(flight, &parsed->users[i])) {
			flight_fail_with(flight, -EPERM, action, "wrong-account",
			    "the answer is about another AWS account");
			return -EPERM;
		}
		if (!is_in_term(term, &parsed->users[i]))
			continue;
		r = flight_people_add(
		    flight, &parsed->users[i], term->kind == RULES_USER);
		if (r != 0) {
			flight_fail_with(flight, r, action, "no-memory", "out of memory");
			return r;
		}
	}
	return 0;
}

static void
next_term(struct flight *flight)
{
	flight->term++;
	iam_paging_done(&flight->paging);
	if (flight->term < flight_scope_terms(flight))
		ask(flight, NULL);
	else
		flight_people_start(flight);
}

static void
on_page(struct flight *flight, const struct call_reply *reply)
{
	enum iam_action action = action_of(flight);
	_cleanup_iam_reply_ struct iam_reply *parsed = NULL;
	struct net_error error;
	const char *marker = NULL;
	int r;

	r = flight_parsed(action, reply, &parsed, &error);
	if (r != 0) {
		flight_fail(flight, r, &error);
		return;
	}
	r = iam_paging_next(&flight->paging, parsed, &marker);
	if (r != 0) {
		flight_fail_with(flight, r < 0 ? r : -EIO, iam_action_name(action),
		    "paging", "the listing goes in circles, or never ends");
		return;
	}
	if (add_users(flight, parsed) != 0)
		return;
	if (marker != NULL)
		ask(flight, marker);
	else
		next_term(flight);
}

static void
on_reply(void *context, const struct call_reply *reply)
{
	struct flight *flight = context;

	if (!flight_is_over(flight)) {
		if (reply->r == 0 || reply->r == -ENOENT)
			flight_asked(flight, reply);
		/* No such group, no such user: authoritatively nobody. A listing has no
		 * such. */
		if (reply->r == -ENOENT && term_of(flight)->kind != RULES_PATH)
			next_term(flight);
		else if (reply->r == -ENOENT)
			flight_fail_with(flight, -EIO, iam_action_name(action_of(flight)),
			    "NoSuchEntity", "a listing cannot be absent");
		else if (reply->r != 0)
			flight_fail(flight, reply->r, reply->error);
		else
			on_page(flight, reply);
	}
	flight_drop(flight);
}

static void
ask(struct flight *flight, const char *marker)
{
	const struct rules_term *term = term_of(flight);
	char subject[520];
	size_t len = strlen(term->key);

	if (term->kind == RULES_PATH && len > 0 && term->key[len - 1] == '*')
		len--;
	(void)snprintf(subject, sizeof(subject), "%.*s", (int)len, term->key);
	flight_ask(flight, action_of(flight), subject, NULL, marker, on_reply, flight);
}

void
flight_scope_start(struct flight *flight)
{
	if (flight_scope_terms(flight) == 0)
		flight_people_start(flight);
	else
		ask(flight, NULL);
}
