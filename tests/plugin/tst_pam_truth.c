/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tst_pam_truth.c - the truth table tests/data/pam_truth.tsv, row by row, by libpam
 *
 * In the world of pam_world.h, in the service sshd. IGNORE is told from everything else by
 * the module behind ours, which answers PAM_ACCT_EXPIRED. The table is walked by root, by
 * root without a conversation function and with PAM_SILENT, by an ordinary user, and by
 * eight threads at once.
 */
#include <fcntl.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/base.h"
#include "common/verdict.h"
#include "common/wire.h"
#include "tests/support/example_certs.h"
#include "tests/support/example_keys.h"
#include "tests/support/pam_world.h"

#define IGNORED PAM_ACCT_EXPIRED
#define INFO(key) "SSH_AUTH_INFO_0=publickey " key "\n"
#define ROWS_MAX 512
#define THREADS 8
#define SLOW_MS 170 /* longer than a first answer may take */

struct subject {
	const char *name;
	const char *user;
	const char *info;
	bool is_asked;   /* somebody of ours: the daemon may hear of them */
	bool is_refused; /* in open_session, by the key */
	bool is_denied;  /* in account */
	bool is_closed;  /* with [accounts] local = listed */
};

static const struct subject subjects[] = {
	{ .name = "root", .user = "root", .info = INFO(KEY_ED25519) },
	{ .name = "local", .user = "local", .info = INFO(KEY_ED25519) },
	{ .name = "listed", .user = "ec2", .info = INFO(KEY_SKE), .is_asked = true },
	{ .name = "personal",
	    .user = "alice",
	    .info = INFO(KEY_ED25519),
	    .is_asked = true },
	{ .name = "shared", .user = "ops", .info = INFO(KEY_P521), .is_asked = true },
	{ .name = "unknown", .user = "nobodyknows", .info = INFO(KEY_ED25519) },
	{ .name = "local-closed",
	    .user = "local",
	    .info = INFO(KEY_ED25519),
	    .is_closed = true },
	{ .name = "listed-refused",
	    .user = "ec2",
	    .info = INFO(KEY_P256),
	    .is_asked = true,
	    .is_refused = true },
	{ .name = "personal-refused",
	    .user = "bob",
	    .info = INFO(KEY_RSA),
	    .is_asked = true,
	    .is_denied = true },
	{ .name = "shared-refused",
	    .user = "ops",
	    .info = INFO(KEY_P256),
	    .is_asked = true,
	    .is_refused = true },
	{ .name = "personal-cert",
	    .user = "alice",
	    .info = INFO(CERT_ALICE),
	    .is_asked = true },
	{ .name = "personal-cert-refused",
	    .user = "alice",
	    .info = INFO(CERT_BOB),
	    .is_asked = true,
	    .is_refused = true },
	{ .name = "personal-cert-foreign",
	    .user = "alice",
	    .info = INFO(CERT_FOREIGN),
	    .is_asked = true,
	    .is_refused = true },
	{ .name = "shared-cert-refused",
	    .user = "ops",
	    .info = INFO(CERT_OLGA),
	    .is_asked = true,
	    .is_refused = true },
};

enum daemon {
	DAEMON_UP,
	DAEMON_SLOW,
	DAEMON_WEDGED,
	DAEMON_DEAD,
};

static const char *const daemons[] = { "up", "slow", "wedged", "dead" };
static const char *const functions[] = { "authenticate", "setcred", "acct_mgmt",
	"open_session", "close_session", "chauthtok" };

static const struct {
	const char *name;
	int code;
} codes[] = {
	{ "SUCCESS", PAM_SUCCESS },
	{ "IGNORE", IGNORED },
	{ "PERM_DENIED", PAM_PERM_DENIED },
	{ "AUTHINFO_UNAVAIL", PAM_AUTHINFO_UNAVAIL },
	{ "USER_UNKNOWN", PAM_USER_UNKNOWN },
};

struct row {
	const struct subject *subject;
	size_t function;
	enum daemon daemon;
	int code;
	unsigned line;
};

/* Which daemon answers, how, and how often it was asked. */
struct server {
	const struct subject *subject;
	enum daemon daemon;
	int fd;
	unsigned n_calls;
	pthread_t thread;
};

static struct row rows[ROWS_MAX];
static size_t n_rows;
static unsigned n_tests, n_failed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- the table */

static int
index_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

static bool
read_row(char *text, struct row *ret_row)
{
	char class[32], function[32], daemon[32], code[32], more;
	struct row row = { .subject = NULL, .code = -1 };
	int f, d;

	if (sscanf(text, "%31s %31s %31s %31s %c", class, function, daemon, code,
		&more) != 4)
		return false;
	for (size_t i = 0; i < BASE_N(subjects); i++)
		if (strcmp(subjects[i].name, class) == 0)
			row.subject = &subjects[i];
	for (size_t i = 0; i < BASE_N(codes); i++)
		if (strcmp(codes[i].name, code) == 0)
			row.code = codes[i].code;
	f = index_of(functions, BASE_N(functions), function);
	d = index_of(daemons, BASE_N(daemons), daemon);
	if (row.subject == NULL || row.code < 0 || f < 0 || d < 0)
		return false;
	row.function = (size_t)f;
	row.daemon = (enum daemon)d;
	*ret_row = row;
	return true;
}

static void
read_table(const char *path)
{
	_cleanup_fclose_ FILE *stream = fopen(path, "re");
	unsigned number = 0;
	char text[256];

	if (stream == NULL) {
		perror(path);
		exit(1);
	}
	while (fgets(text, sizeof(text), stream) != NULL) {
		number++;
		if (text[0] == '#')
			continue;
		if (n_rows == ROWS_MAX || !read_row(text, &rows[n_rows])) {
			(void)fprintf(
			    stderr, "%s:%u: no such row: %s", path, number, text);
			exit(1);
		}
		rows[n_rows++].line = number;
	}
	/* each class, function and state once: nothing of the table may be forgotten */
	if (n_rows != BASE_N(subjects) * BASE_N(functions) * BASE_N(daemons)) {
		(void)fprintf(stderr, "%s: %zu rows\n", path, n_rows);
		exit(1);
	}
}

/* ---- a daemon that says what the files say */

static void
sleep_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&time, NULL);
}

static void
answer(struct server *server, int fd)
{
	static struct wire_packet packet;
	struct wire_header header;
	enum verdict verdict = VERDICT_ALLOW;
	ssize_t n = recv(fd, packet.bytes, sizeof(packet.bytes), 0);

	if (n <= 0 || wire_parse(packet.bytes, (size_t)n, &header) != 0)
		return;
	server->n_calls++;
	if (server->daemon == DAEMON_SLOW) {
		wire_start(&packet, header.op, WIRE_WAIT, header.request_id, 0);
		(void)send(fd, packet.bytes, packet.len, MSG_NOSIGNAL);
		sleep_ms(SLOW_MS);
	}
	if (server->subject->is_denied ||
	    (server->subject->is_refused && header.op == WIRE_SESSION))
		verdict = VERDICT_DENY;
	wire_start(&packet, header.op, 0, header.request_id, WIRE_OK);
	(void)wire_put_u32(&packet, WIRE_T_VERDICT, verdict);
	(void)wire_put_u32(&packet, WIRE_T_REASON, REASON_RULE_ALLOWS);
	(void)wire_put_text(&packet, WIRE_T_MESSAGE, "hello");
	(void)send(fd, packet.bytes, packet.len, MSG_NOSIGNAL);
}

static void *
serve(void *arg)
{
	struct server *server = arg;
	int fd;

	while ((fd = accept(server->fd, NULL, NULL)) >= 0) {
		answer(server, fd);
		(void)close(fd);
	}
	return NULL;
}

static void
start(struct server *server)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (server->daemon == DAEMON_DEAD)
		return;
	server->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", PAM_WORLD_SOCKET);
	if (bind(server->fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(PAM_WORLD_SOCKET, 0666) < 0 || listen(server->fd, 64) < 0) {
		perror(PAM_WORLD_SOCKET);
		exit(1);
	}
	if (server->daemon != DAEMON_WEDGED)
		(void)pthread_create(&server->thread, NULL, serve, server);
}

static void
stop(struct server *server)
{
	if (server->daemon == DAEMON_DEAD)
		return;
	(void)shutdown(server->fd, SHUT_RDWR);
	if (server->daemon != DAEMON_WEDGED)
		(void)pthread_join(server->thread, NULL);
	(void)close(server->fd);
	(void)unlink(PAM_WORLD_SOCKET);
}

/* ---- one row */

static int
converse(int n, const struct pam_message **message, struct pam_response **ret_response,
    void *data)
{
	(void)message;
	(void)data;
	*ret_response = calloc((size_t)n, sizeof(**ret_response));
	return *ret_response != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static bool
is_in(int code)
{
	return code == PAM_SUCCESS || code == IGNORED;
}

static bool
is_kept_out(const struct subject *subject)
{
	return subject->is_refused || subject->is_denied || subject->is_closed;
}

static int
call(pam_handle_t *pamh, const struct row *row, int flags)
{
	int account = PAM_SUCCESS, open;

	switch (row->function) {
	case 0:
		return pam_authenticate(pamh, flags);
	case 1:
		return pam_setcred(pamh, (int)((unsigned)flags | PAM_ESTABLISH_CRED));
	case 5:
		return pam_chauthtok(pamh, flags);
	default:
		break;
	}
	/* nothing follows a refusal in sshd; but open_session must stand alone, too */
	if (row->function == 2 || !(row->subject->is_denied || row->subject->is_closed))
		account = pam_acct_mgmt(pamh, flags);
	if (row->function == 2)
		return account;
	if (pam_putenv(pamh, row->subject->info) != PAM_SUCCESS)
		return -1;
	/* libpam itself keeps to what open_session answered: without one, we are asked */
	if (row->function == 4 && (!is_in(account) || is_kept_out(row->subject)))
		return pam_close_session(pamh, flags);
	open = pam_open_session(pamh, flags);
	return row->function == 3 ? open : pam_close_session(pamh, flags);
}

static int
code_of(const struct row *row, bool is_silent)
{
	static const struct pam_conv talks = { converse, NULL }, mute = { NULL, NULL };
	pam_handle_t *pamh = NULL;
	int code;

	if (pam_start_confdir("sshd", row->subject->user, is_silent ? &mute : &talks,
		PAM_WORLD_STACKS, &pamh) != PAM_SUCCESS)
		return -1;
	code = call(pamh, row, is_silent ? (int)PAM_SILENT : 0);
	(void)pam_end(pamh, code);
	return code;
}

static void
fail(const struct row *row, const char *who, const char *what)
{
	(void)pthread_mutex_lock(&lock);
	n_failed++;
	(void)printf("# line %u, %s: %s %s with a daemon that is %s: %s\n", row->line,
	    who, row->subject->name, functions[row->function], daemons[row->daemon],
	    what);
	(void)pthread_mutex_unlock(&lock);
}

static void
check(const struct row *row, const char *who, bool is_silent)
{
	int code = code_of(row, is_silent);

	if (code != row->code)
		fail(row, who, pam_strerror(NULL, code));
}

/* ---- the four walks */

static void
say(const char *sentence, unsigned failed_before)
{
	(void)printf("%s %u - %s\n", n_failed == failed_before ? "ok" : "not ok",
	    ++n_tests, sentence);
}

static void
walk(const char *sentence, const char *who, bool is_silent, bool is_ordinary)
{
	unsigned before = n_failed;

	for (size_t i = 0; i < n_rows; i++) {
		struct server server = { .subject = rows[i].subject,
			.daemon = rows[i].daemon };

		pam_world_close(rows[i].subject->is_closed);
		start(&server);
		if (is_ordinary && seteuid(65534) < 0)
			exit(1);
		check(&rows[i], who, is_silent);
		if (seteuid(0) < 0)
			exit(1);
		stop(&server);
		if (server.n_calls > 0 && (!rows[i].subject->is_asked || is_ordinary))
			fail(&rows[i], who, "the daemon was asked");
	}
	say(sentence, before);
}

/* /etc always is; but a build that is tried below somebody's private directory has its own */
static bool
can_others_read(const char *path)
{
	bool can;

	if (seteuid(65534) < 0)
		exit(1);
	can = faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0;
	if (seteuid(0) < 0)
		exit(1);
	return can;
}

static void *
walk_in_thread(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < n_rows; i++)
		if (rows[i].daemon == DAEMON_DEAD && !rows[i].subject->is_closed)
			check(&rows[i], "in a thread", false);
	return NULL;
}

static void
walk_in_threads(void)
{
	pthread_t threads[THREADS];
	unsigned before = n_failed;

	pam_world_close(false);
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_create(&threads[i], NULL, walk_in_thread, NULL);
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	say("eight threads at once get the same", before);
}

int
main(int argc, char **argv)
{
	if (argc != 3 || geteuid() != 0) {
		(void)fprintf(stderr, "usage, as root: %s MODULE TABLE\n", argv[0]);
		return 77;
	}
	pam_world_make(argv[1]);
	read_table(argv[2]);
	walk("every row of the table holds", "root", false, false);
	walk("without a conversation and with PAM_SILENT, too", "mute", true, false);
	if (can_others_read(IAMLOGIN_SYSCONFDIR "/iamlogin.conf"))
		walk("an ordinary process gets the same, from the files", "uid 65534",
		    false, true);
	else
		(void)printf("ok %u # SKIP no process but root's can reach %s\n",
		    ++n_tests, IAMLOGIN_SYSCONFDIR);
	walk_in_threads();
	(void)printf("1..%u\n", n_tests);
	return n_failed == 0 ? 0 : 1;
}
