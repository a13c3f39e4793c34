/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep_pam.c - the n-th failure in account, open_session and close_session, by libpam
 *
 * In the world of pam_world.h. Whatever fails: nobody who is refused is let in, IGNORE is for
 * root and local accounts alone, root and an account for emergencies are never kept out by a
 * failure of ours, a local account only when it cannot be looked up, and nothing is left behind.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base.h"
#include "common/published_format.h"
#include "tests/faults/fake_daemon.h"
#include "tests/faults/sweep.h"
#include "tests/support/example_certs.h"
#include "tests/support/example_keys.h"
#include "tests/support/pam_world.h"

#define MODULE "pam_iamlogin.so"
#define IGNORED PAM_ACCT_EXPIRED /* what the module behind ours says */
#define EXPIRED_MS (INT64_C(2) * 86400000)
#define INFO(key) "SSH_AUTH_INFO_0=publickey " key "\n"

/* Calls without which the daemon was not asked: then the files decide. */
static const char *const ways_to_daemon[] = { "malloc", "socket", "connect", "getsockopt",
	"stat", "send", "poll", "recvmsg", "clock_gettime" };

struct scenario {
	const char *sentence;
	const char *service;
	const char *user;
	const char *info; /* of sshd, for the session; NULL: none */
	const char *then; /* what PAM_USER becomes after the account stage; NULL: stays */
	int code;         /* of the last call, when nothing fails */
	bool has_session;
	bool no_account;
	bool is_expired;
	bool is_closed;      /* [accounts] local = listed */
	bool holds_sudo;     /* iamlogin-sudo in the group vector */
	bool is_passed;      /* kept out only while getpwnam fails */
	bool is_door;        /* local: not ours any more when all of our reading fails */
	bool is_files_allow; /* refused by the daemon alone: without it the files allow */
	enum {
		NO_DAEMON,
		DAEMON_ALLOWS,
		DAEMON_DENIES,
		DAEMON_SILENT,
	} daemon;
};

static const struct scenario scenarios[] = {
	{ .sentence = "root is ignored by account, and nothing of the system is touched",
	    .service = "sshd",
	    .user = "root",
	    .code = IGNORED },
	{ .sentence = "root is ignored by account and session, with a daemon that denies",
	    .service = "sshd",
	    .user = "root",
	    .info = INFO(KEY_ED25519),
	    .has_session = true,
	    .code = IGNORED,
	    .daemon = DAEMON_DENIES },
	{ .sentence = "root may sudo",
	    .service = "sudo",
	    .user = "root",
	    .has_session = true,
	    .code = IGNORED },
	{ .sentence = "a local account is ignored as long as it can be looked up",
	    .service = "sshd",
	    .user = "local",
	    .info = INFO(KEY_ED25519),
	    .has_session = true,
	    .is_passed = true,
	    .code = IGNORED },
	{ .sentence = "a local account sudoes as long as it can be looked up",
	    .service = "sudo",
	    .user = "local",
	    .has_session = true,
	    .is_passed = true,
	    .code = IGNORED },
	{ .sentence = "a name that nobody has is never allowed or ignored",
	    .service = "sshd",
	    .user = "nobodyknows",
	    .code = PAM_USER_UNKNOWN },
	{ .sentence = "alice is allowed by the files, or refused",
	    .service = "sshd",
	    .user = "alice",
	    .info = INFO(KEY_ED25519),
	    .has_session = true,
	    .code = PAM_SUCCESS },
	{ .sentence = "alice opens a session without an account stage, or is refused",
	    .service = "sshd",
	    .user = "alice",
	    .info = INFO(KEY_ED25519),
	    .has_session = true,
	    .no_account = true,
	    .code = PAM_SUCCESS },
	{ .sentence = "alice is allowed by the daemon, or refused",
	    .service = "sshd",
	    .user = "alice",
	    .info = INFO(KEY_ED25519),
	    .has_session = true,
	    .code = PAM_SUCCESS,
	    .daemon = DAEMON_ALLOWS },
	{ .sentence = "alice waits for a silent daemon no longer than agreed",
	    .service = "sshd",
	    .user = "alice",
	    .code = PAM_SUCCESS,
	    .daemon = DAEMON_SILENT },
	{ .sentence = "alice with bob's key is never let in",
	    .service = "sshd",
	    .user = "alice",
	    .info = INFO(KEY_RSA),
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "alice with nobody's key is never let in",
	    .service = "sshd",
	    .user = "alice",
	    .info = INFO(KEY_P256),
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "alice is let in by a certificate, or refused",
	    .service = "sshd",
	    .user = "alice",
	    .info = INFO(CERT_ALICE),
	    .has_session = true,
	    .code = PAM_SUCCESS },
	{ .sentence = "alice is let in by one by the daemon, or refused",
	    .service = "sshd",
	    .user = "alice",
	    .info = INFO(CERT_ALICE),
	    .has_session = true,
	    .code = PAM_SUCCESS,
	    .daemon = DAEMON_ALLOWS },
	{ .sentence = "alice is never let in by one of another authority",
	    .service = "sshd",
	    .user = "alice",
	    .info = INFO(CERT_FOREIGN),
	    .has_session = true,
	    .code = PAM_PERM_DENIED,
	    .daemon = DAEMON_ALLOWS },
	{ .sentence = "alice is never let in by bob's",
	    .service = "sshd",
	    .user = "alice",
	    .info = INFO(CERT_BOB),
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "ops is never opened by one while the daemon is dead",
	    .service = "sshd",
	    .user = "ops",
	    .info = INFO(CERT_OLGA),
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "alice's password is for her alone",
	    .service = "sshd",
	    .user = "alice",
	    .info = "SSH_AUTH_INFO_0=password\n",
	    .has_session = true,
	    .code = PAM_SUCCESS },
	{ .sentence = "alice with expired data is never let in",
	    .service = "sshd",
	    .user = "alice",
	    .is_expired = true,
	    .code = PAM_AUTHINFO_UNAVAIL },
	{ .sentence = "alice's session with expired data is never opened",
	    .service = "sshd",
	    .user = "alice",
	    .info = INFO(KEY_ED25519),
	    .has_session = true,
	    .no_account = true,
	    .is_expired = true,
	    .code = PAM_AUTHINFO_UNAVAIL },
	{ .sentence = "alice whom the daemon denies gets in only when it was not asked",
	    .service = "sshd",
	    .user = "alice",
	    .is_files_allow = true,
	    .code = PAM_PERM_DENIED,
	    .daemon = DAEMON_DENIES },
	{ .sentence = "alice may sudo, or is refused",
	    .service = "sudo",
	    .user = "alice",
	    .has_session = true,
	    .holds_sudo = true,
	    .code = PAM_SUCCESS },
	{ .sentence = "alice may su, or is refused",
	    .service = "su",
	    .user = "alice",
	    .has_session = true,
	    .code = PAM_SUCCESS },
	{ .sentence = "alice sudoes to root, or is refused",
	    .service = "sudo",
	    .user = "alice",
	    .then = "root",
	    .has_session = true,
	    .code = IGNORED },
	{ .sentence = "dora, who lost sudo and holds its group, is never let through",
	    .service = "sudo",
	    .user = "dora",
	    .holds_sudo = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "dora whose name becomes alice is never let in",
	    .service = "sshd",
	    .user = "dora",
	    .then = "alice",
	    .info = INFO(KEY_ED25519),
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "a local name that becomes alice is never let in",
	    .service = "sshd",
	    .user = "local",
	    .then = "alice",
	    .info = INFO(KEY_ED25519),
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "a local account sudoes to root",
	    .service = "sudo",
	    .user = "local",
	    .then = "root",
	    .has_session = true,
	    .code = IGNORED },
	{ .sentence = "alice who becomes root is never let in",
	    .service = "sshd",
	    .user = "alice",
	    .then = "root",
	    .info = INFO(KEY_ED25519),
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "bob, who is denied, never logs in",
	    .service = "sshd",
	    .user = "bob",
	    .info = INFO(KEY_RSA),
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "bob's session is never opened, even without an account stage",
	    .service = "sshd",
	    .user = "bob",
	    .info = INFO(KEY_RSA),
	    .has_session = true,
	    .no_account = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "bob never logs in when the daemon denies him too",
	    .service = "sshd",
	    .user = "bob",
	    .code = PAM_PERM_DENIED,
	    .daemon = DAEMON_DENIES },
	{ .sentence = "bob never sudoes",
	    .service = "sudo",
	    .user = "bob",
	    .holds_sudo = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "bob is never reached by su",
	    .service = "su",
	    .user = "bob",
	    .code = PAM_PERM_DENIED },
	{ .sentence = "ops is opened by a key of its people, or refused",
	    .service = "sshd",
	    .user = "ops",
	    .info = INFO(KEY_P521),
	    .has_session = true,
	    .code = PAM_SUCCESS },
	{ .sentence = "ops is never opened by the key of somebody who may not",
	    .service = "sshd",
	    .user = "ops",
	    .info = INFO(KEY_SK),
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "ops is never opened by a key of nobody's",
	    .service = "sshd",
	    .user = "ops",
	    .info = INFO(KEY_P256),
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "ops is never opened by a password",
	    .service = "sshd",
	    .user = "ops",
	    .info = "SSH_AUTH_INFO_0=password\n",
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "nobody sudoes from ops, where not everybody may",
	    .service = "sudo",
	    .user = "ops",
	    .code = PAM_PERM_DENIED },
	{ .sentence = "a listed local account is opened by its person's key, or refused",
	    .service = "sshd",
	    .user = "ec2",
	    .info = INFO(KEY_SKE),
	    .has_session = true,
	    .is_door = true,
	    .code = PAM_SUCCESS },
	{ .sentence = "a listed local account is never opened by another key",
	    .service = "sshd",
	    .user = "ec2",
	    .info = INFO(KEY_P256),
	    .has_session = true,
	    .is_door = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence =
		"a closed local account logs in only when nothing of ours can be read",
	    .service = "sshd",
	    .user = "local",
	    .is_closed = true,
	    .is_door = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "an account for emergencies logs in, whichever call of ours fails",
	    .service = "sshd",
	    .user = "local2",
	    .info = INFO(KEY_ED25519),
	    .has_session = true,
	    .is_closed = true,
	    .is_passed = true,
	    .code = IGNORED },
	{ .sentence = "an account for emergencies sudoes, whichever call of ours fails",
	    .service = "sudo",
	    .user = "local2",
	    .has_session = true,
	    .is_closed = true,
	    .is_passed = true,
	    .code = IGNORED },
	{ .sentence = "carol, of whom nothing is known, never logs in",
	    .service = "sshd",
	    .user = "carol",
	    .code = PAM_AUTHINFO_UNAVAIL },
	{ .sentence = "rita, who was withdrawn, never logs in",
	    .service = "sshd",
	    .user = "rita",
	    .info = INFO(KEY_ED25519),
	    .has_session = true,
	    .code = PAM_PERM_DENIED },
	{ .sentence = "rita never logs in, with a daemon that allows",
	    .service = "sshd",
	    .user = "rita",
	    .code = PAM_PERM_DENIED,
	    .daemon = DAEMON_ALLOWS },
	{ .sentence = "rita never sudoes",
	    .service = "sudo",
	    .user = "rita",
	    .holds_sudo = true,
	    .code = PAM_PERM_DENIED },
};

static int
converse(int n, const struct pam_message **message, struct pam_response **ret_response,
    void *data)
{
	(void)message;
	(void)data;
	*ret_response = calloc((size_t)n, sizeof(**ret_response));
	return *ret_response != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

/* What an application does, up to the first refusal; the code of the last call. */
static int
log_in(const struct scenario *s, bool is_armed)
{
	static const struct pam_conv conv = { converse, NULL };
	pam_handle_t *pamh = NULL;
	int code = PAM_SUCCESS;

	if (pam_start_confdir(s->service, s->user, &conv, PAM_WORLD_STACKS, &pamh) != 0 ||
	    pam_set_item(pamh, PAM_RHOST, "192.0.2.1") != 0)
		sweep_wrong("libpam does not start");
	if (s->info != NULL && pam_putenv(pamh, s->info) != PAM_SUCCESS)
		sweep_wrong("pam_putenv");
	if (is_armed)
		sweep_arm();
	if (!s->no_account)
		code = pam_acct_mgmt(pamh, 0);
	if (s->has_session && (code == PAM_SUCCESS || code == IGNORED)) {
		sweep_disarm();
		if (s->then != NULL && pam_set_item(pamh, PAM_USER, s->then) != 0)
			sweep_wrong("pam_set_item");
		fail_nth()->is_armed = is_armed;
		code = pam_open_session(pamh, 0);
		if (code == PAM_SUCCESS || code == IGNORED)
			(void)pam_close_session(pamh, 0);
	}
	sweep_disarm();
	(void)pam_end(pamh, code);
	return code;
}

static bool
is_refusal(int code)
{
	return code == PAM_PERM_DENIED || code == PAM_AUTHINFO_UNAVAIL ||
	       code == PAM_USER_UNKNOWN;
}

static bool
was_daemon_cut_off(const struct fail_nth *nth)
{
	size_t i;

	for (i = 0; nth->name != NULL && i < BASE_N(ways_to_daemon); i++)
		if (strcmp(nth->name, ways_to_daemon[i]) == 0)
			return true;
	return nth->kind == FAIL_ALL_FROM;
}

/* Was the machine itself kept from saying that there is such an account? */
static bool
was_lookup_lost(const struct scenario *s, const struct fail_nth *nth)
{
	if (nth->kind == FAIL_ALL_FROM)
		return true;
	return !s->is_closed && nth->name != NULL &&
	       strcmp(nth->name, "pam_modutil_getpwnam") == 0;
}

static bool
is_right(const struct scenario *s, int code, const struct fail_nth *nth)
{
	if (code == s->code)
		return true;
	if (nth->n_failed == 0)
		return false;
	if (code == PAM_SUCCESS)
		return s->is_files_allow && was_daemon_cut_off(nth);
	/* libpam may give up by itself for root too; it is not us who refuse */
	if (strcmp(s->user, "root") == 0)
		return nth->scope == FAIL_OTHERS && !is_refusal(code);
	if (s->is_passed && nth->scope == FAIL_OURS)
		return code == PAM_USER_UNKNOWN && was_lookup_lost(s, nth);
	if (s->is_door && code == IGNORED)
		return nth->scope == FAIL_OURS && nth->kind == FAIL_ALL_FROM;
	/* a failure of libpam's own may be reported by any other code of its */
	return code != IGNORED && code != PAM_IGNORE &&
	       (nth->scope == FAIL_OTHERS || is_refusal(code));
}

static void
run(void *data)
{
	const struct scenario *s = data;
	const struct fail_nth *nth = fail_nth();
	int n_fds = sweep_count_fds();
	int code = log_in(s, true);

	if (!is_right(s, code, nth))
		sweep_wrong("%s", pam_strerror(NULL, code));
	if (strcmp(s->user, "root") == 0 && nth->n_system != 0)
		sweep_wrong("%u system calls for root", nth->n_system);
	if (sweep_count_fds() != n_fds)
		sweep_wrong("%d descriptors are left", sweep_count_fds() - n_fds);
	if (nth->n_blocks != 0)
		sweep_wrong("%d blocks of the heap are left", nth->n_blocks);
	if (nth->n_maps < 0 || nth->n_maps > 1) /* the reader keeps the snapshot */
		sweep_wrong("%d mappings are left", nth->n_maps);
	if (nth->scope != FAIL_OURS || s->daemon == DAEMON_SILENT)
		return;
	code = log_in(s, false);
	if (code != s->code)
		sweep_wrong("the next login ends with %s", pam_strerror(NULL, code));
}

static void
sweep_scenario(const struct scenario *s)
{
	static const gid_t held[] = { 4, IDS_GROUP_SUDO };
	struct fake_answer answer = {
		.is_silent = s->daemon == DAEMON_SILENT,
		.verdict = s->daemon == DAEMON_ALLOWS ? VERDICT_ALLOW : VERDICT_DENY,
	};
	struct sweep one = {
		.sentence = s->sentence,
		.run = run,
		.data = (void *)(uintptr_t)s,
		.is_slow = answer.is_silent,
	};

	(void)unlink(PAM_WORLD_SPOOL);
	pam_world_close(s->is_closed);
	pam_world_set_age(s->is_expired ? EXPIRED_MS : 0);
	if (setgroups(s->holds_sudo ? 2 : 0, held) < 0)
		exit(1);
	if (s->daemon != NO_DAEMON)
		fake_daemon_start(&answer);
	sweep(&one);
	if (s->daemon != NO_DAEMON)
		fake_daemon_stop();
}

int
main(int argc, char **argv)
{
	size_t i;

	if (argc != 2 || geteuid() != 0) {
		(void)fprintf(stderr, "usage, as root: %s MODULE\n", argv[0]);
		return 77;
	}
	pam_world_make(argv[1]);
	if (dlopen(argv[1], RTLD_NOW) == NULL || !fail_nth_code(MODULE)) {
		(void)fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	/* glibc 2.36 asserts and crashes when it cannot read nsswitch.conf for memory */
	if (getpwnam("local") == NULL)
		return 1;
	for (i = 0; i < BASE_N(scenarios); i++)
		sweep_scenario(&scenarios[i]);
	return sweep_exit();
}
