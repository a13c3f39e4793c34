/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.h - one call of libpam: whose name, for which service, what the snapshot says
 *
 * Room: pam. Gathers facts for decide.h and decides nothing. What the snapshot says is
 * copied, so that no mapping is held while the daemon is asked.
 */
#ifndef PAM_CALL_H
#define PAM_CALL_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/freshness.h"
#include "pam/decide.h"
#include "pam/tunnel.h"

#define CALL_GROUPS_MAX 64

struct sessionfile;

/* Texts are PAM's and never NULL but for @user. */
struct call {
	pam_handle_t *pamh;
	const char *user;
	const char *service;
	const char *rhost;
	const char *tty;
	const char *ruser;
	bool is_debug;
	bool is_silent;
	bool is_root; /* the process may ask the daemon and write to the spool */

	uint64_t facts; /* FACT_* */
	/* with FACT_OURS or FACT_RETIRED */
	uint32_t uid;
	uint32_t service_bit; /* of allow_mask, for this service */
	/* with FACT_OURS and FACT_CLOSED */
	uint32_t home_uid; /* whose the home is */
	char home[65];     /* escaped */
	int64_t age_ms;
	uint64_t generation;
	enum freshness state;
	/* with FACT_SUDO: gids of ours in the kernel's vector, iamlogin-sudo first */
	uint32_t groups[CALL_GROUPS_MAX];
	size_t n_groups;
	/* in open_session: the Session Manager session that sshd was reached through, or "" */
	char tunnel[TUNNEL_SIZE];
	/* with FACT_SWITCH, in the account stage: whose session this is; NULL: not known */
	const struct sessionfile *behind;
};

/**
 * call_start() - PAM's items, the service's facts, and the module's arguments
 *
 * Opens nothing. Sets FACT_NO_NAME or FACT_ROOT where they hold. An argument other than
 * "debug" is logged and ignored.
 */
void call_start(
    pam_handle_t *pamh, int flags, int argc, const char **argv, struct call *ret_call);

/**
 * call_identify() - whose name: the mapped snapshot, then getpwnam
 *
 * Does nothing for FACT_NO_NAME and FACT_ROOT. Cost: no system call of ours in steady state
 * beside what NSS does.
 */
void call_identify(struct call *call);

/** call_read_groups() - groups of ours this process holds; a failure counts as holding */
void call_read_groups(struct call *call);

#endif
