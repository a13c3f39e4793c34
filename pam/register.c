/* SPDX-License-Identifier: Apache-2.0 */
/*
 * register.c - see register.h
 */
#include <security/pam_ext.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "common/paths.h"
#include "common/process.h"
#include "pam/register.h"

#define FILES_MAX 1024

static void
put(char *ret, size_t size, const char *text)
{
	(void)snprintf(ret, size, "%s", text != NULL ? text : "");
}

static bool
remove_ended(const char *name, const struct sessionfile *file, void *data)
{
	(void)name;
	(void)data;
	if (sessionfile_check(file) == SESSIONFILE_E_GONE)
		sessionfile_remove(paths_sessions, file);
	return true;
}

void
register_open(const struct call *call, const struct record *record)
{
	struct sessionfile file;
	int r;

	if (!call->is_root)
		return;
	r = sessionfile_here(&file);
	if (r == 0) {
		put(file.account, sizeof(file.account), record->account);
		file.uid = record->uid;
		put(file.kind, sizeof(file.kind), record->person.kind);
		put(file.id, sizeof(file.id), record->person.id);
		put(file.arn, sizeof(file.arn), record->person.arn);
		put(file.name, sizeof(file.name), record->person.name);
		put(file.fingerprint, sizeof(file.fingerprint), record->key.fingerprint);
		put(file.key_type, sizeof(file.key_type), record->key.type);
		put(file.via, sizeof(file.via), record->via);
		put(file.service, sizeof(file.service), record->service);
		put(file.rhost, sizeof(file.rhost), record->rhost);
		put(file.tty, sizeof(file.tty), record->tty);
		put(file.tunnel, sizeof(file.tunnel), record->tunnel);
		(void)sessionfile_each(paths_sessions, FILES_MAX, remove_ended, NULL);
		r = sessionfile_write(paths_sessions, &file);
	}
	if (r != 0)
		pam_syslog(call->pamh, LOG_WARNING,
		    "the session is not registered (%d): sudo in it is nobody's", r);
}

void
register_close(const struct state *state)
{
	struct sessionfile file = { .session = state->session, .pid = getpid() };
	struct sessionfile written;
	char name[SESSIONFILE_NAME_SIZE];

	/* the id may have been used again since: only what this process wrote is removed */
	sessionfile_name(&file, name);
	if (sessionfile_read(paths_sessions, name, &written) == 0 &&
	    written.pid == file.pid)
		sessionfile_remove(paths_sessions, &written);
}

bool
register_find(struct sessionfile *ret_file)
{
	struct sessionfile here = { .pid = getpid() };
	struct sessionfile file;
	char name[SESSIONFILE_NAME_SIZE];
	uint32_t session;

	if (process_audit_session(&session) != 0)
		return false;
	here.session = session;
	sessionfile_name(&here, name);
	if (sessionfile_read(paths_sessions, name, &file) != 0 ||
	    file.session != here.session || file.uid != (int64_t)getuid() ||
	    sessionfile_check(&file) != 0)
		return false;
	*ret_file = file;
	return true;
}
