/* SPDX-License-Identifier: Apache-2.0 */
/* statefile_bytes.c - files of any content, whole; contract in statefile.h */
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

#include "daemon/statefile.h"

static int
read_whole(int fd, size_t size, char **ret_bytes, size_t *ret_len)
{
	_cleanup_free_ char *bytes = malloc(size + 1);
	size_t len = 0;

	if (bytes == NULL)
		return -ENOMEM;
	while (len < size) {
		ssize_t n = read(fd, bytes + len, size - len);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		len += (size_t)n;
	}
	bytes[len] = '\0';
	*ret_bytes = base_take_ptr(&bytes);
	*ret_len = len;
	return 0;
}

static int
read_owned(const char *path, bool or_root, size_t max, char **ret_bytes, size_t *ret_len)
{
	_cleanup_close_ int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_mode & 022) != 0 ||
	    (st.st_uid != geteuid() && !(or_root && st.st_uid == 0)))
		return -EPERM;
	if (st.st_size < 0 || (uint64_t)st.st_size > max)
		return -EFBIG;
	return read_whole(fd, (size_t)st.st_size, ret_bytes, ret_len);
}

int
statefile_bytes(const char *path, size_t max, char **ret_bytes, size_t *ret_len)
{
	return read_owned(path, false, max, ret_bytes, ret_len);
}

int
statefile_trusted(const char *path, size_t max, char **ret_bytes, size_t *ret_len)
{
	return read_owned(path, true, max, ret_bytes, ret_len);
}

int
statefile_put(const char *path, const void *bytes, size_t len)
{
	FILE *stream = NULL;
	int r = statefile_begin(path, &stream);

	if (r != 0)
		return r;
	/* what failed here sticks to the stream, and the commit says so */
	(void)fwrite(bytes, 1, len, stream);
	return statefile_commit(path, stream);
}
