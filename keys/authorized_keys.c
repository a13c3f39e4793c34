/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authorized_keys.c - iamlogin-authorized-keys %u [%t %k]: a person's keys for sshd
 *
 * Room: keys. An unprivileged child of sshd, which throws stderr away (hence syslog), sets no
 * deadline, reads stdout to its end and ignores it all when the exit status is not 0. So:
 * everything is gathered first, written once, and nothing here waits longer than KEYS_WAIT_MS.
 * Prints keys or nothing; nothing is no error.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <syslog.h>

#include "common/client.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/paths.h"
#include "common/process.h"
#include "common/snapshot.h"
#include "common/text.h"
#include "keys/chain.h"
#include "keys/keys_answer.h"

#define KEYS_WAIT_MS 2000
#define KEYS_SERVICE "sshd"
#define CONF_MAX 65536
#define ARGUMENTS_MAX 16384

enum {
	EXIT_USAGE = 64,
};

/* What the snapshot says about the account, copied out of its mapping. */
struct account {
	const char *name;
	uint32_t uid;
	uint32_t service_bit;
	bool is_fresh;
	uint32_t fresh_s;
	bool is_foreign; /* not ours: the command before us has the say */
	bool is_closed;  /* foreign, and closed by [accounts] local */
};

static struct keys_answer answer;
static struct wire_packet packet;

/* May this name log in here now? Why not is for the log. */
static const char *
find_account(struct account *account)
{
	_cleanup_published_ struct published *file = NULL;
	struct snapshot_user user;
	struct clock_now now;
	enum freshness state;

	account->is_foreign = true;
	if (published_open(paths_snapshot, PUBLISHED_MAGIC_SNAPSHOT, &file) != 0) {
		file = NULL;
		return "no snapshot can be read";
	}
	if (snapshot_user_by_name(file, account->name, &user) != 0) {
		account->is_closed = strcmp(account->name, "root") != 0 &&
				     snapshot_local(file) != SNAPSHOT_LOCAL_ANY &&
				     !snapshot_is_break_glass(file, account->name);
		return "nobody of that name";
	}
	account->is_foreign = false;
	if ((user.flags & USER_NAME) == 0 || (user.flags & USER_RETIRED) != 0)
		return "nobody of that name";
	clock_read(&now);
	state =
	    freshness_state(snapshot_age_ms(&user, &now), file->fresh_s, file->grace_s);
	if (state != FRESHNESS_FRESH && state != FRESHNESS_STALE)
		return "the data are too old";
	account->uid = user.uid;
	account->is_fresh = state == FRESHNESS_FRESH;
	account->fresh_s = file->fresh_s;
	account->service_bit = snapshot_service_bit(file, KEYS_SERVICE);
	if ((user.known_mask & account->service_bit) == 0)
		return "not knowable now";
	if ((user.allow_mask & account->service_bit) == 0)
		return "may not log in";
	return NULL;
}

static int
put_request(const struct account *account, const struct sshkey *offered)
{
	pid_t parent = getppid();
	uint64_t ticks;
	int r;

	wire_start(&packet, WIRE_KEYS, 0, (uint32_t)getpid(), KEYS_WAIT_MS);
	r = wire_put_text(&packet, WIRE_T_NAME, account->name);
	if (r == 0 && offered != NULL) {
		r = wire_put_text(&packet, WIRE_T_KEY_TYPE, offered->type);
		if (r == 0)
			r = wire_put(
			    &packet, WIRE_T_KEY_BLOB, offered->blob, offered->blob_len);
	}
	if (r == 0)
		r = wire_put_u32(&packet, WIRE_T_PID, (uint32_t)parent);
	if (r == 0 && process_start_time(parent, &ticks) == 0)
		r = wire_put_i64(&packet, WIRE_T_PID_START, (int64_t)ticks);
	return r;
}

/* True when the daemon answered: with keys, or that there is nobody. */
static bool
ask_daemon(const struct account *account, const struct sshkey *offered)
{
	struct wire_header header;
	const uint8_t *lines;
	size_t len;

	if (put_request(account, offered) != 0 ||
	    client_call(&packet, KEYS_WAIT_MS, &header) != 0)
		return false;
	if (header.value == WIRE_NOTFOUND)
		return true;
	if (header.value != WIRE_OK)
		return false;
	if (wire_get(packet.bytes, packet.len, WIRE_T_KEY_LINES, &lines, &len) == 0)
		(void)keys_answer_add_lines(&answer, (const char *)lines, len);
	return true;
}

static void
read_file(const struct account *account)
{
	_cleanup_published_ struct published *file = NULL;
	struct clock_now now;
	int r;

	r = published_open(paths_keys, PUBLISHED_MAGIC_KEYS, &file);
	if (r != 0) {
		file = NULL;
		syslog(LOG_WARNING, "%s: the key file cannot be read (%d)", account->name,
		    r);
		return;
	}
	clock_read(&now);
	r = keys_answer_add_file(
	    &answer, file, account->name, account->uid, account->service_bit, &now);
	if (r != 0)
		syslog(LOG_WARNING, "%s: keys are missing from the answer (%d)",
		    account->name, r);
}

/* One write(2): a pipe takes KEYS_ANSWER_MAX whole. A short one is a failure, and no keys. */
static int
write_answer(void)
{
	ssize_t n;

	if (answer.len == 0)
		return EXIT_SUCCESS;
	do
		n = write(STDOUT_FILENO, answer.text, answer.len);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)answer.len ? EXIT_SUCCESS : EXIT_FAILURE;
}

/*
 * The offered key is in the files, and both are younger than fresh: the daemon could say
 * nothing else, so it is not asked, and a wedged one costs nothing. It is asked about a key
 * that is not there, or was checked too long ago.
 */
static bool
is_in_fresh_files(const struct account *account, const struct sshkey *offered)
{
	if (offered == NULL || !account->is_fresh)
		return false;
	read_file(account);
	if (answer.n_lines > 0 && answer.age_ms <= (int64_t)account->fresh_s * 1000)
		return true;
	keys_answer_start(&answer, offered);
	return false;
}

/* The account is not ours: what was asked before us is asked, and printed as it is. */
static int
answer_by_chain(const struct account *account, const struct chain_words *words)
{
	static char conf[CONF_MAX], buf[ARGUMENTS_MAX];
	char *argv[CHAIN_ARGS_MAX + 1], value[CHAIN_LINE_SIZE], name[80];
	int r;

	text_escape(account->name, strlen(account->name), name, sizeof(name));
	if (account->is_closed) {
		syslog(LOG_INFO, "%s: no keys: [accounts] local closes it", name);
		return EXIT_SUCCESS;
	}
	if (file_read_owned(paths_config, 0, conf, sizeof(conf)) != 0 ||
	    chain_find(conf, value) != 0)
		return EXIT_SUCCESS;
	keys_answer_start(&answer, NULL);
	r = chain_split(value, words, buf, sizeof(buf), argv);
	if (r == 0)
		r = chain_run(argv, answer.text, sizeof(answer.text), &answer.len);
	if (r != 0) {
		syslog(LOG_WARNING, "%s: [keys] chain: %s", name, chain_text(r));
		return EXIT_SUCCESS;
	}
	syslog(LOG_INFO, "%s: %zu bytes by [keys] chain", name, answer.len);
	return write_answer();
}

static int
answer_for(struct account *account, const struct sshkey *offered)
{
	const char *whence = "from the files";

	keys_answer_start(&answer, offered);
	if (!is_in_fresh_files(account, offered)) {
		whence = "from the daemon";
		if (!ask_daemon(account, offered)) {
			whence = "from the files, the daemon does not answer";
			read_file(account);
		}
	}
	syslog(LOG_INFO, "%s: %u key%s, %s", account->name, answer.n_lines,
	    answer.n_lines == 1 ? "" : "s", whence);
	return write_answer();
}

int
main(int argc, char **argv)
{
	static struct sshkey offered;
	struct account account = { .name = NULL };
	struct chain_words words = { .user = NULL };
	const char *why = "nobody of that name";

	openlog("iamlogin-authorized-keys", LOG_PID, LOG_AUTHPRIV);
	if (geteuid() == 0 || getuid() == 0) {
		syslog(LOG_ERR, "refuses to run as root: set AuthorizedKeysCommandUser");
		return EXIT_FAILURE;
	}
	if (argc != 2 && argc != 4) {
		syslog(LOG_ERR, "usage: iamlogin-authorized-keys %%u [%%t %%k]");
		return EXIT_USAGE;
	}
	account.name = words.user = argv[1];
	if (argc == 4) {
		words.type = argv[2];
		words.key = argv[3];
	}
	if (text_is_os_name(account.name, strlen(account.name)))
		why = find_account(&account);
	else
		account.is_foreign = true;
	if (account.is_foreign)
		return answer_by_chain(&account, &words);
	if (why != NULL) {
		syslog(LOG_INFO, "%s: no keys: %s", account.name, why);
		return EXIT_SUCCESS;
	}
	/* a certificate, or a type that nobody has here: no key can match it */
	if (argc == 4 && sshkey_parse_base64(argv[2], argv[3], &offered) != 0)
		return EXIT_SUCCESS;
	return answer_for(&account, argc == 4 ? &offered : NULL);
}
