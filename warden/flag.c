/* SPDX-License-Identifier: Apache-2.0 */
/* flag.c - the daemon's "look again"; contract in flag.h */
#include <fcntl.h>
#include <string.h>

#include "common/base.h"
#include "common/paths.h"
#include "warden/flag.h"
#include "warden/say.h"

enum flag
flag_take(void)
{
	static int has_said;
	_cleanup_close_ int dir =
	    open(paths_run_dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const char *name = strrchr(paths_warden_flag, '/') + 1;

	if (dir < 0)
		return FLAG_NONE;
	if (unlinkat(dir, name, 0) == 0)
		return FLAG_TAKEN;
	if (errno == EISDIR && unlinkat(dir, name, AT_REMOVEDIR) == 0)
		return FLAG_TAKEN;
	if (errno == ENOENT)
		return FLAG_NONE;
	/* not the daemon's doing: its own flag is a file */
	if (!has_said) {
		has_said = 1;
		say_line(LOG_ERR, "%s cannot be taken away: %m", paths_warden_flag);
	}
	return FLAG_STUCK;
}
