/* SPDX-License-Identifier: Apache-2.0 */
/* agentfile.c - one session of Session Manager; contract in agentfile.h */
#include <limits.h>
#include <string.h>

#include <json-c/json.h>

#include "warden/agentfile.h"

#define DEPTH_MAX 32

static const char *const shells[] = { "Standard_Stream", "InteractiveCommands",
	"NonInteractiveCommands" };

static void
putp(struct json_object **json)
{
	json_object_put(*json);
}
#define _cleanup_json_ _cleanup_(putp)

static void
tokener_freep(struct json_tokener **tokener)
{
	if (*tokener != NULL)
		json_tokener_free(*tokener);
}

bool
agentfile_is_id(const char *name)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_+=,.@-";
	size_t len = strlen(name);

	return len > 0 && len < AGENTFILE_ID_SIZE && name[0] != '.' &&
	       strspn(name, allowed) == len;
}

/* A member of the type that it has to have, or NULL. */
static struct json_object *
member(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *value;

	if (object == NULL || !json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

/* Printable, without NUL, and not cut: a text that is compared must be whole. */
static bool
take_text(struct json_object *object, const char *key, char *ret, size_t ret_size)
{
	struct json_object *value = member(object, key, json_type_string);
	const char *text = json_object_get_string(value);
	size_t len;

	if (value == NULL || text == NULL)
		return false;
	len = (size_t)json_object_get_string_len(value);
	if (len >= ret_size)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	memcpy(ret, text, len);
	ret[len] = '\0';
	return true;
}

static bool
take_pid(struct json_object *document, pid_t *ret_pid)
{
	struct json_object *process = member(document, "ProcInfo", json_type_object);
	struct json_object *pid = member(process, "Pid", json_type_int);
	int64_t number;

	if (pid == NULL)
		return false;
	number = json_object_get_int64(pid);
	if (number < 0 || number > INT_MAX)
		return false;
	*ret_pid = (pid_t)number;
	return true;
}

static struct json_object *
first_plugin(struct json_object *root)
{
	struct json_object *plugins =
	    member(root, "InstancePluginsInformation", json_type_array);
	struct json_object *plugin;

	/* a session has one plugin; with several it would not be known whose account counts */
	if (plugins == NULL || json_object_array_length(plugins) != 1)
		return NULL;
	plugin = json_object_array_get_idx(plugins, 0);
	return json_object_is_type(plugin, json_type_object) ? plugin : NULL;
}

/* What the plugin says; NULL, or the field that is not as known. */
static const char *
take_plugin(struct json_object *plugin, struct agentfile *file)
{
	struct json_object *configuration =
	    member(plugin, "Configuration", json_type_object);
	struct json_object *enabled =
	    member(configuration, "RunAsEnabled", json_type_boolean);
	char name[64], owner[sizeof(file->owner)];
	bool is_shell = false;

	if (!take_text(plugin, "Name", name, sizeof(name)))
		return "InstancePluginsInformation[0].Name";
	for (size_t i = 0; i < BASE_N(shells); i++)
		is_shell = is_shell || strcmp(name, shells[i]) == 0;
	file->is_port = strcmp(name, "Port") == 0;
	if (!is_shell && !file->is_port)
		return "InstancePluginsInformation[0].Name";
	/* both come from the same message: if they differ, neither can be believed */
	if (!take_text(configuration, "SessionOwner", owner, sizeof(owner)) ||
	    strcmp(owner, file->owner) != 0)
		return "Configuration.SessionOwner";
	if (file->is_port)
		return NULL;
	if (enabled == NULL)
		return "Configuration.RunAsEnabled";
	if (!json_object_get_boolean(enabled))
		return NULL;
	if (!take_text(
		configuration, "RunAsUser", file->account, sizeof(file->account)) ||
	    file->account[0] == '\0')
		return "Configuration.RunAsUser";
	return NULL;
}

static const char *
take_session(struct json_object *root, const char *name, struct agentfile *file)
{
	struct json_object *document =
	    member(root, "DocumentInformation", json_type_object);

	if (!take_text(document, "DocumentID", file->id, sizeof(file->id)) ||
	    strcmp(file->id, name) != 0)
		return "DocumentInformation.DocumentID";
	if (!take_text(document, "DocumentName", file->document, sizeof(file->document)))
		return "DocumentInformation.DocumentName";
	if (!take_text(document, "SessionOwner", file->owner, sizeof(file->owner)) ||
	    strncmp(file->owner, "arn:", 4) != 0)
		return "DocumentInformation.SessionOwner";
	if (!take_pid(document, &file->pid))
		return "DocumentInformation.ProcInfo.Pid";
	return take_plugin(first_plugin(root), file);
}

int
agentfile_parse(const char *bytes, size_t len, const char *name,
    struct agentfile *ret_file, const char **ret_why)
{
	_cleanup_(tokener_freep) struct json_tokener *tokener =
	    json_tokener_new_ex(DEPTH_MAX);
	_cleanup_json_ struct json_object *root = NULL;
	struct agentfile file = { .pid = 0 };
	char type[64];

	if (tokener == NULL)
		return -ENOMEM;
	*ret_why = "JSON";
	if (len > AGENTFILE_SIZE_MAX)
		return AGENTFILE_E_SHAPE;
	root = json_tokener_parse_ex(tokener, bytes, (int)len);
	if (root == NULL || !json_object_is_type(root, json_type_object))
		return AGENTFILE_E_SHAPE;
	*ret_why = "DocumentType";
	if (!take_text(root, "DocumentType", type, sizeof(type)))
		return AGENTFILE_E_SHAPE;
	if (strcmp(type, "StartSession") != 0)
		return AGENTFILE_E_OTHER;
	*ret_why = take_session(root, name, &file);
	if (*ret_why != NULL)
		return AGENTFILE_E_SHAPE;
	*ret_file = file;
	return 0;
}
