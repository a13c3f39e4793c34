/* SPDX-License-Identifier: Apache-2.0 */
/* test_sigv4.c - every case of AWS's signing test suite, by header and by query */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/sigv4.h"

#define HEADERS_MAX 16
#define FILE_MAX 16384

#ifndef TEST_SRCDIR
#define TEST_SRCDIR "."
#endif

struct vector {
	const char *dir;
	struct json_object *context;
	char request[FILE_MAX];
	struct sigv4_header headers[HEADERS_MAX];
	char target[FILE_MAX];
	struct sigv4_request sign;
	struct sigv4_key key;
	int64_t now_s;
};

static void
vectors_path(char *ret, size_t size)
{
	const char *top = getenv("srcdir");

	(void)snprintf(
	    ret, size, "%s/tests/data/sigv4-vectors", top != NULL ? top : TEST_SRCDIR);
}

static size_t
slurp(const char *dir, const char *name, char *ret)
{
	char top[512], path[1200];
	FILE *stream;
	size_t len;

	vectors_path(top, sizeof(top));
	(void)snprintf(path, sizeof(path), "%s/%s/%s", top, dir, name);
	stream = fopen(path, "re");
	if (stream == NULL)
		fail_msg("cannot open %s", path);
	len = fread(ret, 1, FILE_MAX - 1, stream);
	ret[len] = '\0';
	assert_int_equal(fclose(stream), 0);
	return len;
}

static const char *
text_of(struct json_object *object, const char *name)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, name, &member))
		return NULL;
	return json_object_get_string(member);
}

static bool
flag_of(struct json_object *object, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(object, name, &member) &&
	       json_object_get_boolean(member);
}

/* The request line and the headers, in place; a line that begins with a blank folds. */
static void
split_request(struct vector *vector)
{
	char *at = vector->request, *end = strchr(at, '\n'), *target, *query;
	size_t n = 0;

	*end = '\0';
	vector->sign.method = at;
	target = strchr(at, ' ');
	*target++ = '\0';
	*strrchr(target, ' ') = '\0';
	strcpy(vector->target, target);
	query = strchr(target, '?');
	if (query != NULL)
		*query++ = '\0';
	vector->sign.path = target;
	vector->sign.query = query;
	for (at = end + 1; *at != '\0' && *at != '\n'; at = end + 1) {
		char *colon = strchr(at, ':');

		end = strchr(at, '\n');
		while (end != NULL && (end[1] == ' ' || end[1] == '\t'))
			end = strchr(end + 1, '\n');
		if (end == NULL)
			end = at + strlen(at) - 1;
		else
			*end = '\0';
		*colon = '\0';
		assert_true(n < HEADERS_MAX);
		vector->headers[n++] = (struct sigv4_header){ at, colon + 1 };
	}
	vector->sign.headers = vector->headers;
	vector->sign.n_headers = n;
	if (*at == '\n') {
		vector->sign.body = at + 1;
		vector->sign.body_len = strlen(at + 1);
	}
}

static void
load(const char *dir, struct vector *vector)
{
	char text[FILE_MAX];
	struct json_object *keys;
	struct tm tm = { 0 };

	memset(vector, 0, sizeof(*vector));
	vector->dir = dir;
	(void)slurp(dir, "context.json", text);
	vector->context = json_tokener_parse(text);
	assert_non_null(vector->context);
	assert_true(json_object_object_get_ex(vector->context, "credentials", &keys));
	vector->key = (struct sigv4_key){
		.access_key_id = text_of(keys, "access_key_id"),
		.secret = text_of(keys, "secret_access_key"),
		.token = text_of(keys, "token"),
		.region = text_of(vector->context, "region"),
		.service = text_of(vector->context, "service"),
	};
	assert_non_null(
	    strptime(text_of(vector->context, "timestamp"), "%Y-%m-%dT%H:%M:%SZ", &tm));
	vector->now_s = timegm(&tm);
	(void)slurp(dir, "request.txt", vector->request);
	vector->sign.is_s3_path = !flag_of(vector->context, "normalize");
	vector->sign.sign_body = flag_of(vector->context, "sign_body");
	vector->sign.token_outside = flag_of(vector->context, "omit_session_token");
	split_request(vector);
}

static void
expect_file(const struct vector *vector, const char *name, const char *got)
{
	char want[FILE_MAX];

	(void)slurp(vector->dir, name, want);
	if (strcmp(want, got) != 0)
		fail_msg("%s/%s:\nwanted\n%s\ngot\n%s", vector->dir, name, want, got);
}

static void
check_header(struct vector *vector)
{
	_cleanup_sigv4_signed_ struct sigv4_signed out = SIGV4_UNSIGNED;
	char want[FILE_MAX], line[FILE_MAX];

	assert_int_equal(sigv4_sign(&vector->sign, &vector->key, vector->now_s, &out), 0);
	expect_file(vector, "header-canonical-request.txt", out.canonical);
	expect_file(vector, "header-string-to-sign.txt", out.string_to_sign);
	expect_file(vector, "header-signature.txt", out.signature);
	(void)slurp(vector->dir, "header-signed-request.txt", want);
	(void)snprintf(line, sizeof(line), "\nAuthorization:%s\n", out.authorization);
	assert_non_null(strstr(want, line));
	(void)snprintf(line, sizeof(line), "\nX-Amz-Date:%s\n", out.amz_date);
	assert_non_null(strstr(want, line));
	if (vector->sign.sign_body) {
		(void)snprintf(line, sizeof(line), "\nx-amz-content-sha256:%s\n",
		    out.content_sha256);
		assert_non_null(strstr(want, line));
	}
}

static void
check_query(struct vector *vector)
{
	_cleanup_sigv4_signed_ struct sigv4_signed out = SIGV4_UNSIGNED;
	char want[FILE_MAX], line[FILE_MAX * 2];
	const char *mark = strchr(vector->target, '?');
	int path_len =
	    mark != NULL ? (int)(mark - vector->target) : (int)strlen(vector->target);

	assert_int_equal(
	    sigv4_presign(&vector->sign, &vector->key, vector->now_s, 3600, &out), 0);
	expect_file(vector, "query-canonical-request.txt", out.canonical);
	expect_file(vector, "query-string-to-sign.txt", out.string_to_sign);
	expect_file(vector, "query-signature.txt", out.signature);
	(void)slurp(vector->dir, "query-signed-request.txt", want);
	(void)snprintf(line, sizeof(line), "%s %.*s?%s HTTP/1.1\n", vector->sign.method,
	    path_len, vector->target, out.query);
	if (strncmp(want, line, strlen(line)) != 0)
		fail_msg("%s: wanted\n%s\ngot\n%s", vector->dir, want, line);
}

static void
test_sigv4_reproduces_every_published_vector(void **state)
{
	static struct vector vector;
	char top[512];
	struct dirent *entry;
	unsigned n = 0;
	DIR *dir;

	(void)state;
	vectors_path(top, sizeof(top));
	dir = opendir(top);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' || strchr(entry->d_name, '.') != NULL)
			continue;
		load(entry->d_name, &vector);
		check_header(&vector);
		check_query(&vector);
		json_object_put(vector.context);
		n++;
	}
	assert_int_equal(closedir(dir), 0);
	assert_int_equal(n, 38);
}

static void
sign_form(const char *host, const char *region, const char *service, const char *token,
    const char *body, const char *want)
{
	_cleanup_sigv4_signed_ struct sigv4_signed out = SIGV4_UNSIGNED;
	const struct sigv4_header headers[] = { { "Host", host },
		{ "Content-Type", "application/x-www-form-urlencoded; charset=utf-8" } };
	struct sigv4_request request = { .method = "POST",
		.path = "/",
		.headers = headers,
		.n_headers = 2,
		.body = body,
		.body_len = strlen(body) };
	struct sigv4_key key = { "AKIDEXAMPLE",
		"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token, region, service };

	/* 20250102T030405Z */
	assert_int_equal(sigv4_sign(&request, &key, 1735787045, &out), 0);
	assert_string_equal(out.amz_date, "20250102T030405Z");
	assert_string_equal(out.signature, want);
}

static void
test_sigv4_signs_a_form_for_iam(void **state)
{
	(void)state;
	sign_form("iam.amazonaws.com", "us-east-1", "iam", NULL,
	    "Action=ListUsers&MaxItems=1000&Version=2010-05-08",
	    "005443f63f4d0355c13554117b811cd904201861172bc5bbaece6fd76c9ea191");
}

static void
test_sigv4_signs_a_form_with_session_token_for_sts(void **state)
{
	(void)state;
	sign_form("sts.us-east-2.amazonaws.com", "us-east-2", "sts",
	    "TOKENEXAMPLE==", "Action=GetCallerIdentity&Version=2011-06-15",
	    "52c86ebd14435360e95b8462ff9e286da4bd4598ac3e8e9576817a4bbc69d0a7");
}

static void
test_sigv4_refuses_what_it_cannot_sign(void **state)
{
	const struct sigv4_header host = { "host", "a" };
	struct sigv4_request request = {
		.method = "GET", .path = "/", .headers = &host, .n_headers = 1
	};
	struct sigv4_key key = { "A", "S", NULL, "r", "s" };
	struct sigv4_signed out = SIGV4_UNSIGNED;

	(void)state;
	request.n_headers = 0;
	assert_int_equal(sigv4_sign(&request, &key, 0, &out), -EINVAL);
	request.n_headers = 1;
	request.path = "x";
	assert_int_equal(sigv4_sign(&request, &key, 0, &out), -EINVAL);
	request.path = "/";
	assert_int_equal(sigv4_sign(&request, &key, INT64_MAX / 2, &out), -EINVAL);
	assert_null(out.canonical);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sigv4_reproduces_every_published_vector),
		cmocka_unit_test(test_sigv4_signs_a_form_for_iam),
		cmocka_unit_test(test_sigv4_signs_a_form_with_session_token_for_sts),
		cmocka_unit_test(test_sigv4_refuses_what_it_cannot_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
