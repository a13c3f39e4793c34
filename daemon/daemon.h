/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon.h - the state of the main thread, shared by the files that own a part of it
 *
 * Room: daemon, main thread only; nothing here is touched by the network thread. The flow:
 *
 *   watch.c, timers ─► refresh.c ─► net.h (or the file) ─► apply.c ─► world ─► publish
 *                                                              └─► verdicts.c ─► audit
 *   server.c ─► answer_*.c: read world, keystore and freshness; may park behind a flight
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "common/freshness.h"
#include "daemon/audit.h"
#include "daemon/config.h"
#include "daemon/idmap.h"
#include "daemon/keystore.h"
#include "daemon/local.h"
#include "daemon/net.h"
#include "daemon/publish.h"
#include "daemon/world.h"

struct fleet;
struct publisher;
struct refresh;
struct server;
struct sessions;
struct verdicts;
struct watch;

/* How much of PAM's spool was taken. */
struct spool_mark {
	uint64_t ino;
	uint64_t offset;
};

struct daemon {
	struct config *config;
	sd_event *event;
	struct audit *audit;
	struct spool_mark spool_unsaved; /* ino 0: the file says it */
	struct net *net;                 /* NULL with kind = file */
	struct refresh *refresh;
	struct fleet *fleet;         /* kind = s3; else NULL */
	struct publisher *publisher; /* [publish]; else NULL */
	struct server *server;
	struct watch *watch;
	struct sessions *sessions; /* NULL until PAM's directory was looked for */

	struct local *local;
	struct idmap *ids;
	struct keystore *keys;
	struct instance *instance;   /* NULL until known */
	struct directory *directory; /* last good one; NULL until there is one */
	struct world *world;         /* built from the two; NULL likewise */
	struct verdicts *verdicts;   /* those that the trail already has */
	struct publish_file *snapshot;
	struct publish_file *keyfile;
	uint64_t generation; /* of the snapshot that stands */
	uint64_t hash_seed;
	uint8_t boot_id[16];
	bool cannot_publish;                          /* the last publication failed */
	int64_t published_wall_ms, published_boot_ms; /* the stamps that it had */

	uint32_t effective_fresh_s;
	uint32_t keys_uid; /* of the user iamlogin-keys; UINT32_MAX when there is none */
	uint32_t keys_gid;
	int64_t started_mono_ms;
};

/** daemon_age_ms() - of the directory; FRESHNESS_AGE_UNKNOWN without one */
int64_t daemon_age_ms(const struct daemon *d);

/** daemon_state() - of the directory, against a use's grace */
enum freshness daemon_state(const struct daemon *d, uint32_t grace_s);

#endif
