/* SPDX-License-Identifier: Apache-2.0 */
/* config_fleet.c - keys of a directory over S3; contract in config_fleet.h */
#include <string.h>

#include "common/text.h"
#include "daemon/blob.h"
#include "daemon/config_fleet.h"
#include "daemon/config_values.h"
#include "daemon/manifest.h"

#define BUCKET_MAX 63
#define REGION_WORD "{region}"
#define POLL_MIN_S 10
#define POLL_MAX_S 3600

int
config_fleet_bucket(const char *value, char *why)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
	const char *region = strstr(value, REGION_WORD);
	size_t len = strlen(value), before = strspn(value, allowed);
	bool is_right = before == len;

	if (region != NULL) {
		const char *behind = region + strlen(REGION_WORD);

		is_right =
		    value + before == region && strspn(behind, allowed) == strlen(behind);
		len -= strlen(REGION_WORD);
	}
	if (!is_right || len < 3 || len > BUCKET_MAX || value[0] == '.' ||
	    value[0] == '-')
		return config_value_why(why,
		    "a bucket's name is expected, with " REGION_WORD
		    " where each region has its own");
	return 0;
}

int
config_fleet_view(const char *value, char *why)
{
	return manifest_is_view(value)
		   ? 0
		   : config_value_why(why, "1 to %d of a-z, 0-9 and hyphen are expected",
			 MANIFEST_VIEW_SIZE - 1);
}

int
config_fleet_owner(const char *value, char *why)
{
	return manifest_is_owner(value)
		   ? 0
		   : config_value_why(why, "an account (12 digits) or an organisation "
					   "(o-...) is expected");
}

int
config_fleet_kms(const char *value, char *why)
{
	size_t len = strlen(value);

	return len <= 256 &&
		       strspn(value, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/_-") == len
		   ? 0
		   : config_value_why(why, "the id, alias or ARN of a key is expected");
}

int
config_fleet_set_public_key(struct config *config, const char *value, char *why)
{
	struct config_fleet *fleet = &config->fleet;
	int r = config_value_absolute(value, why);

	if (r != 0)
		return r;
	if (fleet->n_public_keys == BASE_N(fleet->public_keys))
		return config_value_why(
		    why, "two keys at most: the present and the next");
	fleet->public_keys[fleet->n_public_keys] = strdup(value);
	return fleet->public_keys[fleet->n_public_keys++] != NULL ? 0 : -ENOMEM;
}

int
config_fleet_set_poll(struct config *config, const char *value, char *why)
{
	uint32_t poll_s;
	int r = config_value_duration(value, &poll_s, why);

	if (r != 0)
		return r;
	if (poll_s < POLL_MIN_S || poll_s > POLL_MAX_S)
		return config_value_why(
		    why, "%d s to %d s are expected", POLL_MIN_S, POLL_MAX_S);
	config->fleet.poll_s = poll_s;
	return 0;
}

int
config_fleet_set_style(struct config *config, const char *value, char *why)
{
	static const char *const words[] = { "auto", "path", "virtual" };

	for (size_t i = 0; i < BASE_N(words); i++) {
		if (strcmp(words[i], value) != 0)
			continue;
		config->aws.s3_style = (enum config_s3_style)i;
		return 0;
	}
	return config_value_why(why, "auto, path or virtual is expected");
}

int
config_fleet_set_regions(struct config *config, const char *value, char *why)
{
	struct config_list *list = &config->publish.regions;
	int r = config_value_list(value, list, why);

	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = config_value_region(list->items[i], why);
	return r;
}

int
config_fleet_set_attributes(struct config *config, const char *value, char *why)
{
	struct config_list *list = &config->publish.attributes;
	int r = config_value_list(value, list, why);

	if (r == 0 && list->n > BLOB_ATTRIBUTES_MAX)
		return config_value_why(why, "more than %d tags", BLOB_ATTRIBUTES_MAX);
	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = config_value_tag_key(list->items[i], why);
	return r;
}

/* What a publisher cannot know is what an instance is. */
static int
check_view_rule(const struct rules_rule *rule, char *why)
{
	for (size_t i = 0; i < rule->n_terms; i++)
		if (rule->terms[i].kind != RULES_GROUP &&
		    rule->terms[i].kind != RULES_USER &&
		    rule->terms[i].kind != RULES_PATH && rule->terms[i].kind != RULES_TAG)
			return config_value_why(why,
			    "%s: only path:, group:, user: and tag: say who is in a view",
			    rule->terms[i].text);
	return 0;
}

int
config_fleet_set_view(struct config *config, const char *value, char *why)
{
	struct config_publish *publish = &config->publish;
	struct config_view view = { .name = NULL }, *bigger;
	const char *rule = strchr(value, ' ');
	char name[MANIFEST_VIEW_SIZE], error[200];
	int r;

	if (rule == NULL || (size_t)(rule - value) >= sizeof(name))
		return config_value_why(why, "view NAME = RULE is expected");
	(void)snprintf(name, sizeof(name), "%.*s", (int)(rule - value), value);
	r = config_fleet_view(name, why);
	if (r != 0)
		return r;
	for (size_t i = 0; i < publish->n_views; i++)
		if (strcmp(publish->views[i].name, name) == 0)
			return config_value_why(why, "view %s stands twice", name);
	r = rules_parse(rule + 1, &view.rule, error);
	if (r != 0)
		return r == -EINVAL ? config_value_why(why, "%s", error) : r;
	view.name = strdup(name);
	bigger = reallocarray(publish->views, publish->n_views + 1, sizeof(*bigger));
	if (bigger != NULL)
		publish->views = bigger;
	if (bigger == NULL || view.name == NULL) {
		rules_rule_done(&view.rule);
		free(view.name);
		return -ENOMEM;
	}
	bigger[publish->n_views++] = view;
	return check_view_rule(&view.rule, why);
}

int
config_fleet_defaults(struct config *config)
{
	config->fleet.poll_s = 60;
	config->publish.heartbeat_s = 300;
	config->publish.valid_s = 7 * 86400;
	config->publish.hold_s = 600;
	config->fleet.view = strdup("default");
	return config->fleet.view != NULL ? 0 : -ENOMEM;
}

static int
check_publish(struct config_reading *reading)
{
	const struct config *config = reading->config;
	const struct config_publish *publish = &config->publish;
	struct config_lines *lines = &reading->lines;

	if (publish->bucket == NULL) {
		if (publish->key_file != NULL || publish->kms_key != NULL ||
		    publish->n_views > 0 || publish->attributes.n > 0)
			return config_lines_refuse_at(
			    lines, 0, "[publish] needs a bucket");
		return 0;
	}
	if (config->source != CONFIG_SOURCE_IAM)
		return config_lines_refuse_at(lines, 0,
		    "[publish] needs [source] kind = iam: a publisher reads IAM itself");
	if ((publish->key_file != NULL) == (publish->kms_key != NULL))
		return config_lines_refuse_at(
		    lines, 0, "[publish] needs key_file or kms_key, one of the two");
	if (publish->kms_key != NULL && publish->public_key == NULL)
		return config_lines_refuse_at(lines, 0,
		    "[publish] kms_key needs public_key: nothing is published unverified");
	if (publish->regions.n > 1 && strstr(publish->bucket, REGION_WORD) == NULL)
		return config_lines_refuse_at(lines, 0,
		    "[publish] bucket needs " REGION_WORD " for more than one region");
	return 0;
}

int
config_fleet_check(struct config_reading *reading)
{
	const struct config_fleet *fleet = &reading->config->fleet;
	struct config_lines *lines = &reading->lines;

	if (reading->config->source == CONFIG_SOURCE_S3) {
		if (fleet->bucket == NULL || fleet->n_public_keys == 0)
			return config_lines_refuse_at(
			    lines, 0, "[source] kind = s3 needs bucket and public_key");
	} else if (fleet->bucket != NULL || fleet->n_public_keys > 0) {
		return config_lines_refuse_at(
		    lines, 0, "[source] bucket and public_key need kind = s3");
	}
	return check_publish(reading);
}

void
config_fleet_done(struct config *config)
{
	struct config_fleet *fleet = &config->fleet;
	struct config_publish *publish = &config->publish;

	free(config->aws.s3_endpoint);
	free(config->aws.kms_endpoint);
	free(fleet->bucket);
	free(fleet->bucket_owner);
	free(fleet->view);
	free(fleet->owner);
	for (size_t i = 0; i < fleet->n_public_keys; i++)
		free(fleet->public_keys[i]);
	free(publish->bucket);
	free(publish->bucket_owner);
	free(publish->owner);
	config_value_list_done(&publish->regions);
	config_value_list_done(&publish->attributes);
	for (size_t i = 0; i < publish->n_views; i++) {
		rules_rule_done(&publish->views[i].rule);
		free(publish->views[i].name);
	}
	free(publish->views);
	free(publish->key_file);
	free(publish->kms_key);
	free(publish->public_key);
}
