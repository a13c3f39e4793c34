/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publisher.h - [publish]: this host writes the directory that others read from S3
 *
 * Room: daemon, main thread. After each listing of IAM, and as keys come in, each view is
 * projected (people for whom its rule is true; listed tags; keys; ids of this ledger),
 * compared with what was published last, and published: at once when it differs, every
 * heartbeat when it does not and IAM has been listed again, at once when somebody is revoked.
 * When IAM cannot be listed, manifests go on saying so, no younger than the last listing.
 *
 * Growth is held back: a new member of a group that [sudo] names, and more than a fifth of
 * new people, come into force after [publish] hold, or when an administrator confirms; a view
 * that loses more than half waits likewise. What else changed does not wait with it.
 */
#ifndef DAEMON_PUBLISHER_H
#define DAEMON_PUBLISHER_H

#include "daemon/daemon.h"

struct json_object;

/** publisher_start() - keys and what was published; 0 or -EINVAL with a line in the log */
int publisher_start(struct daemon *d);
void publisher_stop(struct daemon *d);

/** publisher_changed() - people, groups or keys may be others now */
void publisher_changed(struct daemon *d);

/** publisher_result() - of a NET_PUBLISH job; those of others are left alone */
void publisher_result(struct daemon *d, const struct net_result *result);

/** publisher_json() - for status; NULL without [publish] */
struct json_object *publisher_json(const struct daemon *d);

/** publisher_preview() - what would change, by person; the caller's reference */
struct json_object *publisher_preview(struct daemon *d);

/** publisher_confirm() - what is held comes into force; how many views that frees */
size_t publisher_confirm(struct daemon *d);

/**
 * publisher_revoke() - out at once, on every host that reads the next manifest
 * @who: IAM user name, OS account, ARN or unique id; a unique id need not be known
 * @until_s: 0: until it is withdrawn
 * @withdraw: take a revocation back
 * @ret_id: whom it was, "KIND ID"; 160 bytes
 *
 * Return: 0, -ENOENT (nobody of that name, or not revoked), -ENOSPC, or another -errno.
 */
int publisher_revoke(struct daemon *d, const char *who, const char *by, int64_t until_s,
    bool withdraw, char ret_id[160]);

#endif
