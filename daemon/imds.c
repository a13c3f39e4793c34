/* SPDX-License-Identifier: Apache-2.0 */
/* imds.c - the instance metadata service; contract in imds.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/clock.h"
#include "daemon/buf.h"
#include "daemon/dice.h"
#include "daemon/failure.h"
#include "daemon/imds.h"
#include "daemon/imds_parse.h"
#include "daemon/reach.h"

#define TOKEN_TTL "21600"
#define TOKEN_TTL_MS (21600 * 1000)
#define TOKEN_SPARE_MS (60 * 1000) /* a token is not used in its last minute */
#define REPLY_MAX 32768
#define CONNECT_MS 1000
#define TRY_MS 2000
#define TRIES 3

struct imds {
	struct http *http;
	struct later *later;
	const char *endpoint;
	const char *user_agent;
	char token[IMDS_TOKEN_SIZE];
	int64_t token_until_mono_ms;
};

/* One GET under way. */
struct get {
	struct imds *imds;
	char *path;
	const char *action;
	size_t reply_max;
	int64_t deadline_mono_ms;
	unsigned n_failed;
	bool has_new_token; /* a 401 was answered by asking for a token */
	imds_done_fn done;
	void *context;
};

static void get_step(void *context);

int
imds_new(struct http *http, struct later *later, const char *endpoint,
    const char *user_agent, struct imds **ret_imds)
{
	struct imds *imds = calloc(1, sizeof(*imds));

	if (imds == NULL)
		return -ENOMEM;
	imds->http = http;
	imds->later = later;
	imds->endpoint = endpoint;
	imds->user_agent = user_agent;
	*ret_imds = imds;
	return 0;
}

void
imds_free(struct imds *imds)
{
	if (imds == NULL)
		return;
	explicit_bzero(imds->token, sizeof(imds->token));
	free(imds);
}

static void
get_end(struct get *get, const struct imds_reply *reply)
{
	get->done(get->context, reply);
	free(get->path);
	free(get);
}

static void
get_fail(struct get *get, const struct net_error *error)
{
	struct imds_reply reply = { .r = -EIO, .body = "", .error = error };

	get_end(get, &reply);
}

/* The network or the service stumbled: again in a moment, unless it was the last try. */
static void
get_stumble(struct get *get, const struct net_error *error)
{
	int64_t at = clock_mono_ms() + 50 + dice_below(250u << get->n_failed);

	get->n_failed++;
	if (get->n_failed >= TRIES || at >= get->deadline_mono_ms ||
	    later_add(get->imds->later, at, get_step, get) != 0)
		get_fail(get, error);
}

static void
on_token(void *context, const struct http_reply *reply)
{
	struct get *get = context;
	struct imds *imds = get->imds;
	struct net_error error;

	if (reply->r != 0) {
		failure_http(&error, "imds:token", reply->r);
		if (reply->r == HTTP_E_ENDED)
			get_fail(get, &error);
		else
			get_stumble(get, &error);
		return;
	}
	if (reply->status == 200 && imds_is_token(reply->body, reply->body_len)) {
		memcpy(imds->token, reply->body, reply->body_len);
		imds->token[reply->body_len] = '\0';
		imds->token_until_mono_ms =
		    clock_mono_ms() + TOKEN_TTL_MS - TOKEN_SPARE_MS;
		get_step(get);
		return;
	}
	if (reply->status == 200)
		failure_set(&error, "imds:token", "garbage", "not a token of IMDSv2");
	else
		failure_status(&error, "imds:token", reply->status);
	if (reply->status >= 500 || reply->status == 429)
		get_stumble(get, &error);
	else
		get_fail(get, &error);
}

static void
on_get(void *context, const struct http_reply *reply)
{
	struct get *get = context;
	struct imds_reply out = { .body = reply->body, .len = reply->body_len };
	struct net_error error;

	if (reply->r != 0) {
		failure_http(&error, get->action, reply->r);
		if (reply->r == HTTP_E_ENDED || reply->r == HTTP_E_TOO_LARGE)
			get_fail(get, &error);
		else
			get_stumble(get, &error);
		return;
	}
	if (reply->status == 200 || reply->status == 404) {
		out.r = reply->status == 200 ? 0 : -ENOENT;
		get_end(get, &out);
		return;
	}
	if (reply->status == 401 && !get->has_new_token) {
		get->has_new_token = true;
		get->imds->token[0] = '\0';
		get_step(get);
		return;
	}
	failure_status(&error, get->action, reply->status);
	if (reply->status >= 500 || reply->status == 429)
		get_stumble(get, &error);
	else
		get_fail(get, &error);
}

/* A subnet without IPv4 has IMDS under its other address; asked anew, as routes change. */
static const char *
endpoint_of(const struct imds *imds)
{
	static const char four[] = "http://" REACH_IMDS_IPV4;

	if (strncmp(imds->endpoint, four, strlen(four)) == 0 &&
	    !reach_has_route(REACH_IMDS_IPV4) && reach_has_route(REACH_IMDS_IPV6))
		return "http://[" REACH_IMDS_IPV6 "]";
	return imds->endpoint;
}

/* Send what is next: the PUT for a token where there is none, else the GET itself. */
static void
get_step(void *context)
{
	struct get *get = context;
	struct imds *imds = get->imds;
	_cleanup_buf_ struct buf url = BUF_EMPTY;
	struct http_header header = { "X-aws-ec2-metadata-token", imds->token };
	int64_t now = clock_mono_ms();
	bool is_token = imds->token[0] == '\0' || now >= imds->token_until_mono_ms;
	const char *endpoint = endpoint_of(imds);
	size_t len = strlen(endpoint);
	struct http_request request = { .method = "GET",
		.headers = &header,
		.n_headers = 1,
		.reply_max = is_token ? REPLY_MAX : get->reply_max,
		.connect_ms = CONNECT_MS,
		.is_imds = true,
		.deadline_mono_ms = now + TRY_MS,
		.user_agent = imds->user_agent };
	struct net_error error;
	int r;

	if (request.deadline_mono_ms > get->deadline_mono_ms)
		request.deadline_mono_ms = get->deadline_mono_ms;
	if (is_token) {
		request.method = "PUT";
		request.body = "";
		header = (struct http_header){ "X-aws-ec2-metadata-token-ttl-seconds",
			TOKEN_TTL };
	}
	while (len > 0 && endpoint[len - 1] == '/')
		len--;
	buf_add(&url, endpoint, len);
	buf_text(&url, "/latest/");
	buf_text(&url, is_token ? "api/token" : get->path);
	request.url = url.bytes;
	r = url.has_failed
		? -ENOMEM
		: http_send(imds->http, &request, is_token ? on_token : on_get, get);
	if (r != 0) {
		failure_http(&error, get->action, r);
		get_fail(get, &error);
	}
}

void
imds_get(struct imds *imds, const char *path, const char *action,
    int64_t deadline_mono_ms, imds_done_fn done, void *context)
{
	imds_get_large(imds, path, action, REPLY_MAX, deadline_mono_ms, done, context);
}

void
imds_get_large(struct imds *imds, const char *path, const char *action, size_t reply_max,
    int64_t deadline_mono_ms, imds_done_fn done, void *context)
{
	struct get *get = calloc(1, sizeof(*get));
	struct imds_reply reply = { .r = -ENOMEM, .body = "" };
	struct net_error error;

	if (get != NULL)
		get->path = strdup(path);
	if (get == NULL || get->path == NULL) {
		free(get);
		failure_http(&error, action, -ENOMEM);
		reply.error = &error;
		done(context, &reply);
		return;
	}
	get->imds = imds;
	get->action = action;
	get->reply_max = reply_max;
	get->deadline_mono_ms = deadline_mono_ms;
	get->done = done;
	get->context = context;
	get_step(get);
}
