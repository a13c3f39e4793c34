/* SPDX-License-Identifier: Apache-2.0 */
/* ec2.c - DescribeTags; contract in ec2.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ec2.h"
#include "daemon/xml.h"

#define ROOT "DescribeTagsResponse"
#define ITEM ROOT "/tagSet/item"

struct parse {
	struct instance *instance;
	char *token;
	char *key, *value; /* of the item that is open */
	bool has_resource; /* it is this instance's */
	bool has_set;
	int r;
};

void
ec2_body(const char *instance_id, const char *token, struct buf *out)
{
	buf_text(out, "Action=DescribeTags&Version=2016-11-15&Filter.1.Name=resource-id"
		      "&Filter.1.Value.1=");
	buf_percent(out, instance_id, strlen(instance_id), "");
	buf_text(out, "&MaxResults=1000");
	if (token != NULL) {
		buf_text(out, "&NextToken=");
		buf_percent(out, token, strlen(token), "");
	}
}

static void
item_done(struct parse *parse)
{
	free(parse->key);
	free(parse->value);
	parse->key = parse->value = NULL;
	parse->has_resource = false;
}

static int
on_open(void *context, const char *path)
{
	struct parse *parse = context;

	if (strcmp(path, ROOT "/tagSet") == 0) {
		parse->r = parse->has_set ? EC2_E_GARBAGE : 0;
		parse->has_set = true;
	} else if (strchr(path, '/') == NULL && strcmp(path, ROOT) != 0) {
		parse->r = EC2_E_GARBAGE;
	} else if (strcmp(path, ITEM) == 0) {
		item_done(parse);
	}
	return parse->r;
}

static int
take(char **slot, const char *text, size_t len, size_t most, bool may_be_empty)
{
	if (*slot != NULL || len > most || (len == 0 && !may_be_empty) ||
	    strlen(text) != len)
		return EC2_E_GARBAGE;
	*slot = strdup(text);
	return *slot == NULL ? -ENOMEM : 0;
}

static int
item_close(struct parse *parse)
{
	int r;

	if (parse->key == NULL || parse->value == NULL || !parse->has_resource ||
	    parse->instance->n_tags >= EC2_TAGS_MAX)
		return EC2_E_GARBAGE;
	r = instance_add_tag(parse->instance, parse->key, parse->value);
	item_done(parse);
	return r;
}

static int
on_close(void *context, const char *path, const char *text, size_t len)
{
	struct parse *parse = context;

	if (strcmp(path, ITEM "/key") == 0)
		parse->r = take(&parse->key, text, len, 512, false);
	else if (strcmp(path, ITEM "/value") == 0)
		parse->r = take(&parse->value, text, len, 1024, true);
	else if (strcmp(path, ITEM "/resourceId") == 0)
		parse->has_resource = strcmp(text, parse->instance->id) == 0;
	else if (strcmp(path, ITEM) == 0)
		parse->r = item_close(parse);
	else if (strcmp(path, ROOT "/nextToken") == 0 && len > 0)
		parse->r = take(&parse->token, text, len, EC2_TOKEN_MAX, false);
	return parse->r;
}

int
ec2_parse(const char *body, size_t len, struct instance *instance, char **ret_token)
{
	static const struct xml_handlers handlers = { on_open, on_close };
	struct parse parse = { .instance = instance };
	int r = xml_parse(body, len, &handlers, &parse);

	item_done(&parse);
	if (r == XML_E_STOPPED)
		r = parse.r;
	else if (r > 0 || (r == 0 && !parse.has_set))
		r = EC2_E_GARBAGE;
	if (r != 0) {
		free(parse.token);
		return r;
	}
	*ret_token = parse.token;
	return 0;
}
