/* SPDX-License-Identifier: Apache-2.0 */
/* audit_journal.c - an audit record for the journal; contract in audit_journal.h */
#include <stdio.h>
#include <syslog.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "daemon/audit_journal.h"

void
audit_journal(const struct record *r, const char *line)
{
	char uid[24], age[24];

	(void)snprintf(uid, sizeof(uid), "%lld", (long long)r->uid);
	(void)snprintf(age, sizeof(age), "%lld", (long long)r->age_s);
	(void)sd_journal_send("MESSAGE=%s %s: %s%s%s", record_event_name(r->event),
	    r->account != NULL ? r->account : "-", verdict_name(r->verdict), " ",
	    verdict_reason_name(r->reason), "PRIORITY=%i",
	    r->verdict == VERDICT_ALLOW ? LOG_INFO : LOG_NOTICE, "IAMLOGIN_EVENT=%s",
	    record_event_name(r->event), "IAMLOGIN_VERDICT=%s", verdict_name(r->verdict),
	    "IAMLOGIN_REASON=%s", verdict_reason_name(r->reason), "IAMLOGIN_ACCOUNT=%s",
	    r->account != NULL ? r->account : "", "IAMLOGIN_UID=%s", uid,
	    "IAMLOGIN_PERSON_ARN=%s", r->person.arn != NULL ? r->person.arn : "",
	    "IAMLOGIN_KEY_FINGERPRINT=%s",
	    r->key.fingerprint != NULL ? r->key.fingerprint : "", "IAMLOGIN_SERVICE=%s",
	    r->service != NULL ? r->service : "", "IAMLOGIN_RHOST=%s",
	    r->rhost != NULL ? r->rhost : "", "IAMLOGIN_AGE_S=%s", age,
	    "IAMLOGIN_RECORD=%s", line, NULL);
}
