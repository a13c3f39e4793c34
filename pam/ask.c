/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.c - see ask.h
 */
#include <string.h>

#include "common/bytes.h"
#include "common/client.h"
#include "common/clock.h"
#include "common/process.h"
#include "common/record.h"
#include "common/sessionfile.h"
#include "common/text.h"
#include "pam/ask.h"

#define RHOST_MAX 255u /* what the daemon takes; a longer one is cut */
#define TEXT_MAX 63u

enum {
	EVENT_OPEN = 1,
	EVENT_CLOSE = 2,
};

static int
put_text(struct wire_packet *packet, uint16_t type, const char *text, size_t most)
{
	size_t len = strlen(text);

	if (len == 0)
		return 0;
	return wire_put(packet, type, text, len < most ? len : most);
}

/* A request with what every one of them says. */
static int
start(struct wire_packet *packet, uint8_t op, const struct call *call, const char *user,
    uint32_t uid, uint32_t budget_ms)
{
	pid_t pid = getpid();
	uint64_t ticks;
	int r;

	wire_start(
	    packet, op, 0, (uint32_t)clock_mono_ms() ^ (uint32_t)pid << 16, budget_ms);
	r = wire_put_text(packet, WIRE_T_NAME, user);
	r = r != 0 ? r : put_text(packet, WIRE_T_SERVICE, call->service, TEXT_MAX);
	r = r != 0 ? r : put_text(packet, WIRE_T_RHOST, call->rhost, RHOST_MAX);
	r = r != 0 ? r : put_text(packet, WIRE_T_TTY, call->tty, TEXT_MAX);
	r = r != 0 ? r : put_text(packet, WIRE_T_RUSER, call->ruser, TEXT_MAX);
	r = r != 0 ? r : wire_put_u32(packet, WIRE_T_UID, uid);
	r = r != 0 ? r : wire_put_u32(packet, WIRE_T_PID, (uint32_t)pid);
	if (r == 0 && process_start_time(pid, &ticks) == 0)
		r = wire_put_i64(packet, WIRE_T_PID_START, (int64_t)ticks);
	return r;
}

static uint32_t
verdict_fact(uint32_t verdict)
{
	switch (verdict) {
	case VERDICT_ALLOW:
		return FACT_DAEMON_ALLOW;
	case VERDICT_DENY:
		return FACT_DAEMON_DENY;
	case VERDICT_UNKNOWN:
		return FACT_DAEMON_UNKNOWN;
	default:
		return 0;
	}
}

/* The TLVs of an answer. A verdict that is none of the three is no answer. */
static void
read_reply(const struct wire_packet *packet, struct ask_reply *ret_reply)
{
	const uint8_t *bytes = packet->bytes;
	const uint8_t *message;
	size_t len = packet->len, message_len;
	uint32_t number;

	ret_reply->silence = "no verdict";
	if (wire_get_u32(bytes, len, WIRE_T_VERDICT, &number) != 0)
		return;
	ret_reply->facts = verdict_fact(number);
	if (ret_reply->facts == 0)
		return;
	ret_reply->silence = "";
	ret_reply->reason = REASON_NONE;
	if (wire_get_u32(bytes, len, WIRE_T_REASON, &number) == 0 && number < REASON_N)
		ret_reply->reason = (enum verdict_reason)number;
	(void)wire_get_i64(bytes, len, WIRE_T_AGE_MS, &ret_reply->age_ms);
	(void)wire_get_text(bytes, len, WIRE_T_PERSON_ID, ret_reply->person_id,
	    sizeof(ret_reply->person_id));
	(void)wire_get_text(bytes, len, WIRE_T_PERSON_ARN, ret_reply->person_arn,
	    sizeof(ret_reply->person_arn));
	(void)wire_get_text(bytes, len, WIRE_T_PERSON_NAME, ret_reply->person_name,
	    sizeof(ret_reply->person_name));
	(void)wire_get_text(bytes, len, WIRE_T_PERSON_KIND, ret_reply->person_kind,
	    sizeof(ret_reply->person_kind));
	(void)wire_get_text(bytes, len, WIRE_T_FINGERPRINT, ret_reply->fingerprint,
	    sizeof(ret_reply->fingerprint));
	(void)wire_get_text(
	    bytes, len, WIRE_T_VIA, ret_reply->via, sizeof(ret_reply->via));
	if (wire_get(bytes, len, WIRE_T_MESSAGE, &message, &message_len) == 0)
		text_escape((const char *)message, message_len, ret_reply->message,
		    sizeof(ret_reply->message));
}

static void
call_daemon(struct wire_packet *packet, uint32_t wait_ms, struct ask_reply *ret_reply)
{
	struct wire_header header;

	switch (client_call(packet, wait_ms, &header)) {
	case 0:
		break;
	case CLIENT_E_DOWN:
		ret_reply->silence = "down";
		return;
	case CLIENT_E_WEDGED:
		ret_reply->silence = "wedged";
		ret_reply->is_wedged = true;
		return;
	default:
		ret_reply->silence = "failed";
		return;
	}
	if (header.value == WIRE_OK) {
		read_reply(packet, ret_reply);
	} else if (header.value == WIRE_NOTFOUND) {
		/* authoritative: nobody stands behind this name any more */
		ret_reply->facts = FACT_DAEMON_DENY;
		ret_reply->reason = REASON_WITHDRAWN;
		ret_reply->silence = "";
	} else {
		ret_reply->silence = "refused to answer";
	}
}

/* The packet is 64 KiB: not for the stack of a process that is not ours. */
static struct wire_packet *
new_packet(const struct call *call, struct ask_reply *ret_reply)
{
	struct wire_packet *packet = NULL;

	*ret_reply = (struct ask_reply){
		.silence = "not asked",
		.age_ms = FRESHNESS_AGE_UNKNOWN,
	};
	if (!call->is_root)
		return NULL;
	packet = malloc(sizeof(*packet));
	if (packet == NULL)
		ret_reply->silence = "no memory";
	return packet;
}

void
ask_account(const struct call *call, struct ask_reply *ret_reply)
{
	_cleanup_free_ struct wire_packet *packet = new_packet(call, ret_reply);
	uint8_t groups[CALL_GROUPS_MAX * 4];
	size_t i;
	int r;

	if (packet == NULL)
		return;
	r = start(packet, WIRE_ACCOUNT, call, call->user, call->uid, ASK_ACCOUNT_MS);
	for (i = 0; i < call->n_groups; i++)
		bytes_put_u32(groups + i * 4, call->groups[i]);
	if (r == 0 && (call->facts & FACT_SUDO) != 0)
		r = wire_put(packet, WIRE_T_GROUPS, groups, call->n_groups * 4);
	if (r == 0 && call->behind != NULL) {
		r = wire_put_u32(packet, WIRE_T_SESSION, (uint32_t)call->behind->session);
		r = r != 0 ? r
			   : put_text(packet, WIRE_T_PERSON_ID, call->behind->id,
				 sizeof(call->behind->id));
	}
	if (r == 0)
		call_daemon(packet, ASK_ACCOUNT_MS, ret_reply);
}

void
ask_session(const struct call *call, const struct authinfo *info, const struct cert *cert,
    int64_t session, struct ask_reply *ret_reply)
{
	_cleanup_free_ struct wire_packet *packet = new_packet(call, ret_reply);
	int r;

	if (packet == NULL)
		return;
	r = start(packet, WIRE_SESSION, call, call->user, call->uid, ASK_SESSION_MS);
	r = r != 0 ? r : wire_put_u32(packet, WIRE_T_EVENT, EVENT_OPEN);
	r = r != 0 ? r : wire_put_text(packet, WIRE_T_METHOD, info->method);
	r = r != 0 ? r
		   : put_text(packet, WIRE_T_TUNNEL, call->tunnel, sizeof(call->tunnel));
	if (r == 0 && session != RECORD_NONE)
		r = wire_put_u32(packet, WIRE_T_SESSION, (uint32_t)session);
	if (r == 0 && info->kind == AUTHINFO_KEY) {
		r = wire_put_text(packet, WIRE_T_KEY_TYPE, info->key.type);
		r = r != 0 ? r
			   : wire_put(packet, WIRE_T_KEY_BLOB, info->key.blob,
				 info->key.blob_len);
	}
	if (r == 0 && info->kind == AUTHINFO_CERT) {
		r = wire_put_text(packet, WIRE_T_KEY_TYPE, info->cert_type);
		r = r != 0
			? r
			: wire_put(packet, WIRE_T_KEY_BLOB, cert->blob, cert->blob_len);
	}
	if (r == 0)
		call_daemon(packet, ASK_SESSION_MS, ret_reply);
}

void
ask_close(const struct call *call, const struct state *state, int64_t duration_ms,
    struct ask_reply *ret_reply)
{
	_cleanup_free_ struct wire_packet *packet = new_packet(call, ret_reply);
	int r;

	if (packet == NULL)
		return;
	r = start(packet, WIRE_SESSION, call, state->user, state->uid, CLIENT_FIRST_MS);
	r = r != 0 ? r : wire_put_u32(packet, WIRE_T_EVENT, EVENT_CLOSE);
	r = r != 0 ? r : wire_put_i64(packet, WIRE_T_DURATION_MS, duration_ms);
	r = r != 0 ? r : wire_put_text(packet, WIRE_T_PERSON_ID, state->person_id);
	if (r == 0 && state->session != RECORD_NONE)
		r = wire_put_u32(packet, WIRE_T_SESSION, (uint32_t)state->session);
	if (r == 0)
		call_daemon(packet, CLIENT_FIRST_MS, ret_reply);
}
