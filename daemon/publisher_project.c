/* SPDX-License-Identifier: Apache-2.0 */
/* publisher_project.c - people as a view shows them, and what is held back of them */
#include <string.h>

#include "common/clock.h"
#include "common/text.h"
#include "daemon/digest.h"
#include "daemon/log.h"
#include "daemon/person_keys.h"
#include "daemon/publisher_parts.h"

#define SMALL_VIEW 10 /* below, a fifth is one or two people */

struct projecting {
	struct daemon *d;
	const struct publisher_view *view;
	struct directory *made;
	struct publisher_hold found; /* growth: of the groups of [sudo] alone */
	uint64_t people_growth;
	bool holds_people, holds_sudo;
};

static bool
is_of_view(const struct publisher_view *view, const struct directory_principal *who)
{
	const struct rules_term *term;
	const char *why;

	return view->rule == NULL ||
	       rules_eval_rule(view->rule, who, NULL, NULL, &term, &why) == RULES_TRUE;
}

/* Does any line of [sudo] name this group? */
static bool
is_of_sudo(const struct config *config, const char *group)
{
	const struct rules_set *set = &config->sudo;

	for (size_t i = 0; i < set->n_allow; i++)
		for (size_t j = 0; j < set->allow[i].n_terms; j++)
			if (set->allow[i].terms[j].kind == RULES_GROUP &&
			    strcmp(set->allow[i].terms[j].key, group) == 0)
				return true;
	return false;
}

static bool
is_member(const struct directory_principal *who, const char *group)
{
	for (size_t i = 0; who != NULL && i < who->n_groups; i++)
		if (strcmp(who->groups[i], group) == 0)
			return true;
	return false;
}

/* The same growth gives the same number, in whatever order it is met. */
static void
note_growth(uint64_t *growth, const char *id, const char *group)
{
	uint8_t digest[DIGEST_SIZE];
	char text[300];
	uint64_t bits = 0;
	int n = snprintf(text, sizeof(text), "%.128s/%.128s", id, group);

	if (n > 0 && digest_sha256(text, (size_t)n, digest) == 0)
		memcpy(&bits, digest, sizeof(bits));
	*growth += bits | 1;
}

static int
project_groups(struct projecting *making, const struct directory_principal *from,
    const struct directory_principal *before, struct directory_principal *to)
{
	const struct directory *published = making->view->published;
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->n_groups; i++) {
		const char *group = from->groups[i];

		if (published != NULL && is_of_sudo(making->d->config, group) &&
		    !is_member(before, group)) {
			making->found.n_sudo++;
			note_growth(&making->found.growth, from->id, group);
			if (making->holds_sudo)
				continue;
		}
		r = directory_add_membership(to, group);
	}
	return r;
}

static int
project_keys(struct projecting *making, const struct directory_principal *from,
    struct directory_principal *to)
{
	struct person_keys cursor = PERSON_KEYS_FIRST;
	struct sshkey key = { .blob_len = 0 };
	struct person_key found;
	int r = 0;

	while (r == 0 && person_keys_next(
			     &cursor, making->d->config, making->d->keys, from, &found)) {
		if (found.blob_len > sizeof(key.blob) ||
		    strlen(found.type) >= sizeof(key.type))
			continue;
		memcpy(key.type, found.type, strlen(found.type) + 1);
		memcpy(key.blob, found.blob, found.blob_len);
		key.blob_len = found.blob_len;
		r = directory_add_key(to, found.key_id, &key, found.source);
	}
	return r;
}

static int
project_tags(struct projecting *making, const struct directory_principal *from,
    struct directory_principal *to)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->n_tags; i++)
		if (blob_head_has(&making->view->head, from->tags[i].key))
			r = directory_add_tag(to, from->tags[i].key, from->tags[i].value);
	return r;
}

static int
project_account(struct projecting *making, const struct world_person *person,
    struct directory_principal *to)
{
	struct directory_assigned assigned = { .os_name = "" };
	struct clock_now now;
	int r = 0;

	if (person->mapping.reason == REASON_NONE) {
		clock_read(&now);
		assigned.os_name = person->mapping.name;
		assigned.is_by_tag = person->mapping.by == MAPPING_TAG;
		/* with uid_tag each host reads the tag itself, where nobody has an id yet */
		if (!idmap_find(making->d->ids, directory_kind_name(to->kind), to->id,
			&assigned.uid) &&
		    making->d->config->accounts.uid_tag == NULL)
			r = idmap_assign(making->d->ids, directory_kind_name(to->kind),
			    to->id, now.wall_ms, &assigned.uid);
		/* a number that is another's: hosts refuse the account as this one does */
		if (r == IDMAP_E_COLLISION)
			assigned.uid = 0;
	}
	return r < 0 ? r : directory_assign(to, &assigned);
}

static int
project_person(struct projecting *making, const struct world_person *person)
{
	const struct directory_principal *from = person->principal, *before = NULL;
	const struct directory *published = making->view->published;
	struct directory_principal *to;
	int r;

	if (published != NULL)
		before = directory_principal_by_id(published, from->kind, from->id);
	if (published != NULL && before == NULL) {
		making->found.n_people++;
		note_growth(&making->people_growth, from->id, "");
		if (making->holds_people)
			return 0;
	}
	r = directory_add_principal(making->made, from->kind, from->id, from->name,
	    from->path, from->arn, from->created_s, &to);
	if (r == 0)
		r = project_account(making, person, to);
	if (r == 0)
		r = project_groups(making, from, before, to);
	if (r == 0)
		r = project_tags(making, from, to);
	if (r == 0)
		r = project_keys(making, from, to);
	return r;
}

/* The groups that somebody in the view is in. */
static int
project_group_list(struct projecting *making)
{
	struct directory *made = making->made;
	const struct directory *all = making->d->world->directory;
	struct clock_now now;
	int r = 0;

	clock_read(&now);
	for (size_t i = 0; r == 0 && i < made->n_principals; i++)
		for (size_t j = 0; r == 0 && j < made->principals[i].n_groups; j++)
			r = directory_add_group(
			    made, made->principals[i].groups[j], NULL, NULL);
	if (r == 0)
		r = directory_finish(made);
	for (size_t i = 0; r == 0 && i < made->n_groups; i++) {
		const struct directory_group *known =
		    directory_group_by_name(all, made->groups[i].name);

		if (known == NULL || known->id == NULL)
			continue;
		made->groups[i].id = pool_text(made->pool, known->id);
		made->groups[i].path =
		    known->path != NULL ? pool_text(made->pool, known->path) : NULL;
		if (idmap_assign(making->d->ids, "group", known->id, now.wall_ms,
			&made->groups[i].gid) != 0)
			made->groups[i].gid = 0;
	}
	return r > 0 ? -EINVAL : r;
}

static int
project(struct projecting *making)
{
	const struct world *world = making->d->world;
	int r;

	directory_unref(making->made);
	making->made = NULL;
	making->found = (struct publisher_hold){ .n_people = 0 };
	making->people_growth = 0;
	r = directory_new(&making->made);
	for (size_t i = 0; r == 0 && i < world->n_people; i++)
		if (is_of_view(making->view, world->people[i].principal))
			r = project_person(making, &world->people[i]);
	if (r == 0)
		r = project_group_list(making);
	(void)snprintf(making->made->account, sizeof(making->made->account), "%s",
	    making->view->head.account);
	return r;
}

/* Is there something to hold, and has it been held for long enough? */
static bool
must_hold(struct daemon *d, struct publisher_view *view, const struct projecting *making)
{
	const struct directory *made = making->made;
	struct publisher_hold found = making->found;
	size_t old = view->published != NULL ? view->published->n_principals : 0;
	bool grows = found.n_people * 5 > old && found.n_people > SMALL_VIEW / 5;
	int64_t now = clock_mono_ms();

	found.is_shrunk = made->n_principals * 2 < old && old >= SMALL_VIEW;
	/* people who hold nothing back must not begin the others' time anew */
	if (grows)
		found.growth += making->people_growth;
	else
		found.n_people = 0;
	if (view->published == NULL ||
	    (found.n_sudo == 0 && !grows && !found.is_shrunk)) {
		view->hold = (struct publisher_hold){ .n_people = 0 };
		return false;
	}
	found.growth += found.is_shrunk ? made->n_principals : 0;
	if (view->hold.since_mono_ms == 0 || view->hold.growth != found.growth) {
		log_line(LOG_WARNING,
		    "view %s: held for %u s: %zu new people, %zu new members of groups of "
		    "[sudo]%s (iamlogin publish --dry-run, --confirm)",
		    view->name, d->config->publish.hold_s, found.n_people, found.n_sudo,
		    found.is_shrunk ? ", more than half are gone" : "");
		view->hold = found;
		view->hold.since_mono_ms = now;
	}
	return !view->hold.is_confirmed &&
	       now - view->hold.since_mono_ms < (int64_t)d->config->publish.hold_s * 1000;
}

int
publisher_project(
    struct daemon *d, struct publisher_view *view, bool all, struct directory **ret)
{
	struct projecting making = { .d = d, .view = view };
	int r = project(&making);

	if (r == 0 && !all && must_hold(d, view, &making)) {
		making.holds_people = view->hold.n_people > 0;
		making.holds_sudo = true;
		r = project(&making);
		if (r == 0 && view->hold.is_shrunk) {
			directory_unref(making.made);
			making.made = directory_ref(view->published);
		}
	}
	if (r != 0) {
		directory_unref(making.made);
		return r;
	}
	*ret = making.made;
	return 0;
}
