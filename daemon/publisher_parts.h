/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publisher_parts.h - what the files of publisher.h share
 *
 * Room: daemon, main thread, publisher*.c alone.
 */
#ifndef DAEMON_PUBLISHER_PARTS_H
#define DAEMON_PUBLISHER_PARTS_H

#include "daemon/blob.h"
#include "daemon/publisher.h"

/* What is held back from a view, and since when. */
struct publisher_hold {
	size_t n_people, n_sudo; /* new people; new members of groups of [sudo] */
	bool is_shrunk;          /* more than half are gone */
	uint64_t growth;         /* tells one growth from another */
	int64_t since_mono_ms;   /* 0: nothing is held */
	bool is_confirmed;
};

struct publisher_view {
	const char *name;
	const struct rules_rule *rule; /* NULL: everybody in scope */
	struct blob_head head;
	struct directory *published; /* what hosts have; NULL: nothing yet */
	struct directory *news;      /* on its way to them; NULL: the same people */
	char blob[DIGEST_HEX_SIZE];  /* of published */
	uint64_t serial;
	int64_t issued_s;
	int64_t done_mono_ms;            /* when a manifest last stood in every region */
	bool has_failed;                 /* in a region at least: again soon */
	bool is_urgent;                  /* to be published, whether it differs or not */
	bool is_dirty;                   /* the world is another one than was projected */
	char error[MANIFEST_ERROR_SIZE]; /* that the last manifest told */
	struct net_error errors[NET_REGIONS_MAX];
	struct publisher_hold hold;
};

struct publisher {
	struct p256 *public_key, *private_key;
	struct publisher_view *views;
	size_t n_views;
	struct manifest_revoked revoked[MANIFEST_REVOKED_MAX];
	size_t n_revoked;
	sd_event_source *timer;
	size_t flying;    /* index of the view on its way; SIZE_MAX: none */
	struct buf bytes; /* its blob */
	char hash[DIGEST_HEX_SIZE];
};

/** publisher_project() - the view as it should be, without what is held; 0 or -ENOMEM */
int publisher_project(
    struct daemon *d, struct publisher_view *view, bool all, struct directory **ret);

/** publisher_load(), publisher_save() - published.json and published-VIEW on disk */
int publisher_load(struct daemon *d);
void publisher_save(const struct daemon *d);
void publisher_save_view(const struct daemon *d, const struct publisher_view *view);

/** publisher_diff() - [{"change","name","id","what":[…]}], at most @most */
struct json_object *publisher_diff(
    const struct directory *before, const struct directory *after, size_t most);

#endif
