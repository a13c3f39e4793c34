/* SPDX-License-Identifier: Apache-2.0 */
/* round.c - one run; contract in round.h */
#include <poll.h>
#include <string.h>

#include "common/paths.h"
#include "warden/flag.h"
#include "warden/homes.h"
#include "warden/revoke.h"
#include "warden/round.h"
#include "warden/say.h"

#define LOOK_MS 100
#define STUCK_MS 1000

struct published_files {
	struct published *snapshot, *keys;
};

static void
close_files(struct published_files *files)
{
	published_close(files->snapshot);
	published_close(files->keys);
	*files = (struct published_files){ 0 };
}

/* Not readable is not empty: nothing is done then. */
static void
open_files(struct published_files *files)
{
	int r;

	close_files(files);
	r = published_open(paths_snapshot, PUBLISHED_MAGIC_SNAPSHOT, &files->snapshot);
	if (r != 0) {
		files->snapshot = NULL;
		if (r != PUBLISHED_E_ABSENT)
			say_line(LOG_WARNING, "%s cannot be used (%d): nothing is done",
			    paths_snapshot, r);
		return;
	}
	if (published_open(paths_keys, PUBLISHED_MAGIC_KEYS, &files->keys) != 0)
		files->keys = NULL;
}

static void
pause_ms(int ms)
{
	(void)poll(NULL, 0, ms);
}

int
round_run(void)
{
	struct published_files files = { 0 };
	struct revoke revoke = { 0 };
	struct homes_counts counts = { 0 };
	struct memory memory;
	int64_t least_mono_ms = clock_mono_ms() + ROUND_LEAST_MS;
	enum flag flag = FLAG_TAKEN;
	bool goes_on = false;
	unsigned failed = 0;

	memory_read(&memory);
	revoke.memory = &memory;
	(void)flag_take();
	do {
		if (flag == FLAG_TAKEN) {
			open_files(&files);
			if (files.snapshot != NULL)
				homes_make(files.snapshot, &memory, &counts);
			failed += counts.failed;
			counts = (struct homes_counts){ 0 };
		}
		if (flag == FLAG_TAKEN || goes_on)
			goes_on = files.snapshot != NULL &&
				  revoke_look(&revoke, files.snapshot, files.keys);
		pause_ms(goes_on ? LOOK_MS : clock_until_ms(least_mono_ms));
		flag = flag_take();
		if (flag == FLAG_TAKEN)
			least_mono_ms = clock_mono_ms() + ROUND_LEAST_MS;
	} while (flag == FLAG_TAKEN || goes_on);
	/* what cannot be taken away starts us again at once: not too often */
	if (flag == FLAG_STUCK)
		pause_ms(STUCK_MS);
	close_files(&files);
	revoke_done(&revoke);
	memory_write(&memory);
	return failed > 0 ? 1 : 0;
}
