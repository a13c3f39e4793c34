/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - what the daemon answers, verb by verb
 *
 * Room: daemon, main thread. A handler reads the request, writes the whole reply, and never
 * blocks. No verb writes anything for a peer that is not root, but for the audit records.
 */
#ifndef DAEMON_ANSWER_H
#define DAEMON_ANSWER_H

#include "common/wire.h"
#include "daemon/daemon.h"

struct answer_request {
	struct wire_header header;
	const uint8_t *bytes;
	size_t len;
	uid_t uid; /* of the peer, by SO_PEERCRED */
	pid_t pid;
	bool is_after_eic; /* it was parked as ANSWER_PARK_EIC */
};

enum {
	ANSWER_PARK_KEYS = 1, /* *ret_cookie names the key flight to wait for */
	ANSWER_PARK_EIC,      /* the same of Instance Connect: another turn may follow */
	ANSWER_PARK_REFRESH,  /* *ret_cookie names the refresh to wait for */
};

/**
 * answer() - one request
 * @may_park: false on the second turn, after the flight landed or the budget was over
 *
 * Return: 0 when @reply is whole, or ANSWER_PARK_*.
 */
int answer(struct daemon *d, const struct answer_request *request, bool may_park,
    struct wire_packet *reply, uint64_t *ret_cookie);

/** answer_start() - the header of a reply to @request */
void answer_start(const struct answer_request *request, enum wire_status status,
    struct wire_packet *reply);

/** answer_fail() - a reply of status and one line of text */
void answer_fail(const struct answer_request *request, enum wire_status status,
    const char *message, struct wire_packet *reply);

/* the verbs; answer_account.c, answer_session.c, answer_keys.c, answer_explain.c … */
void answer_account(
    struct daemon *d, const struct answer_request *request, struct wire_packet *reply);
int answer_session(struct daemon *d, const struct answer_request *request, bool may_park,
    struct wire_packet *reply, uint64_t *ret_cookie);
void answer_publish(
    struct daemon *d, const struct answer_request *request, struct wire_packet *reply);
int answer_keys(struct daemon *d, const struct answer_request *request, bool may_park,
    struct wire_packet *reply, uint64_t *ret_cookie);
void answer_explain(
    struct daemon *d, const struct answer_request *request, struct wire_packet *reply);
void answer_status(
    struct daemon *d, const struct answer_request *request, struct wire_packet *reply);

/* Who stands behind an account, decided; shared by account, session and keys. */
struct answer_subject {
	const struct world_account *account; /* NULL: none of this name */
	const struct world_person
	    *person; /* NULL: retired, or several may be behind it */
	enum verdict verdict;
	enum verdict_reason reason;
	const char *rule; /* may be NULL; lives as long as the world */
	int64_t age_ms;
	enum freshness state;
};

/**
 * answer_decide() - may somebody use @name now?
 * @service: PAM's name of it: [login:SERVICE] counts; of sudo, its grace
 * @holds_sudo: the caller holds iamlogin-sudo in the kernel's vector: [sudo] must allow, too
 *
 * sudo from a shared account needs [sudo] in any case: who is there can act as all others.
 */
void answer_decide(const struct daemon *d, const char *name, const char *service,
    bool holds_sudo, struct answer_subject *ret_subject);

/** answer_fill_person() - who has this unique id; only the id where it is not in scope */
void answer_fill_person(const struct daemon *d, const char *id, struct record *record);

/** answer_is_shared() - do several people stand behind the account? */
bool answer_is_shared(const struct answer_subject *subject);

#define ANSWER_SSHD "sshd" /* the service of whoever asks for keys */

/** answer_is_sudo() - services whose account stage is about using sudo */
bool answer_is_sudo(const char *service);

#endif
