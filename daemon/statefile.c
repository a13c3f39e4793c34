/* SPDX-License-Identifier: Apache-2.0 */
/* statefile.c - files under the state directory; contract in statefile.h */
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/directory_scan.h"
#include "daemon/json_strict.h"
#include "daemon/statefile.h"

#define DEPTH_MAX 8

void
statefile_putp(struct json_object **object)
{
	(void)json_object_put(*object);
}

struct statefile_list {
	char *bytes;
	struct directory_scan scan;
};

/* One JSON object and nothing behind it. */
static int
parse(const char *bytes, size_t len, struct json_object **ret_object)
{
	int r = json_strict(bytes, len, DEPTH_MAX, ret_object);

	return r > 0 ? STATEFILE_E_DAMAGED : r;
}

/* The same, of our version. */
static int
parse_file(const char *bytes, size_t len, struct json_object **ret_object)
{
	_cleanup_statefile_ struct json_object *object = NULL;
	struct json_object *version;
	int r = parse(bytes, len, &object);

	if (r != 0)
		return r;
	if (!json_object_object_get_ex(object, "v", &version) ||
	    !json_object_is_type(version, json_type_int) ||
	    json_object_get_int64(version) != 1)
		return STATEFILE_E_DAMAGED;
	*ret_object = base_take_ptr(&object);
	return 0;
}

static int
read_whole(const char *path, char **ret_bytes, size_t *ret_len)
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
	*ret_bytes = base_take_ptr(&bytes);
	*ret_len = len;
	return 0;
}

int
statefile_read(const char *path, struct json_object **ret_object)
{
	_cleanup_free_ char *bytes = NULL;
	size_t len;
	int r = read_whole(path, &bytes, &len);

	return r == 0 ? parse_file(bytes, len, ret_object) : r;
}

/* Where the value of member @name is; not there: it has no bytes. */
static int
find_member(
    struct directory_slice whole, const char *name, struct directory_slice *ret_value)
{
	struct directory_slice member, value, found = { NULL, 0 };
	struct directory_scan scan;
	int r = directory_scan_begin(whole, '{', &scan);

	while (r == 0 && (r = directory_scan_next(&scan, &member, &value)) == 0)
		if (member.len == strlen(name) &&
		    memcmp(member.at, name, member.len) == 0)
			found = value;
	if (r != DIRECTORY_SCAN_E_END || found.at == NULL)
		return STATEFILE_E_DAMAGED;
	*ret_value = found;
	return 0;
}

/* The file with an empty array where @value stands. */
static int
parse_rest(struct directory_slice whole, struct directory_slice value,
    struct json_object **ret_rest)
{
	_cleanup_free_ char *rest = NULL;
	const char *behind = value.at + value.len;
	int len = asprintf(&rest, "%.*s[]%.*s", (int)(value.at - whole.at), whole.at,
	    (int)(whole.at + whole.len - behind), behind);

	if (len < 0) {
		rest = NULL;
		return -ENOMEM;
	}
	return parse_file(rest, (size_t)len, ret_rest);
}

int
statefile_list_open(const char *path, const char *name, struct statefile_list **ret_list,
    struct json_object **ret_rest)
{
	_cleanup_statefile_list_ struct statefile_list *list = calloc(1, sizeof(*list));
	struct directory_slice value, whole = { NULL, 0 };
	int r;

	if (list == NULL)
		return -ENOMEM;
	r = read_whole(path, &list->bytes, &whole.len);
	whole.at = list->bytes;
	if (r == 0)
		r = find_member(whole, name, &value);
	if (r == 0 && directory_scan_begin(value, '[', &list->scan) != 0)
		r = STATEFILE_E_DAMAGED;
	if (r == 0)
		r = parse_rest(whole, value, ret_rest);
	if (r == 0)
		*ret_list = base_take_ptr(&list);
	return r;
}

int
statefile_list_next(struct statefile_list *list, struct json_object **ret_object)
{
	struct directory_slice none, element;
	int r = directory_scan_next(&list->scan, &none, &element);

	if (r == DIRECTORY_SCAN_E_END)
		return STATEFILE_E_END;
	if (r != 0)
		return STATEFILE_E_DAMAGED;
	return parse(element.at, element.len, ret_object);
}

void
statefile_list_free(struct statefile_list *list)
{
	if (list == NULL)
		return;
	free(list->bytes);
	free(list);
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
