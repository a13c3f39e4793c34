/* SPDX-License-Identifier: Apache-2.0 */
/* memory.c - what an earlier run has said already; contract in memory.h */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base.h"
#include "common/paths.h"
#include "warden/memory.h"
#include "warden/say.h"

static bool
has(const struct memory_keys *keys, const char *key)
{
	for (size_t i = 0; i < keys->n; i++)
		if (strcmp(keys->items[i], key) == 0)
			return true;
	return false;
}

/* Without room, or memory, it is said again: no more than that. */
static void
add(struct memory_keys *keys, const char *key)
{
	size_t room = keys->room == 0 ? 16 : keys->room * 2;
	void *bigger;

	if (keys->n == MEMORY_KEYS_MAX)
		return;
	if (keys->n == keys->room) {
		bigger = reallocarray(keys->items, room, MEMORY_KEY_SIZE);
		if (bigger == NULL)
			return;
		keys->items = bigger;
		keys->room = room;
	}
	(void)snprintf(keys->items[keys->n++], MEMORY_KEY_SIZE, "%s", key);
}

void
memory_read(struct memory *ret_memory)
{
	_cleanup_close_ int fd =
	    open(paths_warden_memory, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	_cleanup_fclose_ FILE *stream = NULL;
	char line[MEMORY_KEY_SIZE + 1];
	struct stat st;

	*ret_memory = (struct memory){ 0 };
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		return;
	stream = fdopen(fd, "r");
	if (stream == NULL)
		return;
	(void)base_take_fd(&fd);
	while (fgets(line, sizeof(line), stream) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		add(&ret_memory->before, line);
	}
}

bool
memory_is_new(struct memory *memory, const char *key)
{
	if (has(&memory->now, key))
		return false;
	add(&memory->now, key);
	return !has(&memory->before, key);
}

static int
write_file(const struct memory *memory)
{
	_cleanup_fclose_ FILE *stream = NULL;
	char temp[256];
	int fd, r;

	if (mkdir(paths_warden_dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	(void)snprintf(temp, sizeof(temp), "%s.new", paths_warden_memory);
	(void)unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	stream = fdopen(fd, "w");
	if (stream == NULL) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	for (size_t i = 0; i < memory->now.n; i++)
		(void)fprintf(stream, "%s\n", memory->now.items[i]);
	if (fflush(stream) != 0 || rename(temp, paths_warden_memory) < 0)
		return -errno;
	return 0;
}

void
memory_write(struct memory *memory)
{
	int r = 0;

	if (memory->now.n > 0 || memory->before.n > 0)
		r = write_file(memory);
	if (r != 0)
		say_line(LOG_WARNING, "%s: %s: some things will be said again",
		    paths_warden_memory, strerror(-r));
	free(memory->before.items);
	free(memory->now.items);
	*memory = (struct memory){ 0 };
}
