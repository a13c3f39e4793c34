/* SPDX-License-Identifier: Apache-2.0 */
/* flight_details.c - everybody in a few large answers; contract in flight_parts.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/failure.h"
#include "daemon/flight_parts.h"
#include "daemon/iam_details.h"

#define PAGE_MAX \
	(48u << 20) /* a thousand users with all the tags and policies there are */

struct details {
	struct iam_details *page;    /* being read */
	struct directory *directory; /* of the pages before it */
	struct iam_group *groups;    /* of the account */
	size_t n_groups;
	bool is_foreign;
};

static void ask(struct flight *flight, const char *marker);

void
flight_details_free(struct flight *flight)
{
	struct details *details = flight->details;

	if (details == NULL)
		return;
	iam_details_free(details->page);
	directory_unref(details->directory);
	for (size_t i = 0; i < details->n_groups; i++) {
		free(details->groups[i].name);
		free(details->groups[i].id);
		free(details->groups[i].path);
	}
	free(details->groups);
	free(details);
	flight->details = NULL;
}

static bool
is_in_term(const struct rules_term *term, const struct iam_user *user)
{
	if (term->kind == RULES_USER)
		return strcmp(term->key, user->name) == 0;
	if (term->kind != RULES_GROUP)
		return flight_term_has_path(term, user->path);
	for (size_t i = 0; i < user->n_groups; i++)
		if (strcmp(term->key, user->groups[i]) == 0)
			return true;
	return false;
}

static bool
keep(void *context, const struct iam_user *user)
{
	struct flight *flight = context;
	const struct config *config = flight->cloud->config;
	const struct config_scope *scope =
	    user->is_role ? &config->roles : &config->users;

	if (!flight_is_of_account(flight, user))
		flight->details->is_foreign = true;
	for (size_t i = 0; i < scope->n_terms; i++)
		if (is_in_term(&scope->terms[i], user))
			return true;
	return false;
}

static int
add_user(struct directory *directory, const struct iam_user *user)
{
	struct directory_principal *principal;
	int r;

	r = directory_add_principal(directory,
	    user->is_role ? PRINCIPAL_ROLE : PRINCIPAL_IAM_USER, user->id, user->name,
	    user->path, user->arn, user->created_s, &principal);
	for (size_t i = 0; r == 0 && i < user->n_tags; i++)
		r = directory_add_tag(principal, user->tags[i].key, user->tags[i].value);
	for (size_t i = 0; r == 0 && i < user->n_groups; i++)
		r = directory_add_membership(principal, user->groups[i]);
	return r;
}

static int
add_page(struct details *details, struct iam_reply *page)
{
	struct iam_group *groups;
	int r = 0;

	for (size_t i = 0; r == 0 && i < page->n_users; i++)
		r = add_user(details->directory, &page->users[i]);
	if (r != 0 || page->n_groups == 0)
		return r;
	groups = reallocarray(
	    details->groups, details->n_groups + page->n_groups, sizeof(*groups));
	if (groups == NULL)
		return -ENOMEM;
	details->groups = groups;
	for (size_t i = 0; i < page->n_groups; i++) {
		groups[details->n_groups++] = page->groups[i];
		page->groups[i] = (struct iam_group){ .name = NULL };
	}
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct iam_group *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The groups that somebody is in, each once; what the account does not list has no id. */
static int
add_groups(struct details *details)
{
	struct directory *directory = details->directory;
	_cleanup_free_ const char **names = NULL;
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < directory->n_principals; i++)
		n += directory->principals[i].n_groups;
	names = calloc(n + 1, sizeof(*names));
	if (names == NULL)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < directory->n_principals; i++)
		for (size_t j = 0; j < directory->principals[i].n_groups; j++)
			names[n++] = directory->principals[i].groups[j];
	qsort(names, n, sizeof(*names), by_text);
	if (details->n_groups > 0)
		qsort(details->groups, details->n_groups, sizeof(*details->groups),
		    by_name);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct iam_group wanted = { .name = (char *)(uintptr_t)names[i] };
		const struct iam_group *found = NULL;

		if (i > 0 && strcmp(names[i - 1], names[i]) == 0)
			continue;
		if (details->n_groups > 0)
			found = bsearch(&wanted, details->groups, details->n_groups,
			    sizeof(*details->groups), by_name);
		r = directory_add_group(directory, names[i],
		    found != NULL ? found->id : NULL, found != NULL ? found->path : NULL);
	}
	return r;
}

/* All pages are there. */
static void
conclude(struct flight *flight)
{
	const char *action = iam_action_name(IAM_DETAILS);
	struct details *details = flight->details;
	struct directory *directory = details->directory;
	int r = add_groups(details);

	if (r == 0) {
		memcpy(directory->account, flight->account, sizeof(directory->account));
		directory->verified_wall_ms = flight->result->wall_ms;
		directory->verified_boot_ms = flight->result->boot_ms;
		r = directory_finish(directory);
	}
	if (r > 0) {
		flight_fail_with(flight, -EIO, action, "duplicate",
		    "one id or ARN twice: the pages do not fit together");
	} else if (r < 0) {
		flight_fail_with(flight, r, action, "no-memory", "out of memory");
	} else {
		flight->result->directory = base_take_ptr(&details->directory);
		flight->result->r = 0;
		flight_finish(flight);
	}
}

static void
take_page(struct flight *flight)
{
	const char *action = iam_action_name(IAM_DETAILS);
	struct details *details = flight->details;
	_cleanup_iam_reply_ struct iam_reply *page = NULL;
	const char *marker = NULL;
	int r = iam_details_finish(details->page, &page);

	/* asked for and not there: no list of none */
	if (r == 0 && flight->cloud->config->roles.n_terms > 0 && !page->has_roles)
		r = IAM_E_GARBAGE;
	if (r == 0)
		r = iam_paging_next(&flight->paging, page, &marker);
	if (r == 0 && !details->is_foreign)
		r = add_page(details, page);
	if (r == IAM_E_PAGING)
		flight_fail_with(flight, -EIO, action, "paging",
		    "the listing goes in circles, never ends, or does not say where");
	else if (r > 0)
		flight_fail_with(flight, -EIO, action, "garbage",
		    "not an answer of IAM, or not a whole one");
	else if (r < 0)
		flight_fail_with(flight, r, action, "no-memory", "out of memory");
	else if (details->is_foreign)
		flight_fail_with(flight, -EPERM, action, "wrong-account",
		    "the answer is about another AWS account");
	else if (marker != NULL)
		ask(flight, marker);
	else
		conclude(flight);
}

static int
start_page(void *context)
{
	struct flight *flight = context;

	if (flight_is_over(flight))
		return 0; /* what comes is not looked at */
	iam_details_free(flight->details->page);
	flight->details->page = NULL;
	return iam_details_new(keep, flight, &flight->details->page);
}

static int
feed_page(void *context, const char *bytes, size_t len)
{
	struct flight *flight = context;

	return flight_is_over(flight)
		   ? -ECANCELED
		   : iam_details_feed(flight->details->page, bytes, len);
}

static void
on_reply(void *context, const struct call_reply *reply)
{
	struct flight *flight = context;

	if (!flight_is_over(flight)) {
		if (reply->r == 0) {
			flight_asked(flight, reply);
			take_page(flight);
		} else if (reply->error != NULL) {
			flight_fail(flight, reply->r, reply->error);
		} else {
			flight_fail_with(flight, -EIO, iam_action_name(IAM_DETAILS),
			    "NoSuchEntity", "a listing cannot be absent");
		}
	}
	flight_drop(flight);
}

static void
ask(struct flight *flight, const char *marker)
{
	static const struct call_sink sink = {
		.start = start_page, .feed = feed_page, .most = PAGE_MAX
	};
	_cleanup_buf_ struct buf body = BUF_EMPTY;
	struct call_question question = { .service = CALL_IAM,
		.action = iam_action_name(IAM_DETAILS),
		.body = &body,
		.sink = &sink,
		.bucket = flight->job->bucket,
		.is_once = flight_is_probing(flight),
		.deadline_mono_ms = flight->job->deadline_mono_ms - FLIGHT_SPARE_MS,
		.n_requests = &flight->n_requests };

	iam_body(IAM_DETAILS, flight->cloud->config->roles.n_terms > 0 ? "roles" : NULL,
	    NULL, marker, &body);
	flight_hold(flight);
	call_start(flight->cloud, &question, on_reply, flight);
}

void
flight_details_start(struct flight *flight)
{
	flight->details = calloc(1, sizeof(*flight->details));
	if (flight->details == NULL || directory_new(&flight->details->directory) != 0) {
		flight_fail_with(flight, -ENOMEM, "job", "no-memory", "out of memory");
		return;
	}
	/* Nobody in scope: nothing to ask, and nobody else's policies to be sent. */
	if (flight_scope_terms(flight) == 0)
		conclude(flight);
	else
		ask(flight, NULL);
}
