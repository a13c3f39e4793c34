/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish.h - world -> the two published files
 *
 * Room: daemon. Encoding (publish_snapshot.c, publish_keys.c: pure, world to bytes) and
 * publication (publish.c): temp file with O_EXCL, posix_fallocate and write (a sparse tmpfs
 * hole would be SIGBUS in a reader), fchmod, rename, then the old file's live line says
 * SUPERSEDED. Keys first, then the snapshot. Never truncated; edited in the live line only.
 */
#ifndef DAEMON_PUBLISH_H
#define DAEMON_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/published_format.h"
#include "daemon/keystore.h"
#include "daemon/world.h"

enum {
	PUBLISH_E_NO_ROOM =
	    1,               /* the file system has less than 4 x the file's size free */
	PUBLISH_E_TOO_LARGE, /* beyond PUBLISHED_SIZE_MAX or a field's width */
};

/* What the header says beside the world. */
struct publish_facts {
	uint32_t fresh_s, grace_s, sudo_grace_s;
	bool enumerate;
	enum published_on_revoke on_revoke;
	enum published_session_manager session_manager;
	enum config_local local;
	const struct config_list *break_glass; /* NULL: none */
	const struct config_list *shared;      /* NULL: none */
	uint8_t boot_id[16];
	int64_t verified_wall_ms;
	int64_t verified_boot_ms;
};

struct publish_bytes {
	uint8_t *bytes; /* owned; free(3) */
	size_t size;
};

/**
 * publish_encode_snapshot(), publish_encode_keys() - the bytes, generation and stamps zero
 * @hash_seed: fixed for a daemon's life, so that equal worlds give equal bytes
 *
 * Return: 0, PUBLISH_E_TOO_LARGE, or -ENOMEM.
 */
int publish_encode_snapshot(const struct world *world, const struct publish_facts *facts,
    uint64_t hash_seed, struct publish_bytes *ret_bytes);
int publish_encode_keys(const struct world *world, const struct keystore *keys,
    const struct config *config, const struct publish_facts *facts, uint64_t hash_seed,
    struct publish_bytes *ret_bytes);

/* A path with its live mapping, to move freshness and to supersede. */
struct publish_file;

/** publish_file_open() - adopt what stands at @path (its live line and generation), if ours */
int publish_file_open(const char *path, const char *magic, mode_t mode, gid_t gid,
    struct publish_file **ret_file);
void publish_file_free(struct publish_file *file);

/**
 * publish_file_put() - publish bytes, unless they equal the present content
 * @ret_generation: of what stands now; @ret_changed: false when nothing was written
 *
 * The stamps of @facts are written into the live line in either case.
 *
 * Return: 0, PUBLISH_E_NO_ROOM, or -errno: then the old file stands, live.
 */
int publish_file_put(struct publish_file *file, struct publish_bytes *bytes,
    const struct publish_facts *facts, uint64_t *ret_generation, bool *ret_changed);

/**
 * publish_doors() - the link that says the same of local accounts without a descriptor
 *
 * @path: of the link
 * @facts: local, break_glass and shared. What does not fit into it is left out, the last
 * first, and logged. Costs one readlink(2) while nothing has changed.
 *
 * Return: 0 or -errno; then the old one stands.
 */
int publish_doors(const char *path, const struct publish_facts *facts);

/** publish_file_verified() - move freshness without a new generation */
void publish_file_verified(struct publish_file *file, int64_t wall_ms, int64_t boot_ms);

/** publish_file_revoke() - mark as REVOKED and unlink: another instance's or account's */
int publish_file_revoke(struct publish_file *file);

#endif
