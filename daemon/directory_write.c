/* SPDX-License-Identifier: Apache-2.0 */
/* directory_write.c - directory to JSON, and IAM's times; contract in directory_json.h */
#include <string.h>
#include <time.h>

#include "daemon/directory_json.h"
#include "daemon/statefile.h"

#define TIME_SIZE 32

/* N digits at @text as a number; -1 when they are not all digits. */
static int
digits(const char *text, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

int
directory_json_time(const char *text, int64_t *ret_s)
{
	static const char shape[] = "0000-00-00T00:00:00";
	struct tm tm = { 0 };
	struct tm again;
	const char *rest;
	time_t s;

	for (size_t i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] == '0' ? text[i] < '0' || text[i] > '9'
				    : text[i] != shape[i])
			return -EINVAL;
	rest = text + sizeof(shape) - 1;
	if (*rest == '.') {
		size_t n = strspn(rest + 1, "0123456789");

		if (n == 0 || n > 9)
			return -EINVAL;
		rest += n + 1;
	}
	if (strcmp(rest, "Z") != 0 && strcmp(rest, "+00:00") != 0)
		return -EINVAL;
	if (digits(text, 4) < 1970)
		return -EINVAL;
	tm.tm_year = digits(text, 4) - 1900;
	tm.tm_mon = digits(text + 5, 2) - 1;
	tm.tm_mday = digits(text + 8, 2);
	tm.tm_hour = digits(text + 11, 2);
	tm.tm_min = digits(text + 14, 2);
	tm.tm_sec = digits(text + 17, 2);
	again = tm;
	s = timegm(&again);
	/* timegm(3) takes the 31st of June for the 1st of July; IAM never says it. */
	if (again.tm_year != tm.tm_year || again.tm_mon != tm.tm_mon ||
	    again.tm_mday != tm.tm_mday || again.tm_hour != tm.tm_hour ||
	    again.tm_min != tm.tm_min || again.tm_sec != tm.tm_sec)
		return -EINVAL;
	*ret_s = (int64_t)s;
	return 0;
}

static void
write_text(FILE *stream, const char *name, const char *value)
{
	(void)fprintf(stream, "\"%s\":", name);
	statefile_json(stream, value);
}

static void
write_created(FILE *stream, int64_t created_s)
{
	char text[TIME_SIZE];
	time_t s = (time_t)created_s;
	struct tm tm;

	/* What directory_json_time() would refuse is left out: unknown is latest. */
	if (created_s == INT64_MAX || gmtime_r(&s, &tm) == NULL || tm.tm_year < 70 ||
	    tm.tm_year > 9999 - 1900 ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) != 20)
		return;
	(void)fputc(',', stream);
	write_text(stream, "CreateDate", text);
}

static void
write_key(FILE *stream, const struct directory_key *key)
{
	char line[SSHKEY_LINE_SIZE];

	if (sshkey_format(key->type, key->blob, key->blob_len, line, sizeof(line)) < 0)
		line[0] = '\0';
	(void)fputc('{', stream);
	write_text(stream, "SSHPublicKeyId", key->key_id);
	(void)fputs(",\"Status\":\"Active\",", stream);
	write_text(stream, "SSHPublicKeyBody", line[0] != '\0' ? line : "-");
	(void)fputc('}', stream);
}

/* Roles have the same but groups and keys. */
static void
write_principal(FILE *stream, const struct directory_principal *who)
{
	bool is_user = who->kind == PRINCIPAL_IAM_USER;

	(void)fputc('{', stream);
	write_text(stream, "Path", who->path);
	(void)fputc(',', stream);
	write_text(stream, is_user ? "UserName" : "RoleName", who->name);
	(void)fputc(',', stream);
	write_text(stream, is_user ? "UserId" : "RoleId", who->id);
	(void)fputc(',', stream);
	write_text(stream, "Arn", who->arn);
	write_created(stream, who->created_s);
	(void)fputs(",\"Tags\":[", stream);
	for (size_t i = 0; i < who->n_tags; i++) {
		(void)fputs(i > 0 ? ",{" : "{", stream);
		write_text(stream, "Key", who->tags[i].key);
		(void)fputc(',', stream);
		write_text(stream, "Value", who->tags[i].value);
		(void)fputc('}', stream);
	}
	(void)fputc(']', stream);
	if (is_user) {
		(void)fputs(",\"GroupList\":[", stream);
		for (size_t i = 0; i < who->n_groups; i++) {
			if (i > 0)
				(void)fputc(',', stream);
			statefile_json(stream, who->groups[i]);
		}
		(void)fputs("],\"SSHPublicKeys\":[", stream);
		for (size_t i = 0; i < who->n_keys; i++) {
			if (i > 0)
				(void)fputc(',', stream);
			write_key(stream, &who->keys[i]);
		}
		(void)fputc(']', stream);
	}
	(void)fputc('}', stream);
}

static void
write_principals(
    const struct directory *directory, enum principal_kind kind, FILE *stream)
{
	const char *before = "\n";

	for (size_t i = 0; i < directory->n_principals; i++) {
		if (directory->principals[i].kind != kind)
			continue;
		(void)fputs(before, stream);
		write_principal(stream, &directory->principals[i]);
		before = ",\n";
	}
}

static void
write_group(FILE *stream, const struct directory_group *group)
{
	(void)fputc('{', stream);
	write_text(stream, "GroupName", group->name);
	if (group->id != NULL) {
		(void)fputc(',', stream);
		write_text(stream, "GroupId", group->id);
	}
	if (group->path != NULL) {
		(void)fputc(',', stream);
		write_text(stream, "Path", group->path);
	}
	(void)fputc('}', stream);
}

int
directory_json_write(const struct directory *directory, FILE *stream)
{
	(void)fputs("{\"UserDetailList\":[", stream);
	write_principals(directory, PRINCIPAL_IAM_USER, stream);
	(void)fputs("\n],\"RoleDetailList\":[", stream);
	write_principals(directory, PRINCIPAL_ROLE, stream);
	(void)fputs("\n],\"GroupDetailList\":[", stream);
	for (size_t i = 0; i < directory->n_groups; i++) {
		(void)fputs(i == 0 ? "\n" : ",\n", stream);
		write_group(stream, &directory->groups[i]);
	}
	(void)fputs("\n]}\n", stream);
	return ferror(stream) != 0 ? -EIO : 0;
}
