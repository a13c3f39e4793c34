/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h - requests out, answers in, none of it blocking
 *
 * Room: daemon, network thread. With http.c the only place that includes curl: libcurl
 * 7.74 to 8.14. TLS 1.2 or later with the certificate and the host name verified,
 * HTTP/1.1, no redirect, no netrc, no compression, nothing from the environment; the
 * only proxy is the one in the request, and never for IMDS. Every buffer and header is
 * wiped when it goes. An answer whose length is
 * stated twice, or beside a transfer coding, is HTTP_E_BROKEN.
 */
#ifndef DAEMON_HTTP_H
#define DAEMON_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_ETAG_SIZE 128

struct http;

struct http_header {
	const char *name;
	const char *value;
};

/* Everything is copied by http_send(). */
struct http_request {
	const char *method; /* "GET", "PUT", "POST" */
	const char *url;
	const struct http_header *headers;
	size_t n_headers;
	const char *body; /* NULL with GET */
	size_t body_len;
	size_t reply_max; /* bytes of an answer's body; more is HTTP_E_TOO_LARGE */
	/* NULL, or takes a 200's body as it comes, instead of keeping it; not 0: no more */
	int (*sink)(void *context, const char *bytes, size_t len);
	void *sink_context;
	int connect_ms;
	int64_t deadline_mono_ms; /* for everything, from the name to the last byte */
	bool is_imds;             /* http alone, and no proxy whatever @proxy says */
	const char *ca_file;      /* NULL: the system's; else this file and no other */
	const char *proxy;        /* NULL: none */
	const char *user_agent;
};

enum {
	HTTP_E_TIMEOUT = 1, /* the deadline, or hardly a byte in ten seconds */
	HTTP_E_NAME,        /* the name does not resolve */
	HTTP_E_CONNECT,     /* refused, unreachable, or not within connect_ms */
	HTTP_E_TLS,         /* handshake or verification failed */
	HTTP_E_TOO_LARGE,   /* more than reply_max */
	HTTP_E_BROKEN,      /* the connection broke, or what came was not HTTP */
	HTTP_E_ENDED,       /* http_end() */
	HTTP_E_UNWANTED,    /* the sink wanted no more; it knows why */
};

/* Valid during the callback only. */
struct http_reply {
	int r; /* 0, HTTP_E_*, or -ENOMEM; the rest is set only on 0 */
	long status;
	int64_t date_s; /* header Date, epoch; -1 when absent or not a date */
	char content_type[64];
	char etag[HTTP_ETAG_SIZE]; /* "" when absent, or longer than any we could send */
	const char *body;          /* NUL-terminated; never NULL */
	size_t body_len;
};

typedef void (*http_done_fn)(void *context, const struct http_reply *reply);

/** http_new() - call it before other threads exist: it initialises libcurl */
int http_new(struct http **ret_http);

/**
 * http_end() - no more: requests under way are answered with HTTP_E_ENDED, now, once
 * each
 */
void http_end(struct http *http);

/** http_free() - http_end(), then free */
void http_free(struct http *http);

/**
 * http_send() - start a request; @done is called exactly once, from http_turn() or
 * http_end()
 *
 * Return: 0; -ENOMEM, -EINVAL (what libcurl does not take), -ECANCELED (ending): then
 * @done is not called.
 */
int http_send(struct http *http, const struct http_request *request, http_done_fn done,
    void *context);

/** http_turn() - move everything on, call back, then wait at most @wait_ms for more */
void http_turn(struct http *http, int wait_ms);

/** http_wakeup() - end the wait of http_turn(); from any thread */
void http_wakeup(struct http *http);

#endif
