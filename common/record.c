/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.c - see record.h
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base.h"
#include "common/clock.h"
#include "common/record.h"
#include "common/sshkey.h"

/* A line being written. Once something did not fit, nothing more is written. */
struct line {
	char *at;
	size_t left; /* bytes, the place for NUL not counted */
	size_t cut;  /* texts are cut at this many bytes */
	bool full;
	bool comma; /* before the next member */
};

static void
put(struct line *line, const char *bytes, size_t len)
{
	if (line->full || len > line->left) {
		line->full = true;
		return;
	}
	memcpy(line->at, bytes, len);
	line->at += len;
	line->left -= len;
}

static void
put_text(struct line *line, const char *text)
{
	put(line, text, strlen(text));
}

/*
 * Length of the valid UTF-8 sequence at @p, or 0 (RFC 3629: no overlong forms, no surrogates,
 * nothing above U+10FFFF).
 */
static size_t
utf8_sequence(const unsigned char *p, size_t len, uint32_t *ret_code)
{
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code;
	size_t i;

	if (p[0] < 0xc2 || p[0] > 0xf4 || len < n)
		return 0;
	code = p[0] & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fu);
	}
	if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return n;
}

/* Code points that change how the rest of a line looks: C1, separators, bidi controls. */
static bool
is_deceptive(uint32_t code)
{
	return code <= 0x9f || (code >= 0x200e && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

static void
put_escaped(struct line *line, const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	const unsigned char *end = p + len;
	char escape[8];
	uint32_t code;
	size_t n;

	for (; p < end; p += n) {
		n = 1;
		code = *p;
		if (code >= 0x80) {
			n = utf8_sequence(p, (size_t)(end - p), &code);
			if (n > 0 && !is_deceptive(code)) {
				put(line, (const char *)p, n);
				continue;
			}
			n = n > 0 ? n : 1;
		} else if (code >= 0x20 && code < 0x7f && code != '"' && code != '\\') {
			put(line, (const char *)p, 1);
			continue;
		} else if (code == '"' || code == '\\') {
			put(line, "\\", 1);
			put(line, (const char *)p, 1);
			continue;
		}
		(void)snprintf(
		    escape, sizeof(escape), "\\u%04x", (unsigned)code & 0xffffu);
		put_text(line, escape);
	}
}

static void
put_key(struct line *line, const char *key)
{
	put_text(line, line->comma ? ",\"" : "\"");
	put_text(line, key);
	put_text(line, "\":");
	line->comma = true;
}

static void
put_string(struct line *line, const char *key, const char *text)
{
	size_t len;
	bool is_cut;

	if (text == NULL)
		return;
	len = strnlen(text, line->cut + 1);
	is_cut = len > line->cut;
	if (is_cut) {
		/* not in the middle of a sequence: its rest would look like damage */
		for (len = line->cut;
		     len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	}
	put_key(line, key);
	put_text(line, "\"");
	put_escaped(line, text, len);
	put_text(line, is_cut ? "...\"" : "\"");
}

static void
put_number(struct line *line, const char *key, int64_t number)
{
	char text[24];

	if (number == RECORD_NONE)
		return;
	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	put_key(line, key);
	put_text(line, text);
}

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* By hand: gmtime_r(3) looks at the environment of a process that is not ours. */
static void
put_time(struct line *line, int64_t wall_ms)
{
	static const int days_of[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	static const int64_t last_ms = 253402300799999; /* 9999-12-31T23:59:59.999Z */
	int64_t ms = wall_ms < 0 ? 0 : wall_ms > last_ms ? last_ms : wall_ms;
	int64_t days = ms / 86400000, year = 1970, n;
	int month = 0;
	char text[40];

	ms %= 86400000;
	for (; days >= (n = is_leap(year) ? 366 : 365); year++)
		days -= n;
	for (; days >= (n = days_of[month] + (month == 1 && is_leap(year))); month++)
		days -= n;
	(void)snprintf(text, sizeof(text), "\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
	    (int)year, month + 1, (int)days + 1, (int)(ms / 3600000),
	    (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
	put_key(line, "time");
	put_text(line, text);
}

static void
put_person(struct line *line, const struct record *record)
{
	if (record->person.kind == NULL && record->person.id == NULL &&
	    record->person.arn == NULL && record->person.name == NULL &&
	    record->person.claimed == NULL && record->person.verified == NULL)
		return;
	put_key(line, "person");
	put_text(line, "{");
	line->comma = false;
	put_string(line, "kind", record->person.kind);
	put_string(line, "id", record->person.id);
	put_string(line, "arn", record->person.arn);
	put_string(line, "name", record->person.name);
	put_string(line, "claimed", record->person.claimed);
	put_string(line, "verified", record->person.verified);
	put_text(line, "}");
	line->comma = true;
}

static void
put_ssh_key(struct line *line, const struct record *record)
{
	if (record->key.type == NULL && record->key.fingerprint == NULL &&
	    record->key.source == NULL && record->key.request == NULL &&
	    record->key.cert_serial == NULL)
		return;
	put_key(line, "key");
	put_text(line, "{");
	line->comma = false;
	put_string(line, "type", record->key.type);
	put_string(line, "fingerprint", record->key.fingerprint);
	put_string(line, "source", record->key.source);
	put_string(line, "request", record->key.request);
	put_string(line, "cert_id", record->key.cert_id);
	put_string(line, "cert_serial", record->key.cert_serial);
	put_string(line, "cert_ca", record->key.cert_ca);
	put_text(line, "}");
	line->comma = true;
}

static void
put_origin(struct line *line, const struct record *record)
{
	put_string(line, "via", record->via);
	put_string(line, "service", record->service);
	put_string(line, "rhost", record->rhost);
	put_string(line, "tty", record->tty);
	put_string(line, "ruser", record->ruser);
	put_string(line, "tunnel", record->tunnel);
	put_number(line, "session", record->session);
	put_number(line, "pid", record->pid);
	put_string(line, "boot", record->boot);
	put_string(line, "instance", record->instance);
	put_string(line, "aws_account", record->aws_account);
	put_string(line, "region", record->region);
	put_string(line, "serial", record->serial);
	put_number(line, "generation", record->generation);
	put_number(line, "age_s", record->age_s);
	put_string(line, "state", record->state);
	put_string(line, "writer", record->writer);
	put_number(line, "instance_s", record->instance_s);
	put_number(line, "duration_s", record->duration_s);
	put_number(line, "repeated", record->repeated);
}

static void
put_record(struct line *line, const struct record *record)
{
	size_t cut = line->cut;

	put_text(line, "{");
	put_number(line, "v", RECORD_VERSION);
	put_number(line, "seq", record->seq);
	line->cut = 64; /* a digest is never shortened */
	put_string(line, "prev", record->prev);
	line->cut = cut;
	put_time(line, record->wall_ms);
	put_string(line, "event", record_event_name(record->event));
	put_string(line, "verdict", verdict_name(record->verdict));
	put_number(line, "code", record->reason);
	put_string(line, "reason", verdict_reason_name(record->reason));
	put_string(line, "rule", record->rule);
	put_string(line, "message", record->message);
	put_string(line, "torn", record->torn);
	put_string(line, "account", record->account);
	put_number(line, "uid", record->uid);
	put_person(line, record);
	put_ssh_key(line, record);
	put_origin(line, record);
	put_text(line, "}\n");
}

void
record_init(struct record *record, enum record_event event)
{
	struct clock_now now;

	clock_read(&now);
	*record = (struct record){
		.seq = RECORD_NONE,
		.wall_ms = now.wall_ms,
		.event = event,
		.verdict = VERDICT_DENY,
		.reason = REASON_NONE,
		.uid = RECORD_NONE,
		.session = RECORD_NONE,
		.pid = RECORD_NONE,
		.generation = RECORD_NONE,
		.age_s = RECORD_NONE,
		.instance_s = RECORD_NONE,
		.duration_s = RECORD_NONE,
		.repeated = RECORD_NONE,
	};
}

int
record_format(const struct record *record, char *ret, size_t ret_size)
{
	/* The last length fits whatever the texts are: nobody can keep a record away. */
	static const size_t cuts[] = { 512, 64, 12 };
	size_t room = ret_size - 1 < RECORD_LINE_MAX ? ret_size - 1 : RECORD_LINE_MAX;
	size_t i;

	if (ret_size == 0)
		return -ENOSPC;
	for (i = 0; i < BASE_N(cuts); i++) {
		struct line line = { .at = ret, .left = room, .cut = cuts[i] };

		put_record(&line, record);
		if (!line.full) {
			*line.at = '\0';
			return (int)(line.at - ret);
		}
	}
	return -ENOSPC;
}

const char *
record_event_name(enum record_event event)
{
	static const char *const names[] = { [RECORD_LOGIN] = "login",
		[RECORD_SESSION] = "session",
		[RECORD_SUDO] = "sudo",
		[RECORD_SU] = "su",
		[RECORD_VERDICT] = "verdict",
		[RECORD_CLOSE] = "close",
		[RECORD_VIOLATION] = "violation",
		[RECORD_ADMIN] = "admin" };

	if ((size_t)event >= BASE_N(names) || names[event] == NULL)
		return "unknown";
	return names[event];
}

void
record_fingerprint(const uint8_t sha256[32], char ret[51])
{
	char base64[48];

	/* 32 bytes are 43 characters and one '=', which ssh-keygen leaves out as well */
	if (sshkey_base64_encode(sha256, 32, base64, sizeof(base64)) < 0)
		base64[0] = '\0';
	base64[strcspn(base64, "=")] = '\0';
	(void)snprintf(ret, 51, "SHA256:%.43s", base64);
}
