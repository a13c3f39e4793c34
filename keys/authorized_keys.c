/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authorized_keys.c - iamlogin-authorized-keys %u [%t %k]: a person's keys for sshd; with
 * --principals before %u the names by which a certificate opens the account
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
#include "common/confvalue.h"
#include "common/file.h"
#include "common/paths.h"
#include "common/process.h"
#include "common/text.h"
#include "keys/account.h"
#include "keys/chain.h"
#include "keys/keys_answer.h"
#include "keys/principals.h"

#define KEYS_WAIT_MS 2000
#define ARGUMENTS_MAX 16384

enum {
	EXIT_USAGE = 64,
};

static struct keys_answer answer;
static struct wire_packet packet;

static int
put_request(const struct account *account, const struct sshkey *offered, uint16_t flags)
{
	pid_t parent = getppid();
	uint64_t ticks;
	int r;

	wire_start(&packet, WIRE_KEYS, flags, (uint32_t)getpid(), KEYS_WAIT_MS);
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

/* NULL when the daemon answered: with keys, or that there is nobody. Else why not. */
static const char *
ask_daemon(const struct account *account, const struct sshkey *offered)
{
	struct wire_header header;
	const uint8_t *lines;
	size_t len;

	if (put_request(account, offered, 0) != 0)
		return "the request does not fit";
	switch (client_call(&packet, KEYS_WAIT_MS, &header)) {
	case 0:
		break;
	case CLIENT_E_DOWN:
		return "the daemon is down, or has no place for us";
	case CLIENT_E_WEDGED:
		return "the daemon does not answer";
	default:
		return "the daemon cannot be asked";
	}
	if (header.value == WIRE_NOTFOUND)
		return NULL;
	if (header.value != WIRE_OK)
		return "the daemon refuses";
	if (wire_get(packet.bytes, packet.len, WIRE_T_KEY_LINES, &lines, &len) == 0)
		(void)keys_answer_add_lines(&answer, (const char *)lines, len);
	return NULL;
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

/* A value of [keys]: the daemon need not run for it. */
static bool
read_value(const char *key, char ret[CONFVALUE_SIZE])
{
	static char conf[CONFVALUE_CONF_SIZE];

	return file_read_owned(paths_config, 0, conf, sizeof(conf)) == 0 &&
	       confvalue_find(conf, "[keys]", key, ret) == 0;
}

/* The account is not ours: what was asked before us is asked, and printed as it is. */
static int
answer_by_chain(const struct account *account, const struct chain_words *words)
{
	static char buf[ARGUMENTS_MAX];
	char *argv[CHAIN_ARGS_MAX + 1], value[CONFVALUE_SIZE], name[80];
	int r;

	text_escape(account->name, strlen(account->name), name, sizeof(name));
	if (account->is_closed) {
		syslog(LOG_INFO, "%s: no keys: [accounts] local closes it", name);
		return EXIT_SUCCESS;
	}
	if (!read_value("chain", value))
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
	const char *whence = "files", *silence = NULL;

	keys_answer_start(&answer, offered);
	if (!is_in_fresh_files(account, offered)) {
		silence = ask_daemon(account, offered);
		if (silence != NULL)
			read_file(account);
		else
			whence = "daemon";
	}
	syslog(LOG_INFO, "%s: %u key%s, from the %s%s%s", account->name, answer.n_lines,
	    answer.n_lines == 1 ? "" : "s", whence, silence != NULL ? ", " : "",
	    silence != NULL ? silence : "");
	return write_answer();
}

/* @type and @key: the certificate that sshd holds; NULL: every name there is */
static int
answer_principals(const struct account *account, const char *type, const char *key)
{
	_cleanup_published_ struct published *keys = NULL, *snapshot = NULL;
	static uint8_t blob[SSHCERT_BLOB_MAX];
	char value[CONFVALUE_SIZE];
	struct sshcert cert;
	size_t len;
	int r;

	if (!read_value("trusted_user_ca_keys", value)) {
		syslog(LOG_INFO,
		    "%s: no principals: [keys] trusted_user_ca_keys is empty",
		    account->name);
		return EXIT_SUCCESS;
	}
	if (type != NULL &&
	    (sshkey_base64_decode(key, strlen(key), blob, sizeof(blob), &len) != 0 ||
		sshcert_parse(type, blob, len, &cert) != 0)) {
		syslog(LOG_INFO, "%s: no principals: no certificate that can be read",
		    account->name);
		return EXIT_SUCCESS;
	}
	keys_answer_start(&answer, NULL);
	r = published_open(paths_keys, PUBLISHED_MAGIC_KEYS, &keys);
	if (r == 0)
		r = published_open(paths_snapshot, PUBLISHED_MAGIC_SNAPSHOT, &snapshot);
	if (r == 0)
		r = principals_add(
		    &answer, keys, snapshot, account, type != NULL ? &cert : NULL);
	if (r != 0) {
		syslog(LOG_WARNING, "%s: no principals: the published files (%d)",
		    account->name, r);
		return EXIT_FAILURE;
	}
	syslog(LOG_INFO, "%s: %u principal%s", account->name, answer.n_lines,
	    answer.n_lines == 1 ? "" : "s");
	return write_answer();
}

/*
 * A key that Instance Connect was given for this account opens nothing, but whose it is shall
 * be known. Nobody waits for that.
 */
static void
tell_daemon(const struct account *account, const struct chain_words *words)
{
	if (words->type != NULL &&
	    text_is_os_name(account->name, strlen(account->name)) &&
	    put_request(account, NULL, WIRE_TELL) == 0)
		(void)!client_tell(&packet);
}

static int
answer_keys(struct account *account, const char *why, const struct chain_words *words)
{
	static struct sshkey offered;

	if (account->is_foreign) {
		tell_daemon(account, words);
		return answer_by_chain(account, words);
	}
	if (why != NULL) {
		syslog(LOG_INFO, "%s: no keys: %s", account->name, why);
		return EXIT_SUCCESS;
	}
	/* a certificate, or a type that nobody has here: no key can match it */
	if (words->type != NULL &&
	    sshkey_parse_base64(words->type, words->key, &offered) != 0)
		return EXIT_SUCCESS;
	return answer_for(account, words->type != NULL ? &offered : NULL);
}

int
main(int argc, char **argv)
{
	bool is_principals = argc > 1 && strcmp(argv[1], "--principals") == 0;
	struct account account = { .name = NULL };
	struct chain_words words = { .user = NULL };
	char name[80];
	const char *why;

	openlog("iamlogin-authorized-keys", LOG_PID, LOG_AUTHPRIV);
	if (geteuid() == 0 || getuid() == 0) {
		syslog(LOG_ERR, "refuses to run as root: set Authorized%sCommandUser",
		    is_principals ? "Principals" : "Keys");
		return EXIT_FAILURE;
	}
	argc -= is_principals;
	argv += is_principals;
	if (argc != 2 && argc != 4) {
		syslog(LOG_ERR,
		    "usage: iamlogin-authorized-keys [--principals] %%u [%%t %%k]");
		return EXIT_USAGE;
	}
	account.name = words.user = argv[1];
	if (argc == 4) {
		words.type = argv[2];
		words.key = argv[3];
	}
	why = account_find(&account);
	if (!is_principals)
		return answer_keys(&account, why, &words);
	if (why == NULL)
		return answer_principals(&account, words.type, words.key);
	text_escape(account.name, strlen(account.name), name, sizeof(name));
	syslog(LOG_INFO, "%s: no principals: %s", name, why);
	return EXIT_SUCCESS;
}
