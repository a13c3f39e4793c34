/* SPDX-License-Identifier: Apache-2.0 */
/* notify.c - a line on somebody's terminals; contract in notify.h */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base.h"
#include "warden/notify.h"
#include "warden/say.h"

static const char text[] =
    "\r\n\a*** iamlogin: your permission to log in to this instance was withdrawn.\r\n"
    "*** Save your work and log out; you cannot come back in.\r\n";

void
notify_add(struct notify *notify, uint32_t uid, int pts)
{
	if (pts < 0 || notify->n == NOTIFY_MAX)
		return;
	for (size_t i = 0; i < notify->n; i++)
		if (notify->terminals[i].pts == pts && notify->terminals[i].uid == uid)
			return;
	notify->terminals[notify->n].uid = uid;
	notify->terminals[notify->n++].pts = pts;
}

static void
write_one(uint32_t uid, int pts)
{
	_cleanup_close_ int fd = -1;
	struct stat st;
	char path[32];

	(void)snprintf(path, sizeof(path), "/dev/pts/%d", pts);
	fd = open(path, O_WRONLY | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_uid != uid)
		return;
	if (write(fd, text, sizeof(text) - 1) < 0)
		say_line(LOG_INFO, "%s: %m", path);
}

void
notify_write(const struct notify *notify, uint32_t uid)
{
	for (size_t i = 0; i < notify->n; i++)
		if (notify->terminals[i].uid == uid)
			write_one(uid, notify->terminals[i].pts);
}
