/* SPDX-License-Identifier: Apache-2.0 */
/* eic_blob.c - Instance Connect's records; contract in eic_blob.h */
#include <errno.h>
#include <string.h>

#include "common/sshkey.h"
#include "daemon/eic_blob.h"

#define DIGITS_MAX 12 /* of a time: beyond the year 30000 */

/* What stands behind "#NAME=". */
struct field {
	const char *name;
	size_t name_len;
	const char *value;
	size_t len;
};

/* Fields seen so far. */
enum {
	SEEN_TIMESTAMP = 1,
	SEEN_INSTANCE = 2,
	SEEN_CALLER = 4,
	SEEN_REQUEST = 8,
	SEEN_NEEDED = SEEN_TIMESTAMP | SEEN_INSTANCE | SEEN_CALLER,
};

void
eic_blob_start(struct eic_blob *blob, const char *body, size_t len)
{
	*blob = (struct eic_blob){ .at = body, .left = len };
}

int
eic_base64(const char *text, size_t len, uint8_t *ret, size_t ret_size, size_t *ret_len)
{
	size_t n = 0, n_group = 0, got = 3;
	char group[4];

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' || text[i] == '\r' || text[i] == ' ')
			continue;
		if (got < 3)
			return -EINVAL; /* something behind the padding */
		group[n_group++] = text[i];
		if (n_group < sizeof(group))
			continue;
		n_group = 0;
		if (sshkey_base64_decode(
			group, sizeof(group), ret + n, ret_size - n, &got) != 0)
			return -EINVAL;
		n += got;
	}
	if (n == 0 || n_group != 0)
		return -EINVAL;
	*ret_len = n;
	return 0;
}

/* Printable ASCII without a blank: it goes into logs and records as it is. */
static bool
copy_visible(const char *text, size_t len, char *ret, size_t size)
{
	if (len == 0 || len >= size)
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	memcpy(ret, text, len);
	ret[len] = '\0';
	return true;
}

static bool
is_request(const char *text)
{
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			    "0123456789-") == strlen(text);
}

static bool
take_time(const struct field *field, int64_t *ret_time)
{
	int64_t time = 0;

	if (field->len == 0 || field->len > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < field->len; i++) {
		if (field->value[i] < '0' || field->value[i] > '9')
			return false;
		time = time * 10 + (field->value[i] - '0');
	}
	*ret_time = time;
	return true;
}

static bool
is_field(const struct field *field, const char *name)
{
	return field->name_len == strlen(name) &&
	       memcmp(field->name, name, field->name_len) == 0;
}

/* A '#' line; one that we know may stand once. What we do not know is only signed. */
static bool
take_field(const char *line, size_t len, unsigned *seen, struct eic_record *record)
{
	const char *equals = memchr(line, '=', len);
	struct field field = { .name = line + 1 };
	unsigned bit = 0;
	bool is_good = true;

	if (equals == NULL)
		return true;
	field.name_len = (size_t)(equals - line) - 1;
	field.value = equals + 1;
	field.len = len - (size_t)(equals + 1 - line);
	if (is_field(&field, "Timestamp")) {
		bit = SEEN_TIMESTAMP;
		is_good = take_time(&field, &record->expires_s);
	} else if (is_field(&field, "Instance")) {
		bit = SEEN_INSTANCE;
		is_good = copy_visible(
		    field.value, field.len, record->instance, sizeof(record->instance));
	} else if (is_field(&field, "Caller")) {
		bit = SEEN_CALLER;
		is_good = copy_visible(
		    field.value, field.len, record->caller, sizeof(record->caller));
	} else if (is_field(&field, "Request")) {
		bit = SEEN_REQUEST;
		is_good = copy_visible(field.value, field.len, record->request,
			      sizeof(record->request)) &&
			  is_request(record->request);
	}
	if (!is_good && bit == SEEN_REQUEST)
		record->request[0] = '\0';
	if ((*seen & bit) != 0)
		return false;
	*seen |= bit;
	return is_good;
}

/* The record's lines, all of them with their newlines; no empty one. */
static enum eic_flaw
take_record(const char *text, size_t len, struct eic_record *record)
{
	const char *at = text, *end = text + len, *newline = NULL;
	unsigned seen = 0;

	for (; at < end && *at == '#'; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!take_field(at, (size_t)(newline - at), &seen, record))
			return EIC_E_FORMAT;
	}
	if (at == end)
		return EIC_E_FORMAT; /* no key */
	newline = memchr(at, '\n', (size_t)(end - at));
	record->key = at;
	record->key_len = (size_t)(newline - at);
	record->signed_text = text;
	record->signed_len = (size_t)(newline + 1 - text);
	at = newline + 1;
	if (memchr(at, '#', (size_t)(end - at)) != NULL ||
	    eic_base64(at, (size_t)(end - at), record->signature,
		sizeof(record->signature), &record->signature_len) != 0)
		return EIC_E_FORMAT;
	return (seen & SEEN_NEEDED) == SEEN_NEEDED ? 0 : EIC_E_FIELD;
}

/* Up to the empty line, or the end; without it. */
static size_t
record_len(const char *text, size_t len)
{
	const char *at = text, *newline;

	while ((newline = memchr(at, '\n', len - (size_t)(at - text))) != NULL) {
		at = newline + 1;
		if ((size_t)(at - text) == len || *at == '\n')
			return (size_t)(at - text);
	}
	return len;
}

static bool
has_odd_byte(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((text[i] < ' ' && text[i] != '\n') || text[i] == 0x7f)
			return true;
	return false;
}

bool
eic_blob_next(struct eic_blob *blob, struct eic_record *ret_record)
{
	struct eic_record *record = ret_record;
	const char *text;
	size_t len;

	while (blob->left > 0 && *blob->at == '\n') {
		blob->at++;
		blob->left--;
	}
	if (blob->left == 0)
		return false;
	text = blob->at;
	len = record_len(text, blob->left);
	blob->at += len;
	blob->left -= len;
	memset(record, 0, sizeof(*record));
	if (++blob->n > EIC_RECORDS_MAX) {
		record->flaw = EIC_E_FORMAT;
		blob->left = 0;
	} else if (len > EIC_RECORD_MAX || text[len - 1] != '\n' ||
		   has_odd_byte(text, len)) {
		record->flaw = EIC_E_FORMAT;
	} else {
		record->flaw = take_record(text, len, record);
	}
	return true;
}

const char *
eic_flaw_text(enum eic_flaw flaw)
{
	switch (flaw) {
	case EIC_E_FORMAT:
		return "not a record of Instance Connect";
	case EIC_E_FIELD:
		return "Timestamp, Instance or Caller is missing";
	case EIC_E_INSTANCE:
		return "it is for another instance";
	case EIC_E_EXPIRED:
		return "its time is over";
	case EIC_E_SIGNATURE:
		return "its signature is not good";
	case EIC_E_SIGNER:
		return "the signer's certificate is not good";
	case EIC_E_KEY:
		return "not a public key that sshd takes";
	case EIC_E_WEAK:
		return "an RSA key of too few bits";
	}
	return "nothing is wrong";
}
