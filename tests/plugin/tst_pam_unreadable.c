/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tst_pam_unreadable.c - a snapshot that is there and cannot be opened, by libpam
 *
 * In the world of pam_world.h, with the daemon dead. Each question is asked in a process of
 * its own that has nothing mapped. IGNORE is told from everything else by the module behind
 * ours, which answers PAM_ACCT_EXPIRED.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base.h"
#include "tests/support/example_keys.h"
#include "tests/support/pam_world.h"

#define IGNORED PAM_ACCT_EXPIRED
#define SNAPSHOT IAMLOGIN_RUNDIR "/snapshot"
#define SNAPSHOT_SIZE (64 << 20)
#define DOORS IAMLOGIN_RUNDIR "/local"

struct question {
	const char *sentence;
	const char *service;
	const char *user;
	int account;
	int session;    /* without an account stage */
	bool is_closed; /* [accounts] local = listed, break_glass = local2 */
};

/* How the snapshot cannot be opened; in the child that asks. */
enum lack {
	LACK_MEMORY, /* ENOMEM: it is larger than what is left of the address space */
	LACK_DESCRIPTORS,
};

static const struct question questions[] = {
	{ "root logs in", "sshd", "root", IGNORED, IGNORED, true },
	{ "a local account logs in", "sshd", "local", IGNORED, IGNORED, false },
	{ "a local account sudoes", "sudo", "local", IGNORED, IGNORED, false },
	{ "a local account is reached by su", "su", "local", IGNORED, IGNORED, true },
	{ "an account for emergencies logs in", "sshd", "local2", IGNORED, IGNORED,
	    true },
	{ "an account for emergencies sudoes", "sudo", "local2", IGNORED, IGNORED, true },
	{ "a closed local account does not log in", "sshd", "local", PAM_PERM_DENIED,
	    PAM_PERM_DENIED, true },
	{ "a listed local account, of which nobody knows who it is, does not log in",
	    "sshd", "ec2", PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, false },
	{ "a listed local account does not sudo", "sudo", "ec2", PAM_AUTHINFO_UNAVAIL,
	    IGNORED, false },
	{ "a listed local account is reached by su", "su", "ec2", IGNORED, IGNORED,
	    false },
	{ "a person does not log in", "sshd", "alice", PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHINFO_UNAVAIL, false },
	{ "a person does not sudo", "sudo", "alice", PAM_AUTHINFO_UNAVAIL, PAM_SUCCESS,
	    false },
	{ "a shared account is not opened", "sshd", "ops", PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHINFO_UNAVAIL, false },
	{ "a name that nobody has is unknown", "sshd", "nobodyknows", PAM_USER_UNKNOWN,
	    PAM_USER_UNKNOWN, true },
	{ "a name made of two words of the link is unknown", "sshd",
	    "local2 break_glass=local2", PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, true },
};

/* Not even /etc/passwd can be opened, and the name alone says who it is. */
static const struct question without_descriptor[] = {
	{ "root logs in", "sshd", "root", IGNORED, IGNORED, true },
	{ "an account for emergencies logs in", "sshd", "local2", IGNORED, IGNORED,
	    true },
	{ "a person does not log in", "sshd", "alice", PAM_USER_UNKNOWN, PAM_USER_UNKNOWN,
	    false },
	{ "a listed local account does not log in", "sshd", "ec2", PAM_USER_UNKNOWN,
	    PAM_USER_UNKNOWN, false },
};

/* With no link, or one that anybody may have made. */
static const struct question without_link[] = {
	{ "a local account logs in", "sshd", "local", IGNORED, IGNORED, true },
	{ "an account for emergencies logs in", "sshd", "local2", IGNORED, IGNORED,
	    true },
	{ "a person does not log in", "sshd", "alice", PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHINFO_UNAVAIL, true },
};

static void *module;
static unsigned n_tests, n_failed;

static int
converse(int n, const struct pam_message **message, struct pam_response **ret_response,
    void *data)
{
	(void)message;
	(void)data;
	*ret_response = calloc((size_t)n, sizeof(**ret_response));
	return *ret_response != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

/* Not even /etc/passwd can be opened after this. */
static void
take_descriptors(void)
{
	const struct rlimit limit = { 64, 64 };

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		_exit(100);
	while (dup(STDIN_FILENO) >= 0)
		;
}

static void
take_memory(void)
{
	struct rlimit limit = { 0, 0 };
	FILE *stream = fopen("/proc/self/statm", "re");
	unsigned long pages;

	if (stream == NULL || fscanf(stream, "%lu", &pages) != 1 || fclose(stream) != 0)
		_exit(100);
	limit.rlim_cur = limit.rlim_max =
	    (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + SNAPSHOT_SIZE / 2;
	if (setrlimit(RLIMIT_AS, &limit) < 0)
		_exit(100);
}

/* libpam by itself refuses whomever it cannot write an audit record about: without it. */
static int
ask_module(pam_handle_t *pamh, bool is_session)
{
	void *function =
	    dlsym(module, is_session ? "pam_sm_open_session" : "pam_sm_acct_mgmt");
	int (*call)(pam_handle_t *, int, int, const char **);
	int code;

	if (function == NULL)
		return 101;
	memcpy(&call, &function, sizeof(call));
	code = call(pamh, 0, 0, NULL);
	return code == PAM_IGNORE ? IGNORED : code;
}

static int
ask(const struct question *question, bool is_session, enum lack lack)
{
	static const struct pam_conv conv = { converse, NULL };
	pam_handle_t *pamh = NULL;

	if (pam_start_confdir(question->service, question->user, &conv, PAM_WORLD_STACKS,
		&pamh) != PAM_SUCCESS ||
	    pam_putenv(pamh, "SSH_AUTH_INFO_0=publickey " KEY_ED25519 "\n") !=
		PAM_SUCCESS)
		return 101;
	if (lack == LACK_DESCRIPTORS) {
		take_descriptors();
		return ask_module(pamh, is_session);
	}
	take_memory();
	return is_session ? pam_open_session(pamh, 0) : pam_acct_mgmt(pamh, 0);
}

static int
ask_in_child(const struct question *question, bool is_session, enum lack lack)
{
	int status = 0;
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	if (child == 0)
		_exit(ask(question, is_session, lack));
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* Another stands in its place, that would be damaged, could it be looked at. */
static void
put_aside(bool is_aside)
{
	int fd, r;

	if (is_aside) {
		r = rename(SNAPSHOT, SNAPSHOT ".aside");
		fd = open(SNAPSHOT, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (fd < 0 || ftruncate(fd, SNAPSHOT_SIZE) < 0 || close(fd) < 0)
			r = -1;
	} else {
		r = rename(SNAPSHOT ".aside", SNAPSHOT);
	}
	if (r < 0) {
		perror(SNAPSHOT);
		exit(1);
	}
}

static void
check(const struct question *question, const char *when, enum lack lack)
{
	int account, session;

	account = ask_in_child(question, false, lack);
	session = ask_in_child(question, true, lack);
	if (account != question->account || session != question->session) {
		n_failed++;
		(void)printf("# account: %s, session: %s\nnot ",
		    pam_strerror(NULL, account), pam_strerror(NULL, session));
	}
	(void)printf("ok %u - %s: %s\n", ++n_tests, when, question->sentence);
}

static void
check_all(const struct question *all, size_t n, const char *when, const char *link_to,
    enum lack lack)
{
	for (size_t i = 0; i < n; i++) {
		pam_world_close(all[i].is_closed);
		if (link_to != NULL &&
		    (unlink(DOORS) < 0 || symlink(link_to, DOORS) < 0 ||
			lchown(DOORS, 65534, 65534) < 0))
			exit(1);
		if (lack == LACK_MEMORY)
			put_aside(true);
		check(&all[i], when, lack);
		if (lack == LACK_MEMORY)
			put_aside(false);
	}
}

int
main(int argc, char **argv)
{
	if (argc != 2 || geteuid() != 0) {
		(void)fprintf(stderr, "usage, as root: %s MODULE\n", argv[0]);
		return 77;
	}
	module = dlopen(argv[1], RTLD_NOW);
	if (module == NULL) {
		(void)fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	pam_world_make(argv[1]);
	check_all(questions, BASE_N(questions), "there is no memory for the snapshot",
	    NULL, LACK_MEMORY);
	check_all(without_descriptor, BASE_N(without_descriptor), "no descriptor is left",
	    NULL, LACK_DESCRIPTORS);
	check_all(without_link, BASE_N(without_link), "a stranger's link says nothing",
	    " local=closed shared=local shared=local2 ", LACK_MEMORY);
	(void)printf("1..%u\n", n_tests);
	return n_failed == 0 ? 0 : 1;
}
