/* SPDX-License-Identifier: Apache-2.0 */
/* http.c - requests out, answers in; contract in http.h */
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base.h"
#include "common/clock.h"
#include "daemon/buf.h"
#include "daemon/http.h"

/* Below this for so long means that nobody is really sending (a drip of bytes). */
#define SLOW_BYTES_PER_S 64L
#define SLOW_S 10L

struct transfer {
	struct transfer *next;
	CURL *easy;
	struct curl_slist *headers;
	struct buf body;
	size_t reply_max, n_body;
	int (*sink)(void *context, const char *bytes, size_t len);
	void *sink_context;
	bool is_too_large, is_unwanted;
	unsigned n_framings; /* headers that say how long the body is */
	int64_t date_s;
	char content_type[64];
	char etag[HTTP_ETAG_SIZE];
	http_done_fn done;
	void *context;
};

struct http {
	CURLM *multi;
	struct transfer *transfers;
	bool is_ending;
};

static void
headers_free(struct curl_slist *headers)
{
	for (struct curl_slist *at = headers; at != NULL; at = at->next)
		explicit_bzero(at->data, strlen(at->data));
	curl_slist_free_all(headers);
}

static void
transfer_free(struct transfer *transfer)
{
	if (transfer == NULL)
		return;
	if (transfer->easy != NULL)
		curl_easy_cleanup(transfer->easy);
	headers_free(transfer->headers);
	buf_done(&transfer->body);
	free(transfer);
}

static void
transfer_freep(struct transfer **transfer)
{
	transfer_free(*transfer);
}

int
http_new(struct http **ret_http)
{
	struct http *http;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return -ENOMEM;
	http = calloc(1, sizeof(*http));
	if (http != NULL)
		http->multi = curl_multi_init();
	if (http == NULL || http->multi == NULL) {
		free(http);
		curl_global_cleanup();
		return -ENOMEM;
	}
	*ret_http = http;
	return 0;
}

/* Off the list, off the multi handle, told, freed: in this order, as done() may send. */
static void
finish(struct http *http, struct transfer *transfer, struct http_reply *reply)
{
	struct transfer **place = &http->transfers;

	while (*place != transfer)
		place = &(*place)->next;
	*place = transfer->next;
	(void)curl_multi_remove_handle(http->multi, transfer->easy);
	transfer->done(transfer->context, reply);
	transfer_free(transfer);
}

void
http_end(struct http *http)
{
	http->is_ending = true;
	while (http->transfers != NULL) {
		struct http_reply reply = { .r = HTTP_E_ENDED, .body = "" };

		finish(http, http->transfers, &reply);
	}
}

void
http_free(struct http *http)
{
	if (http == NULL)
		return;
	http_end(http);
	(void)curl_multi_cleanup(http->multi);
	free(http);
	curl_global_cleanup();
}

static size_t
on_body(char *bytes, size_t size, size_t n, void *data)
{
	struct transfer *transfer = data;
	size_t len = size * n;
	long status = 0;

	if (len > transfer->reply_max - transfer->n_body) {
		transfer->is_too_large = true;
		return 0;
	}
	transfer->n_body += len;
	if (transfer->sink != NULL) {
		(void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
		if (status == 200) {
			transfer->is_unwanted =
			    transfer->sink(transfer->sink_context, bytes, len) != 0;
			return transfer->is_unwanted ? 0 : len;
		}
	}
	buf_add(&transfer->body, bytes, len);
	return transfer->body.has_failed ? 0 : len;
}

static bool
has_name(const char *line, size_t len, const char *name)
{
	size_t at = strlen(name);

	return len > at && strncasecmp(line, name, at) == 0 && line[at] == ':';
}

/* The value of a header line, if it is this header's; trimmed into @ret. */
static bool
header_value(const char *line, size_t len, const char *name, char *ret, size_t size)
{
	size_t at = strlen(name);

	if (!has_name(line, len, name))
		return false;
	at++;
	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	while (len > at && strchr(" \t\r\n", line[len - 1]) != NULL)
		len--;
	if (len - at >= size)
		return false;
	memcpy(ret, line + at, len - at);
	ret[len - at] = '\0';
	return true;
}

static size_t
on_header(char *line, size_t size, size_t n, void *data)
{
	struct transfer *transfer = data;
	size_t len = size * n;
	char value[64];

	/* A new answer (100 Continue came first, or a proxy's): what was before is void. */
	if (len >= 5 && strncmp(line, "HTTP/", 5) == 0) {
		transfer->date_s = -1;
		transfer->content_type[0] = '\0';
		transfer->etag[0] = '\0';
		transfer->n_framings = 0;
	} else if (has_name(line, len, "Content-Length") ||
		   has_name(line, len, "Transfer-Encoding")) {
		/* Who believes the other one reads another answer. */
		if (++transfer->n_framings > 1)
			return 0;
	} else if (header_value(line, len, "Date", value, sizeof(value))) {
		transfer->date_s = (int64_t)curl_getdate(value, NULL);
	} else if (header_value(
		       line, len, "ETag", transfer->etag, sizeof(transfer->etag))) {
		return len;
	} else if (header_value(line, len, "Content-Type", value, sizeof(value))) {
		memcpy(transfer->content_type, value, sizeof(value));
	}
	return len;
}

static int
add_header(struct transfer *transfer, const char *name, const char *value)
{
	_cleanup_buf_ struct buf line = BUF_EMPTY;
	struct curl_slist *headers;

	/* libcurl's way to leave a header out is "Name:" without a value. */
	buf_printf(&line, value[0] != '\0' ? "%s: %s" : "%s:", name, value);
	if (line.has_failed)
		return -ENOMEM;
	if (strpbrk(line.bytes, "\r\n") != NULL)
		return -EINVAL;
	headers = curl_slist_append(transfer->headers, line.bytes);
	if (headers == NULL)
		return -ENOMEM;
	transfer->headers = headers;
	return 0;
}

static int
set_headers(struct transfer *transfer, const struct http_request *request)
{
	bool has_type = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < request->n_headers; i++) {
		const struct http_header *header = &request->headers[i];

		has_type = has_type || strcasecmp(header->name, "Content-Type") == 0;
		r = add_header(transfer, header->name, header->value);
	}
	if (r == 0)
		r = add_header(transfer, "Expect", "");
	if (r == 0 && !has_type)
		r = add_header(transfer, "Content-Type", "");
	if (r == 0 && curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER,
			  transfer->headers) != CURLE_OK)
		return -ENOMEM;
	return r;
}

#define SET(option, value)                                             \
	do {                                                           \
		if (curl_easy_setopt(easy, option, value) != CURLE_OK) \
			return -EINVAL;                                \
	} while (0)

/* What keeps strangers out: the same for every request. */
static int
set_fences(CURL *easy, const struct http_request *request)
{
	bool has_proxy = request->proxy != NULL && !request->is_imds;

#if LIBCURL_VERSION_NUM >= 0x075500 /* 7.85.0 */
	SET(CURLOPT_PROTOCOLS_STR, request->is_imds ? "http" : "http,https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
#else
	SET(CURLOPT_PROTOCOLS, request->is_imds
				   ? (long)CURLPROTO_HTTP
				   : (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
	SET(CURLOPT_REDIR_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
#if LIBCURL_VERSION_NUM >= 0x075700 /* 7.87.0: do not wait for a name that never comes */
	SET(CURLOPT_QUICK_EXIT, 1L);
#endif
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	/* An empty proxy and an empty exception list: the environment is not asked. */
	SET(CURLOPT_PROXY, has_proxy ? request->proxy : "");
	SET(CURLOPT_NOPROXY, "");
	/* CONNECT and nothing else: what we say and sign is for the service alone. */
	SET(CURLOPT_HTTPPROXYTUNNEL, has_proxy ? 1L : 0L);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	if (request->ca_file != NULL) {
		SET(CURLOPT_CAINFO, request->ca_file);
		SET(CURLOPT_CAPATH, NULL);
		SET(CURLOPT_PROXY_CAINFO, request->ca_file);
		SET(CURLOPT_PROXY_CAPATH, NULL);
	}
	return 0;
}

static int
set_request(CURL *easy, const struct http_request *request, struct transfer *transfer)
{
	int left_ms = clock_until_ms(request->deadline_mono_ms);

	SET(CURLOPT_URL, request->url);
	SET(CURLOPT_PATH_AS_IS, 1L);
	if (request->body != NULL) {
		SET(CURLOPT_POSTFIELDSIZE, (long)request->body_len);
		SET(CURLOPT_COPYPOSTFIELDS, request->body);
	}
	SET(CURLOPT_CUSTOMREQUEST, request->method);
	SET(CURLOPT_USERAGENT, request->user_agent);
	SET(CURLOPT_TIMEOUT_MS,
	    (long)(left_ms > 0 ? left_ms : 1)); /* 0 would be for ever */
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_ms);
	SET(CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES_PER_S);
	SET(CURLOPT_LOW_SPEED_TIME, SLOW_S);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, transfer);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, transfer);
	SET(CURLOPT_PRIVATE, transfer);
	return 0;
}

int
http_send(struct http *http, const struct http_request *request, http_done_fn done,
    void *context)
{
	_cleanup_(transfer_freep) struct transfer *transfer = NULL;
	int r;

	if (http->is_ending)
		return -ECANCELED;
	transfer = calloc(1, sizeof(*transfer));
	if (transfer == NULL)
		return -ENOMEM;
	transfer->reply_max = request->reply_max;
	transfer->sink = request->sink;
	transfer->sink_context = request->sink_context;
	transfer->date_s = -1;
	transfer->done = done;
	transfer->context = context;
	transfer->easy = curl_easy_init();
	if (transfer->easy == NULL)
		return -ENOMEM;
	r = set_fences(transfer->easy, request);
	if (r == 0)
		r = set_request(transfer->easy, request, transfer);
	if (r == 0)
		r = set_headers(transfer, request);
	if (r == 0 && curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK)
		r = -ENOMEM;
	if (r != 0)
		return r;
	transfer->next = http->transfers;
	http->transfers = base_take_ptr(&transfer);
	return 0;
}

static int
error_of(CURLcode code, const struct transfer *transfer)
{
	if (transfer->is_too_large)
		return HTTP_E_TOO_LARGE;
	if (transfer->is_unwanted)
		return HTTP_E_UNWANTED;
	if (transfer->body.has_failed)
		return -ENOMEM;
	switch (code) {
	case CURLE_OK:
		return 0;
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_E_TIMEOUT;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_E_NAME;
	case CURLE_COULDNT_CONNECT:
		return HTTP_E_CONNECT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return HTTP_E_TLS;
	default:
		return HTTP_E_BROKEN;
	}
}

static void
conclude(struct http *http, CURL *easy, CURLcode code)
{
	struct http_reply reply = { .body = "" };
	char *private = NULL;
	struct transfer *transfer;

	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
	transfer = (struct transfer *)(void *)private;
	reply.r = error_of(code, transfer);
	if (reply.r == 0) {
		(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply.status);
		reply.date_s = transfer->date_s;
		memcpy(reply.content_type, transfer->content_type,
		    sizeof(reply.content_type));
		memcpy(reply.etag, transfer->etag, sizeof(reply.etag));
		if (transfer->body.bytes != NULL)
			reply.body = transfer->body.bytes;
		reply.body_len = transfer->body.len;
	}
	finish(http, transfer, &reply);
}

void
http_turn(struct http *http, int wait_ms)
{
	CURLMsg *message;
	int n = 0, n_before = 1;

	/* What is concluded may start more: go on until nothing new ends. */
	while (n_before > 0) {
		n_before = 0;
		(void)curl_multi_perform(http->multi, &n);
		while ((message = curl_multi_info_read(http->multi, &n)) != NULL) {
			if (message->msg != CURLMSG_DONE)
				continue;
			conclude(http, message->easy_handle, message->data.result);
			n_before++;
			wait_ms =
			    0; /* the caller looks at its own lists before we wait */
		}
	}
	(void)curl_multi_poll(http->multi, NULL, 0, wait_ms, NULL);
}

void
http_wakeup(struct http *http)
{
	(void)curl_multi_wakeup(http->multi);
}
