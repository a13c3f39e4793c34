/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instance.h - what this machine is, as IMDS (or [instance] of the configuration) says
 *
 * Room: daemon. Plain data with fixed-size texts but for the tags; copied by value into a
 * heap object that is replaced, never edited.
 */
#ifndef DAEMON_INSTANCE_H
#define DAEMON_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/directory.h"

enum instance_tags {
	INSTANCE_TAGS_UNKNOWN =
	    0,               /* switched off, or never read: a term on them is unknown */
	INSTANCE_TAGS_KNOWN, /* an absent tag is authoritatively absent */
};

struct instance {
	char id[33]; /* i-0123456789abcdef0; "" when not on EC2 (kind = file) */
	char account[13];
	char region[33];
	char partition[17]; /* aws, aws-cn, … */
	enum instance_tags tags_state;
	bool has_imds_tags;    /* they came from the metadata, not from EC2 */
	const char *tags_hint; /* static text: what would make the tags known */
	struct directory_tag *tags;
	size_t n_tags;
};

int instance_new(struct instance **ret_instance);
int instance_add_tag(struct instance *instance, const char *key, const char *value);
int instance_copy(const struct instance *from, struct instance **ret_instance);
bool instance_same(const struct instance *a, const struct instance *b);
void instance_free(struct instance *instance);

static inline void
instance_freep(struct instance **instance)
{
	instance_free(*instance);
}
#define _cleanup_instance_ _cleanup_(instance_freep)

#endif
