/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agentdir.h - the agent's directory of what it runs now
 *
 * Room: warden. /var/lib/amazon/ssm/INSTANCE/document/state/current: every step is opened
 * relative to the one before, follows no link, and has to be root's alone to write to; so
 * has each file, which is opened without waiting and read up to AGENTFILE_SIZE_MAX.
 */
#ifndef WARDEN_AGENTDIR_H
#define WARDEN_AGENTDIR_H

#include "warden/agentfile.h"

#define AGENTDIR_SESSIONS_MAX 1024
#define AGENTDIR_INSTANCES_MAX \
	8 /* an image that was started as another instance has two */

/**
 * agentdir_each() - every file there
 * @visit: @result is agentfile_parse()'s; @file is set with 0, @why with SHAPE
 *
 * Return: how many such directories there are, or -errno (-ENOENT: the agent has none).
 */
int agentdir_each(void (*visit)(const char *name, int result,
		      const struct agentfile *file, const char *why, void *data),
    void *data);

/** agentdir_watch() - have an inotify(7) descriptor say when something changes there */
void agentdir_watch(int inotify_fd);

#endif
