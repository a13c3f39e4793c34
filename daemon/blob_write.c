/* SPDX-License-Identifier: Apache-2.0 */
/* blob_write.c - a directory as canonical lines, gzipped; contract in blob.h */
#include <inttypes.h>
#include <string.h>

#include "daemon/blob.h"
#include "daemon/gzip.h"

#define FLUSH_BYTES 65536

/* Exactly one way to write each string: what RFC 8259 demands, and nothing else. */
static void
put_string(struct buf *out, const char *text)
{
	const char *from = text;

	buf_text(out, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c != '"' && c != '\\' && c >= 0x20 && c != 0x7f)
			continue;
		buf_add(out, from, (size_t)(text - from));
		from = text + 1;
		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else
			buf_printf(out, "\\u%04x", c);
	}
	buf_add(out, from, (size_t)(text - from));
	buf_text(out, "\"");
}

static void
put_member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	put_string(out, value);
}

static void
put_head(struct buf *out, const struct blob_head *head)
{
	buf_text(out, "{\"iamlogin-directory\":1");
	put_member(out, "owner", head->owner);
	put_member(out, "view", head->view);
	put_member(out, "partition", head->partition);
	put_member(out, "account", head->account);
	buf_text(out, ",\"attributes\":[");
	for (size_t i = 0; i < head->n_attributes; i++) {
		buf_text(out, i > 0 ? "," : "");
		put_string(out, head->attributes[i]);
	}
	buf_text(out, "]}\n");
}

static void
put_group(struct buf *out, const struct directory_group *group)
{
	buf_text(out, "{\"group\":");
	put_string(out, group->name);
	if (group->id != NULL)
		put_member(out, "id", group->id);
	if (group->path != NULL)
		put_member(out, "path", group->path);
	if (group->gid != 0)
		buf_printf(out, ",\"gid\":%" PRIu32, group->gid);
	buf_text(out, "}\n");
}

static void
put_keys(struct buf *out, const struct directory_principal *who)
{
	char line[SSHKEY_LINE_SIZE];
	const char *before = "";

	buf_text(out, ",\"keys\":[");
	for (size_t i = 0; i < who->n_keys; i++) {
		const struct directory_key *key = &who->keys[i];

		if (sshkey_format(
			key->type, key->blob, key->blob_len, line, sizeof(line)) < 0)
			continue;
		buf_printf(out, "%s[", before);
		put_string(out, key->key_id);
		buf_text(out, ",");
		put_string(out, line);
		buf_text(out, "]");
		before = ",";
	}
	buf_text(out, "]");
}

static void
put_principal(struct buf *out, const struct directory_principal *who)
{
	buf_printf(out, "{\"kind\":\"%s\"", directory_kind_name(who->kind));
	put_member(out, "id", who->id);
	put_member(out, "name", who->name);
	put_member(out, "path", who->path);
	if (who->created_s != INT64_MAX)
		buf_printf(out, ",\"created\":%" PRId64, who->created_s);
	if (who->assigned.os_name != NULL && who->assigned.os_name[0] != '\0') {
		put_member(out, "os", who->assigned.os_name);
		put_member(out, "by", who->assigned.is_by_tag ? "tag" : "name");
		if (who->assigned.uid != 0)
			buf_printf(out, ",\"uid\":%" PRIu32, who->assigned.uid);
	}
	buf_text(out, ",\"groups\":[");
	for (size_t i = 0; i < who->n_groups; i++) {
		buf_text(out, i > 0 ? "," : "");
		put_string(out, who->groups[i]);
	}
	buf_text(out, "],\"attributes\":[");
	for (size_t i = 0; i < who->n_tags; i++) {
		buf_text(out, i > 0 ? ",[" : "[");
		put_string(out, who->tags[i].key);
		buf_text(out, ",");
		put_string(out, who->tags[i].value);
		buf_text(out, "]");
	}
	buf_text(out, "]");
	put_keys(out, who);
	buf_text(out, ",\"status\":\"active\"}\n");
}

/* What has come together so far, when it is @least bytes or more. */
static int
flush(struct gzip_packer *packer, struct buf *lines, size_t least)
{
	int r;

	if (lines->has_failed)
		return -ENOMEM;
	if (lines->len < least)
		return 0;
	r = gzip_packer_add(packer, lines->bytes, lines->len);
	lines->len = 0;
	return r;
}

int
blob_write(
    const struct blob_head *head, const struct directory *directory, struct buf *out)
{
	_cleanup_gzip_packer_ struct gzip_packer *packer = NULL;
	_cleanup_buf_ struct buf lines = BUF_EMPTY;
	int r = gzip_packer_new(out, &packer);

	put_head(&lines, head);
	for (size_t i = 0; r == 0 && i < directory->n_groups; i++) {
		put_group(&lines, &directory->groups[i]);
		r = flush(packer, &lines, FLUSH_BYTES);
	}
	for (size_t i = 0; r == 0 && i < directory->n_principals; i++) {
		put_principal(&lines, &directory->principals[i]);
		r = flush(packer, &lines, FLUSH_BYTES);
	}
	if (r == 0)
		r = flush(packer, &lines, 1);
	return r == 0 ? gzip_packer_end(packer) : r;
}
