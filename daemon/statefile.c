/* SPDX-License-Identifier: Apache-2.0 */
/* statefile.c - files under the state directory; contract in statefile.h */
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/statefile.h"

#define DEPTH_MAX 8

static void
tokener_freep(struct json_tokener **tokener)
{
	if (*tokener != NULL)
		json_tokener_free(*tokener);
}

void
statefile_putp(struct json_object **object)
{
	(void)json_object_put(*object);
}

static int
parse(const char *bytes, size_t len, struct json_object **ret_object)
{
	_cleanup_(tokener_freep) struct json_tokener *tokener =
	    json_tokener_new_ex(DEPTH_MAX);
	_cleanup_statefile_ struct json_object *object = NULL;
	struct json_object *version;

	if (tokener == NULL)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, bytes, (int)len);
	if (!json_object_is_type(object, json_type_object))
		return STATEFILE_E_DAMAGED;
	for (size_t i = json_tokener_get_parse_end(tokener); i < len; i++)
		if (bytes[i] != '\n' && bytes[i] != ' ')
			return STATEFILE_E_DAMAGED;
	if (!json_object_object_get_ex(object, "v", &version) ||
	    !json_object_is_type(version, json_type_int) ||
	    json_object_get_int64(version) != 1)
		return STATEFILE_E_DAMAGED;
	*ret_object = base_take_ptr(&object);
	return 0;
}

int
statefile_read(const char *path, struct json_object **ret_object)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *bytes = NULL;
	struct stat st;
	size_t len = 0;
	ssize_t n;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > STATEFILE_MAX)
		return STATEFILE_E_DAMAGED;
	bytes = malloc((size_t)st.st_size + 1);
	if (bytes == NULL)
		return -ENOMEM;
	while (len < (size_t)st.st_size) {
		n = read(fd, bytes + len, (size_t)st.st_size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	if (len == 0 || memchr(bytes, '\0', len) != NULL)
		return STATEFILE_E_DAMAGED;
	return parse(bytes, len, ret_object);
}

static int
temp_name(const char *path, char ret[PATH_MAX])
{
	int n = snprintf(ret, PATH_MAX, "%s.new", path);

	return n > 0 && n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int
statefile_begin(const char *path, FILE **ret_stream)
{
	_cleanup_close_ int fd = -1;
	char temp[PATH_MAX];
	FILE *stream;
	int r;

	r = temp_name(path, temp);
	if (r != 0)
		return r;
	if (unlink(temp) < 0 && errno != ENOENT)
		return -errno;
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	stream = fdopen(fd, "w");
	if (stream == NULL)
		return -errno;
	(void)base_take_fd(&fd);
	*ret_stream = stream;
	return 0;
}

/* Without this a power cut may bring the old name back. */
static int
sync_directory(const char *path)
{
	_cleanup_close_ int fd = -1;
	char dir[PATH_MAX];
	char *slash;

	(void)snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (slash == NULL)
		(void)snprintf(dir, sizeof(dir), ".");
	else
		slash[slash == dir] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

int
statefile_commit(const char *path, FILE *stream)
{
	_cleanup_fclose_ FILE *owned = stream;
	char temp[PATH_MAX];
	int r;

	r = temp_name(path, temp);
	if (r != 0)
		return r;
	errno = 0;
	if (ferror(owned) || fflush(owned) != 0 || fsync(fileno(owned)) < 0)
		r = errno != 0 ? -errno : -EIO;
	if (fclose(base_take_ptr(&owned)) != 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(temp, path) < 0)
		r = -errno;
	if (r != 0) {
		(void)unlink(temp);
		return r;
	}
	return sync_directory(path);
}

const char *
statefile_text(const struct json_object *object, const char *name)
{
	struct json_object *member;
	const char *text;

	if (!json_object_object_get_ex(object, name, &member) ||
	    !json_object_is_type(member, json_type_string))
		return NULL;
	text = json_object_get_string(member);
	return strlen(text) == (size_t)json_object_get_string_len(member) ? text : NULL;
}

void
statefile_json(FILE *stream, const char *text)
{
	(void)fputc('"', stream);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			(void)fprintf(stream, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			(void)fprintf(stream, "\\u%04x", c);
		else
			(void)fputc(c, stream);
	}
	(void)fputc('"', stream);
}
