/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_write.c - writing manifests; contract in manifest.h */
#include <inttypes.h>

#include "common/sshkey.h"
#include "daemon/manifest.h"

void
manifest_format(const struct manifest *manifest, struct buf *out)
{
	buf_printf(out, "iamlogin-manifest 1\nowner %s\nview %s\nserial %" PRIu64 "\n",
	    manifest->owner, manifest->view, manifest->serial);
	buf_printf(out, "issued_at %" PRId64 "\nnot_after %" PRId64 "\n",
	    manifest->issued_s, manifest->not_after_s);
	buf_printf(out, "blob %s %" PRIu64 "\n", manifest->blob, manifest->blob_size);
	for (size_t i = 0; i < manifest->n_revoked; i++) {
		const struct manifest_revoked *one = &manifest->revoked[i];

		buf_printf(out, "revoked %s %s %" PRId64 " %" PRId64 " %s\n", one->kind,
		    one->id, one->since_s, one->until_s, one->by);
	}
	if (manifest->error_s != 0)
		buf_printf(
		    out, "error %" PRId64 " %s\n", manifest->error_s, manifest->error);
	buf_printf(out, "key %s\n", manifest->key_id);
}

int
manifest_seal(const uint8_t *signature, size_t len, struct buf *out)
{
	char text[P256_SIGNATURE_MAX / 3 * 4 + 1];

	if (len > P256_SIGNATURE_MAX ||
	    sshkey_base64_encode(signature, len, text, sizeof(text)) < 0)
		return -EINVAL;
	buf_printf(out, "signature %s\n", text);
	return out->has_failed ? -ENOMEM : 0;
}
