/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.c - see request.h
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/request.h"
#include "common/client.h"
#include "common/text.h"

static void
say(struct request_reply *reply, const char *text)
{
	(void)snprintf(reply->message, sizeof(reply->message), "%s", text);
}

static int
put(struct wire_packet *packet, const struct request *request)
{
	int r;

	wire_start(packet, request->op, 0, (uint32_t)getpid(), request->wait_ms);
	r = wire_put_text(packet, WIRE_T_QUERY, request->query);
	r = r != 0 ? r : wire_put_text(packet, WIRE_T_NAME, request->name);
	if (r == 0 && request->accept)
		r = wire_put_u32(packet, WIRE_T_ACCEPT, 1);
	if (r == 0 && request->event != 0)
		r = wire_put_u32(packet, WIRE_T_EVENT, request->event);
	r = r != 0 ? r : wire_put_text(packet, WIRE_T_ACTOR, request->actor);
	if (r == 0 && request->until_s != 0)
		r = wire_put_i64(packet, WIRE_T_UNTIL, request->until_s);
	return r;
}

static int
status_code(uint32_t status)
{
	switch (status) {
	case WIRE_OK:
		return 0;
	case WIRE_DENIED:
		return REQUEST_E_DENIED;
	case WIRE_NOTFOUND:
		return REQUEST_E_NOTFOUND;
	case WIRE_HELD:
		return REQUEST_E_HELD;
	default:
		return REQUEST_E_FAILED;
	}
}

static struct json_object *
parse(const uint8_t *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *json = NULL;

	if (tokener == NULL)
		return NULL;
	json = json_tokener_parse_ex(tokener, (const char *)text, (int)len);
	json_tokener_free(tokener);
	return json;
}

static int
read_reply(const struct wire_packet *packet, uint32_t status, struct request_reply *reply)
{
	const uint8_t *value;
	size_t len;

	if (wire_get(packet->bytes, packet->len, WIRE_T_MESSAGE, &value, &len) == 0)
		text_escape(
		    (const char *)value, len, reply->message, sizeof(reply->message));
	if (wire_get(packet->bytes, packet->len, WIRE_T_JSON, &value, &len) == 0) {
		reply->json = parse(value, len);
		if (reply->json == NULL) {
			say(reply, "it does not speak JSON");
			return REQUEST_E_SILENT;
		}
	}
	return status_code(status);
}

int
request_json(const struct request *request, struct request_reply *ret_reply)
{
	static struct wire_packet packet;
	struct wire_header header;

	*ret_reply = (struct request_reply){ .json = NULL };
	if (put(&packet, request) != 0) {
		say(ret_reply, "the question is too long");
		return REQUEST_E_FAILED;
	}
	switch (client_call(&packet, request->wait_ms, &header)) {
	case 0:
		return read_reply(&packet, header.value, ret_reply);
	case CLIENT_E_DOWN:
		say(ret_reply, "it is not running");
		return REQUEST_E_SILENT;
	case CLIENT_E_WEDGED:
		say(ret_reply, "it does not answer in time");
		return REQUEST_E_SILENT;
	case CLIENT_E_PROTOCOL:
		say(ret_reply, "it speaks another protocol");
		return REQUEST_E_SILENT;
	default:
		say(ret_reply, "it cannot be reached");
		return REQUEST_E_SILENT;
	}
}

void
request_reply_done(struct request_reply *reply)
{
	json_object_put(reply->json);
	reply->json = NULL;
}

int
request_denied(void)
{
	output_error("the daemon answers this to root only");
	return CLI_NOT_ROOT;
}

void
request_note_files(const struct request_reply *reply)
{
	output_error(
	    "no answer from the daemon (%s): from the published files", reply->message);
}
