/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fleet_parts.h - what the files of fleet.h share
 *
 * Room: daemon, main thread, fleet*.c alone.
 */
#ifndef DAEMON_FLEET_PARTS_H
#define DAEMON_FLEET_PARTS_H

#include "daemon/blob.h"
#include "daemon/fleet.h"
#include "daemon/fleet_pace.h"

struct fleet {
	struct p256 *keys[MANIFEST_KEYS];
	size_t n_keys;
	struct fleet_pace pace;
	bool has_phase;
	char etag[NET_ETAG_SIZE];
	struct manifest *manifest;       /* in force; NULL: none */
	uint8_t digest[DIGEST_SIZE];     /* of its bytes */
	char kept_blob[DIGEST_HEX_SIZE]; /* of the one on disk; "": none */
	struct blob_head head;
	int64_t instance_mono_ms; /* when IMDS was last asked; 0: never */
	bool asks_instance;       /* the job under way does */
};

/**
 * fleet_directory() - a blob as the directory that its manifest makes of it, stamped
 * @ret_error: what a refused one is called, with REFRESH's words
 */
int fleet_directory(struct daemon *d, const struct manifest *manifest, const char *blob,
    size_t blob_len, struct directory **ret_directory, struct net_error *ret_error);

/** fleet_believe() - the manifest comes into force; takes it */
void fleet_believe(
    struct fleet *fleet, struct manifest *manifest, const char *bytes, size_t len);

/** fleet_keep() - what is in force onto the disk, blob first; failures are logged */
void fleet_keep(struct daemon *d, const struct net_fleet *got);

/** fleet_stamp() - issued_at as the directory's verified stamps */
void fleet_stamp(const struct manifest *manifest, struct clock_now *ret_stamp);

/** fleet_kept_blob() - the blob on disk, if it is the one that @manifest names */
int fleet_kept_blob(const struct manifest *manifest, char **ret_blob, size_t *ret_len);

#endif
