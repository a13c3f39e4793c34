/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kms.h - signatures by a key that never leaves AWS KMS
 *
 * Room: daemon, network thread. TrentService.Sign over a digest (ECDSA_SHA_256), AWS JSON 1.1.
 */
#ifndef DAEMON_KMS_H
#define DAEMON_KMS_H

#include "daemon/digest.h"
#include "daemon/p256.h"
#include "daemon/signed.h"

/* Valid during the callback only; on failure error says why. */
struct kms_reply {
	int r;
	uint8_t signature[P256_SIGNATURE_MAX];
	size_t len;
	const struct net_error *error;
};

typedef void (*kms_done_fn)(void *context, const struct kms_reply *reply);

/** kms_sign() - @key: id, alias or ARN (then its region); @done once, possibly at once */
void kms_sign(struct cloud *cloud, const char *key, const uint8_t digest[DIGEST_SIZE],
    int64_t deadline_mono_ms, unsigned *n_requests, kms_done_fn done, void *context);

#endif
