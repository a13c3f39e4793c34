/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_chain.c - see audit_chain.h
 */
#include <json-c/json.h>
#include <openssl/evp.h>
#include <string.h>

#include "cli/audit_chain.h"
#include "cli/output.h"

#define DIGEST_SIZE 32
#define HEX_SIZE (2 * DIGEST_SIZE + 1)
#define TORN_MAX 16 /* in a row */

static int
hash_line(const char *line, size_t len, char ret[HEX_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t i;

	if (EVP_Digest(line, len, digest, NULL, EVP_sha256(), NULL) != 1)
		return -ENOMEM;
	for (i = 0; i < DIGEST_SIZE; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", digest[i]);
	return 0;
}

/* One JSON object and nothing behind it. */
static struct json_object *
parse_line(const char *line, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *record = NULL;

	if (tokener == NULL || len > INT32_MAX || memchr(line, '\0', len) != NULL) {
		json_tokener_free(tokener);
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	record = json_tokener_parse_ex(tokener, line, (int)len);
	if (record != NULL && (json_tokener_get_parse_end(tokener) != len ||
				  !json_object_is_type(record, json_type_object))) {
		json_object_put(record);
		record = NULL;
	}
	json_tokener_free(tokener);
	return record;
}

static void
wrong(struct audit_chain *chain, const char *what)
{
	(void)snprintf(chain->wrong, sizeof(chain->wrong), "%s", what);
}

/* Half lines that wait for the record that accounts for them. */
struct torn {
	char *lines[TORN_MAX];
	size_t n;
};

static void
torn_done(struct torn *torn)
{
	for (size_t i = 0; i < torn->n; i++)
		free(torn->lines[i]);
	torn->n = 0;
}

/* Is each of them the beginning of this line, or the one that its "torn" names? */
static bool
torn_is_explained(const struct torn *torn, const char *line, struct json_object *record)
{
	const char *named = output_string(record, "torn");
	char digest[HEX_SIZE];

	for (size_t i = 0; i < torn->n; i++) {
		size_t len = strlen(torn->lines[i]);

		if (strncmp(torn->lines[i], line, len) == 0)
			continue;
		if (i + 1 < torn->n || named == NULL ||
		    hash_line(torn->lines[i], len, digest) != 0 ||
		    strcmp(named, digest) != 0)
			return false;
	}
	return true;
}

/* Does this record follow the one whose digest is @prev? */
static void
check_record(struct audit_chain *chain, struct json_object *record, const char *prev)
{
	static const char origin[] =
	    "0000000000000000000000000000000000000000000000000000000000000000";
	const char *its_prev = output_string(record, "prev");
	int64_t seq = output_number(record, "seq", -1);

	if (seq < 0 || its_prev == NULL || strlen(its_prev) != HEX_SIZE - 1) {
		wrong(chain, "has no seq or prev");
		return;
	}
	if (chain->lines == 0) {
		chain->first_seq = seq;
		chain->continues = strcmp(its_prev, origin) != 0;
	} else if (seq != chain->last_seq + 1) {
		(void)snprintf(chain->wrong, sizeof(chain->wrong),
		    "has seq %lld, expected %lld: records are missing or were put in",
		    (long long)seq, (long long)chain->last_seq + 1);
		return;
	} else if (strcmp(its_prev, prev) != 0) {
		wrong(chain, "does not follow: the line before it was edited");
		return;
	}
	chain->last_seq = seq;
}

/* One line without its newline; @prev becomes its digest if it is a record in order. */
static int
check_line(struct audit_chain *chain, struct torn *torn, const char *line, size_t len,
    char prev[HEX_SIZE])
{
	_cleanup_json_ struct json_object *record = parse_line(line, len);

	if (record == NULL) {
		if (len == 0 || memchr(line, '\0', len) != NULL || torn->n == TORN_MAX) {
			wrong(chain, "is no JSON object");
			return 0;
		}
		torn->lines[torn->n] = strndup(line, len);
		return torn->lines[torn->n++] != NULL ? 0 : -ENOMEM;
	}
	if (!torn_is_explained(torn, line, record)) {
		wrong(chain, "is no JSON object, and nothing accounts for it");
		return 0;
	}
	chain->torn += torn->n;
	torn_done(torn);
	check_record(chain, record, prev);
	if (chain->wrong[0] != '\0')
		return 0;
	chain->lines++;
	return hash_line(line, len, prev);
}

int
audit_chain_check(FILE *stream, struct audit_chain *ret_chain)
{
	_cleanup_(torn_done) struct torn torn = { .n = 0 };
	_cleanup_free_ char *line = NULL;
	struct audit_chain chain = { .lines = 0 };
	char prev[HEX_SIZE] = "";
	size_t size = 0;
	ssize_t n;
	int r;

	while (chain.wrong[0] == '\0' && (n = getline(&line, &size, stream)) > 0) {
		if (line[n - 1] != '\n') {
			wrong(&chain, "is torn: it does not end in a newline");
			break;
		}
		line[n - 1] = '\0';
		r = check_line(&chain, &torn, line, (size_t)n - 1, prev);
		if (r != 0)
			return r;
	}
	if (ferror(stream))
		return errno != 0 ? -errno : -EIO;
	if (chain.wrong[0] == '\0' && torn.n > 0)
		wrong(&chain, "is no JSON object, and nothing accounts for it");
	*ret_chain = chain;
	return 0;
}
