/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - the daemon's socket protocol: one packet, a header and TLVs
 *
 * Room: common. libc only, no allocation; both ends use it. SOCK_SEQPACKET, one request a
 * connection; the reply, or WAIT and then the reply.
 *
 * Header, 16 bytes, little-endian
 *     0  4  magic "ILG1"
 *     4  1  version 1
 *     5  1  op       enum wire_op; the reply repeats it
 *     6  2  flags    WIRE_WAIT in a WAIT packet, WIRE_TELL in a request
 *     8  4  request id, chosen by the client, repeated in the reply
 *    12  4  budget_ms in a request; enum wire_status in a reply
 * then TLVs: u16 type, u16 length, bytes; at most 64 KiB in all. An unknown type is ignored,
 * an unknown op answered with WIRE_BADOP. A short TLV, trailing bytes, a truncated packet or
 * another request id are errors.
 */
#ifndef COMMON_WIRE_H
#define COMMON_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_PACKET_MAX 65536
#define WIRE_HEADER_SIZE 16
#define WIRE_VERSION 1
#define WIRE_WAIT 1u /* of a reply: the real one follows */
#define WIRE_TELL 2u /* of KEYS: the client has gone, and wants no reply */

enum wire_op {
	WIRE_STATUS = 1,
	WIRE_KEYS,
	WIRE_ACCOUNT,
	WIRE_SESSION,
	WIRE_EXPLAIN,
	WIRE_REFRESH,
	WIRE_DIAGNOSE,
	WIRE_PUBLISH,
};

/* WIRE_T_EVENT of WIRE_PUBLISH */
enum wire_publish {
	WIRE_PUBLISH_PREVIEW = 1,
	WIRE_PUBLISH_CONFIRM,
	WIRE_PUBLISH_REVOKE, /* WIRE_T_QUERY, _ACTOR, _UNTIL */
	WIRE_PUBLISH_WITHDRAW,
};

enum wire_status {
	WIRE_OK = 0,
	WIRE_BADOP,
	WIRE_BADREQUEST,
	WIRE_DENIED,   /* the peer's uid may not ask this */
	WIRE_BUSY,     /* too many clients of this uid */
	WIRE_NOTFOUND, /* authoritative: no such account or person */
	WIRE_FAILED,   /* a failure; WIRE_T_MESSAGE says which */
	WIRE_HELD,     /* refresh: a listing that shrank too much waits for --accept */
};

/* types of TLVs; append only. "text": bytes without NUL; numbers little-endian */
enum wire_type {
	WIRE_T_NAME = 1,    /* text: account */
	WIRE_T_SERVICE,     /* text: PAM service */
	WIRE_T_RHOST,       /* text */
	WIRE_T_TTY,         /* text */
	WIRE_T_RUSER,       /* text */
	WIRE_T_GROUPS,      /* u32 …: gids of ours in the caller's kernel vector */
	WIRE_T_KEY_TYPE,    /* text: sshd's %t */
	WIRE_T_KEY_BLOB,    /* raw bytes of the offered or accepted key */
	WIRE_T_PID,         /* u32: sshd (the helper's parent, or PAM's process) */
	WIRE_T_PID_START,   /* u64: field 22 of /proc/PID/stat */
	WIRE_T_VERDICT,     /* u32 enum verdict */
	WIRE_T_REASON,      /* u32 enum verdict_reason */
	WIRE_T_MESSAGE,     /* text for the log or for people */
	WIRE_T_AGE_MS,      /* i64 */
	WIRE_T_KEY_LINES,   /* text: "TYPE BASE64\n" … */
	WIRE_T_JSON,        /* text */
	WIRE_T_QUERY,       /* text: explain's USER */
	WIRE_T_ACCEPT,      /* u32 1: accept a held listing */
	WIRE_T_EVENT,       /* u32: 1 open, 2 close */
	WIRE_T_METHOD,      /* text: "publickey", "password", …: sshd's last method */
	WIRE_T_SESSION,     /* u32: the kernel's audit session id */
	WIRE_T_DURATION_MS, /* i64 */
	WIRE_T_STATE,       /* u32 enum freshness */
	WIRE_T_UID,         /* u32 */
	WIRE_T_PERSON_ID,   /* text: unique id */
	WIRE_T_PERSON_ARN,  /* text */
	WIRE_T_PERSON_NAME, /* text */
	WIRE_T_PERSON_KIND, /* text: keysfile_kind_name() */
	WIRE_T_FINGERPRINT, /* text: "SHA256:…" of the accepted key */
	WIRE_T_VIA,         /* text: keysfile_via_name() */
	WIRE_T_ACTOR,       /* text: who says so, as the command claims */
	WIRE_T_UNTIL,       /* i64: seconds since the epoch; 0: for good */
	WIRE_T_TUNNEL,      /* text: id of a Session Manager session */
	WIRE_T_N,
};

enum {
	WIRE_E_SHORT = 1, /* not a whole packet of ours */
	WIRE_E_MAGIC,     /* not our protocol, or another version */
	WIRE_E_FULL,      /* would exceed WIRE_PACKET_MAX; the packet is unchanged */
	WIRE_E_ABSENT,    /* no TLV of this type, or not of the asked length */
};

/* A packet being written or read; some 64 KiB: static or heap, never on a plug-in's stack. */
struct wire_packet {
	size_t len;
	uint8_t bytes[WIRE_PACKET_MAX];
};

struct wire_header {
	uint8_t version;
	uint8_t op;
	uint16_t flags;
	uint32_t request_id;
	uint32_t value; /* budget_ms or status */
};

void wire_start(struct wire_packet *packet, uint8_t op, uint16_t flags,
    uint32_t request_id, uint32_t value);
int wire_put(struct wire_packet *packet, uint16_t type, const void *bytes, size_t len);
int wire_put_text(
    struct wire_packet *packet, uint16_t type, const char *text); /* NULL: none */
int wire_put_u32(struct wire_packet *packet, uint16_t type, uint32_t value);
int wire_put_i64(struct wire_packet *packet, uint16_t type, int64_t value);

/** wire_parse() - check the whole packet and read its header; 0, WIRE_E_SHORT, _MAGIC */
int wire_parse(const uint8_t *bytes, size_t len, struct wire_header *ret_header);

/**
 * wire_get() - the first TLV of a type in a packet that wire_parse() accepted
 *
 * Return: 0 or WIRE_E_ABSENT. The pointer lies in the packet; no NUL follows.
 */
int wire_get(const uint8_t *bytes, size_t len, uint16_t type, const uint8_t **ret_value,
    size_t *ret_len);
int wire_get_u32(const uint8_t *bytes, size_t len, uint16_t type, uint32_t *ret_value);
int wire_get_i64(const uint8_t *bytes, size_t len, uint16_t type, int64_t *ret_value);

/**
 * wire_get_text() - copied with NUL
 *
 * A value with a NUL inside or longer than ret_size - 1 is WIRE_E_ABSENT, as if not there.
 */
int wire_get_text(
    const uint8_t *bytes, size_t len, uint16_t type, char *ret, size_t ret_size);

#endif
