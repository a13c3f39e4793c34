/* SPDX-License-Identifier: Apache-2.0 */
/* fleet_file.c - pinned keys, and the last good manifest on disk; contract in fleet.h */
#include <string.h>

#include "common/clock.h"
#include "common/paths.h"
#include "daemon/fleet_parts.h"
#include "daemon/log.h"
#include "daemon/statefile.h"

#define FLEET_PATH_SIZE 512

struct fleet_path {
	char text[FLEET_PATH_SIZE];
};

static struct fleet_path
fleet_path(const char *name)
{
	struct fleet_path path;

	(void)snprintf(path.text, sizeof(path.text), "%s/%s", paths_state_dir, name);
	return path;
}

static int
fleet_read_key(const char *path, struct p256 **ret_key)
{
	_cleanup_free_ char *pem = NULL;
	size_t len = 0;
	int r = statefile_trusted(path, P256_PEM_MAX, &pem, &len);

	if (r == 0)
		r = p256_public(pem, len, ret_key);
	if (r == 0)
		return 0;
	log_line(LOG_CRIT, "[source] public_key = %s: %s", path,
	    r == -EPERM         ? "not a regular file of root that only root may write"
	    : r == P256_E_CURVE ? "a key, but not an ECDSA key on P-256"
	    : r > 0             ? "not the PEM of a public key"
				: strerror(-r));
	return -EINVAL;
}

int
fleet_start(struct daemon *d)
{
	const struct config_fleet *config = &d->config->fleet;
	struct fleet *fleet = calloc(1, sizeof(*fleet));
	int r = 0;

	if (fleet == NULL)
		return -ENOMEM;
	d->fleet = fleet;
	fleet_pace_init(&fleet->pace, config->poll_s);
	for (size_t i = 0; r == 0 && i < config->n_public_keys; i++) {
		r = fleet_read_key(config->public_keys[i], &fleet->keys[i]);
		fleet->n_keys += r == 0 ? 1 : 0;
	}
	return r;
}

void
fleet_stop(struct daemon *d)
{
	if (d->fleet == NULL)
		return;
	for (size_t i = 0; i < d->fleet->n_keys; i++)
		p256_free(d->fleet->keys[i]);
	manifest_free(d->fleet->manifest);
	free(d->fleet);
	d->fleet = NULL;
}

int
fleet_kept_blob(const struct manifest *manifest, char **ret_blob, size_t *ret_len)
{
	_cleanup_free_ char *blob = NULL;
	uint8_t digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];
	size_t len;
	int r = statefile_bytes(fleet_path("blob").text, MANIFEST_BLOB_MAX, &blob, &len);

	if (r == 0)
		r = digest_sha256(blob, len, digest);
	if (r != 0)
		return r;
	digest_hex(digest, hex);
	if (strcmp(hex, manifest->blob) != 0)
		return -ESTALE;
	*ret_blob = base_take_ptr(&blob);
	*ret_len = len;
	return 0;
}

/* The manifest on disk, believed as if it came just now; -ENOENT without one. */
static int
fleet_kept_manifest(struct daemon *d, const struct instance *instance,
    struct manifest **ret_manifest, char **ret_bytes, size_t *ret_len)
{
	const struct fleet *fleet = d->fleet;
	struct manifest_expect expect = {
		.keys = (const struct p256 *const *)fleet->keys,
		.n_keys = fleet->n_keys,
		.owner = d->config->fleet.owner,
		.view = d->config->fleet.view,
	};
	char why[MANIFEST_WHY_SIZE];
	struct clock_now now;
	int r;

	if (expect.owner == NULL && instance == NULL)
		return -ENOENT; /* whose directory it should be is not known yet */
	if (expect.owner == NULL)
		expect.owner = instance->account;
	r = statefile_bytes(
	    fleet_path("manifest").text, MANIFEST_MAX, ret_bytes, ret_len);
	if (r != 0)
		return r;
	clock_read(&now);
	r = manifest_accept(
	    *ret_bytes, *ret_len, &expect, now.wall_ms / 1000, ret_manifest, why);
	if (r > 0)
		log_line(LOG_WARNING, "the last good manifest is not believed: %s", why);
	return r > 0 ? -EBADMSG : r;
}

int
fleet_load(struct daemon *d, const struct instance *instance)
{
	_cleanup_manifest_ struct manifest *manifest = NULL;
	_cleanup_free_ char *bytes = NULL, *blob = NULL;
	struct net_error error = { .denied = false };
	size_t len = 0, blob_len = 0;
	int r;

	if (d->fleet == NULL || d->directory != NULL)
		return 0;
	r = fleet_kept_manifest(d, instance, &manifest, &bytes, &len);
	if (r == 0)
		r = fleet_kept_blob(manifest, &blob, &blob_len);
	if (r == 0)
		r = fleet_directory(d, manifest, blob, blob_len, &d->directory, &error);
	if (r != 0) {
		if (r != -ENOENT)
			log_error(r, "the last good manifest and blob are not usable");
		return r;
	}
	memcpy(d->fleet->kept_blob, manifest->blob, sizeof(d->fleet->kept_blob));
	fleet_believe(d->fleet, base_take_ptr(&manifest), bytes, len);
	return 0;
}

void
fleet_keep(struct daemon *d, const struct net_fleet *got)
{
	struct fleet *fleet = d->fleet;
	int r = 0;

	if (got->blob != NULL) {
		r = statefile_put(fleet_path("blob").text, got->blob, got->blob_len);
		/* whichever stands there now, it is not the one that was known */
		(void)snprintf(fleet->kept_blob, sizeof(fleet->kept_blob), "%s",
		    r == 0 ? got->manifest->blob : "");
	}
	if (r == 0)
		r = statefile_put(fleet_path("manifest").text, got->bytes, got->len);
	if (r != 0)
		log_error(r, "%s: the manifest could not be kept", paths_state_dir);
}
