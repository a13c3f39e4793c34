/* SPDX-License-Identifier: Apache-2.0 */
/* refresh_file.c - the directory from a file; contract in refresh_file.h */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "daemon/directory_json.h"
#include "daemon/refresh_file.h"

static int
file_read(const char *path, char **ret_bytes, size_t *ret_len)
{
	_cleanup_close_ int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	_cleanup_free_ char *bytes = NULL;
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0 || fstat(fd, &st) != 0)
		return -errno;
	/* whoever can write this file decides who is root here */
	if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()) ||
	    (st.st_mode & 022) != 0)
		return -EPERM;
	if (st.st_size > (off_t)DIRECTORY_JSON_MAX)
		return -EFBIG;
	bytes = malloc((size_t)st.st_size + 1);
	if (bytes == NULL)
		return -ENOMEM;
	while (len < (size_t)st.st_size &&
	       (n = read(fd, bytes + len, (size_t)st.st_size - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		return -errno;
	*ret_bytes = base_take_ptr(&bytes);
	*ret_len = len;
	return 0;
}

/* What [instance] says; every tag is known, since nothing else could name one. */
static int
file_instance(const struct config *config, struct instance **ret_instance)
{
	_cleanup_instance_ struct instance *instance = NULL;
	int r = instance_new(&instance);

	if (r != 0)
		return r;
	instance->tags_state = INSTANCE_TAGS_KNOWN;
	if (config->aws.account != NULL)
		(void)snprintf(instance->account, sizeof(instance->account), "%s",
		    config->aws.account);
	if (config->aws.region != NULL)
		(void)snprintf(
		    instance->region, sizeof(instance->region), "%s", config->aws.region);
	for (size_t i = 0; r == 0 && i < config->n_instance_tags; i++)
		r = instance_add_tag(instance, config->instance_tags[i].key,
		    config->instance_tags[i].value);
	if (r == 0)
		*ret_instance = base_take_ptr(&instance);
	return r;
}

void
refresh_file_run(struct daemon *d, uint64_t cookie)
{
	_cleanup_directory_ struct directory *directory = NULL;
	_cleanup_instance_ struct instance *instance = NULL;
	_cleanup_free_ char *bytes = NULL;
	struct net_error error = { .action = "file:read", .code = "file" };
	char why[256] = "";
	struct clock_now now;
	size_t len = 0;
	int r;

	clock_read(&now);
	r = file_read(d->config->source_path, &bytes, &len);
	if (r == 0)
		r = directory_json_parse(bytes, len, &directory, why);
	if (r == 0)
		r = file_instance(d->config, &instance);
	if (r != 0) {
		if (why[0] == '\0')
			(void)snprintf(why, sizeof(why), "%s",
			    r == -EPERM
				? "not a regular file of root that only root may write"
				: strerror(r < 0 ? -r : EINVAL));
		(void)snprintf(error.what, sizeof(error.what), "%.90s: %.100s",
		    d->config->source_path, why);
		refresh_failed(d, cookie, &error);
		return;
	}
	directory->verified_wall_ms = now.wall_ms;
	directory->verified_boot_ms = now.boot_ms;
	refresh_listed(d, cookie, base_take_ptr(&directory), base_take_ptr(&instance));
}
