/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agentfile.h - one session of Session Manager, as the agent keeps it
 *
 * Room: warden; the one file that includes json-c. Pure. The agent (amazon-ssm-agent 3.x:
 * agent/contracts/document.go, agent/framework/docmanager) keeps each document that it runs
 * as JSON at
 *   /var/lib/amazon/ssm/INSTANCE/document/state/current/SESSION
 * written before the worker is started, again with the worker's pid, and removed at the end.
 * The format is the agent's own and may change with any version of it: every field is
 * checked, and what is not as known is AGENTFILE_E_SHAPE, never a guess.
 *
 * Read:
 *   DocumentType                           "StartSession"; other documents are no sessions
 *   DocumentInformation.DocumentID         the session's id, as the file's name
 *   DocumentInformation.DocumentName       text
 *   DocumentInformation.SessionOwner       the caller's ARN
 *   DocumentInformation.ProcInfo.Pid       the worker's; 0 before there is one
 *   InstancePluginsInformation[0].Name     Standard_Stream, InteractiveCommands,
 *                                          NonInteractiveCommands, or Port
 *   ….Configuration.RunAsEnabled           boolean
 *   ….Configuration.RunAsUser              the account in effect (tag, else default)
 *   ….Configuration.SessionOwner           as above
 */
#ifndef WARDEN_AGENTFILE_H
#define WARDEN_AGENTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/base.h"

#define AGENTFILE_SIZE_MAX (1u << 20)
#define AGENTFILE_ID_SIZE 97 /* API: SessionId, at most 96 */

enum {
	AGENTFILE_E_OTHER = 1, /* no session: Run Command, an association, an ending */
	AGENTFILE_E_SHAPE,     /* a session, perhaps, but not of a shape that is known */
};

struct agentfile {
	char id[AGENTFILE_ID_SIZE];
	char document[129];
	char owner[513];
	char account[129]; /* "" without RunAs */
	bool is_port; /* port forwarding, AWS-StartSSHSession: no shell, no account */
	pid_t pid;    /* 0: not yet */
};

/** agentfile_is_id() - may this be the name of a session's file? */
bool agentfile_is_id(const char *name);

/**
 * agentfile_parse() - the bytes of one file
 * @name: of the file
 *
 * Return: 0, AGENTFILE_E_OTHER, AGENTFILE_E_SHAPE (with @ret_why naming the field), -ENOMEM.
 */
int agentfile_parse(const char *bytes, size_t len, const char *name,
    struct agentfile *ret_file, const char **ret_why) MUST_CHECK;

#endif
