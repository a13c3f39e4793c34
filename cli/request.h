/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.h - one question to the daemon, answered in JSON
 *
 * Room: cli. Says on stderr why there is no answer where the caller cannot go on without.
 */
#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base.h"

#define REQUEST_MS 1000           /* after WAIT; formats.md */
#define REQUEST_REFRESH_MS 120000 /* a refresh takes as long as AWS does */
#define REQUEST_MESSAGE_SIZE 513

enum {
	REQUEST_E_SILENT = 1, /* down, wedged, or no answer of ours: see message */
	REQUEST_E_DENIED,     /* not for this user */
	REQUEST_E_NOTFOUND,   /* no such account or person */
	REQUEST_E_FAILED,     /* see message */
	REQUEST_E_HELD,
};

struct request {
	uint8_t op; /* enum wire_op */
	uint32_t wait_ms;
	const char *query; /* WIRE_T_QUERY or NULL */
	const char *name;  /* WIRE_T_NAME or NULL */
	bool accept;       /* WIRE_T_ACCEPT */
	uint32_t event;    /* WIRE_T_EVENT; 0: none */
	const char *actor; /* WIRE_T_ACTOR or NULL */
	int64_t until_s;   /* WIRE_T_UNTIL; 0: none */
};

struct request_reply {
	struct json_object *json;           /* owned; NULL when the answer has none */
	char message[REQUEST_MESSAGE_SIZE]; /* the daemon's, or why there is no answer */
};

/**
 * request_json() - ask and parse
 * @ret_reply: always set; request_reply_done() it
 *
 * Return: 0 or REQUEST_E_*.
 */
int request_json(const struct request *request, struct request_reply *ret_reply);

void request_reply_done(struct request_reply *reply);
#define _cleanup_reply_ _cleanup_(request_reply_done)

/** request_denied() - says that root is needed; CLI_NOT_ROOT */
int request_denied(void);

/** request_note_files() - says that the daemon is silent and the files answer */
void request_note_files(const struct request_reply *reply);

#endif
