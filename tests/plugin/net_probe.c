/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_probe.c - the network thread under the hands of net_against_emulator.sh
 *
 *   net_probe imds=URL iam=URL ca=FILE [account=N] [region=R]  [proxy=URL] [scope=TERM]...
 *           [directory=details] [role=ARN] [sts=URL] [ec2=URL] [tags=yes] [bits=N]
 *
 * Then a command a line on stdin; each ends with a line "." on stdout:
 *   directory background|careful|login MS
 *   keys background|login MS ID NAME[,KNOWN_ID...] [ID NAME[,KNOWN_ID...]]...
 *   eic login MS ACCOUNT
 *   people N     how many people the background bucket counts on
 *   stats
 *   leave MS     submit a directory job and do not wait for it
 * At the end of stdin it stops the thread and says how long that took: "stopped MS".
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "daemon/net.h"

#define TERMS_MAX 16
#define WORDS_MAX 256

static struct rules_term terms[TERMS_MAX];
static struct config config;

static void
die(const char *what)
{
	(void)fprintf(stderr, "net_probe: %s\n", what);
	exit(64);
}

static void
add_term(char *text)
{
	char *body = strchr(text, ':');
	struct rules_term *term = &terms[config.users.n_terms++];

	if (body == NULL || config.users.n_terms > TERMS_MAX)
		die("scope");
	term->kind = strncmp(text, "path:", 5) == 0    ? RULES_PATH
		     : strncmp(text, "group:", 6) == 0 ? RULES_GROUP
						       : RULES_USER;
	term->text = text;
	term->key = body + 1;
}

/* A rule that looks at the instance's tags. */
static void
want_tags(void)
{
	static struct rules_rule rule = { .n_terms = 1 };

	rule.terms[0].kind = RULES_MATCH;
	config.login.allow = &rule;
	config.login.n_allow = 1;
}

static void
configure(int argc, char **argv)
{
	config.users.terms = terms;
	for (int i = 1; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (value == NULL)
			die("arguments are NAME=VALUE");
		*value++ = '\0';
		if (strcmp(argv[i], "imds") == 0)
			config.aws.imds_endpoint = value;
		else if (strcmp(argv[i], "iam") == 0)
			config.aws.iam_endpoint = value;
		else if (strcmp(argv[i], "ca") == 0)
			config.aws.ca_file = value;
		else if (strcmp(argv[i], "account") == 0)
			config.aws.account = value;
		else if (strcmp(argv[i], "region") == 0)
			config.aws.region = value;
		else if (strcmp(argv[i], "proxy") == 0)
			config.aws.https_proxy = value;
		else if (strcmp(argv[i], "directory") == 0)
			config.directory = CONFIG_DIRECTORY_DETAILS;
		else if (strcmp(argv[i], "role") == 0)
			config.aws.role_arn = value;
		else if (strcmp(argv[i], "sts") == 0)
			config.aws.sts_endpoint = value;
		else if (strcmp(argv[i], "ec2") == 0)
			config.aws.ec2_endpoint = value;
		else if (strcmp(argv[i], "bits") == 0)
			config.min_rsa_bits = (unsigned)atoi(value);
		else if (strcmp(argv[i], "tags") == 0)
			want_tags();
		else if (strcmp(argv[i], "scope") == 0)
			add_term(value);
		else
			die("unknown argument");
	}
	if (config.aws.imds_endpoint == NULL)
		die("imds= is missing");
}

static void
show_instance(const struct instance *instance)
{
	(void)printf("instance %s %s %s %s %s\n", instance->id, instance->account,
	    instance->region, instance->partition,
	    instance->tags_state == INSTANCE_TAGS_KNOWN ? "known" : instance->tags_hint);
	for (size_t i = 0; i < instance->n_tags; i++)
		(void)printf("instance-tag %s=%s\n", instance->tags[i].key,
		    instance->tags[i].value);
}

static void
show_directory(const struct directory *directory)
{
	for (size_t i = 0; i < directory->n_principals; i++) {
		const struct directory_principal *who = &directory->principals[i];

		(void)printf("person %s %s %s", who->name, who->id, who->path);
		for (size_t j = 0; j < who->n_tags; j++)
			(void)printf(" tag:%s=%s", who->tags[j].key, who->tags[j].value);
		for (size_t j = 0; j < who->n_groups; j++)
			(void)printf(" group:%s", who->groups[j]);
		(void)printf("\n");
	}
	for (size_t i = 0; i < directory->n_groups; i++)
		(void)printf("group %s\n", directory->groups[i].name);
}

static void
show_keys(const struct net_keys *keys)
{
	(void)printf("keys-of %s r=%d n=%zu\n", keys->unique_id, keys->r, keys->n_keys);
	for (size_t i = 0; i < keys->n_keys; i++)
		(void)printf("key %s %s %zu\n", keys->keys[i].key_id,
		    keys->keys[i].type != NULL ? keys->keys[i].type : "-",
		    keys->keys[i].blob_len);
}

static void
show_eic(const struct eic_answer *answer)
{
	(void)printf("eic n=%zu\n", answer->n_keys);
	if (answer->signer_why[0] != '\0')
		(void)printf("eic-signer %s\n", answer->signer_why);
	for (size_t i = 0; i < answer->n_keys; i++) {
		const struct eic_key *key = &answer->keys[i];
		char line[SSHKEY_LINE_SIZE] = "";

		if (key->flaw == 0)
			(void)sshkey_format(
			    key->type, key->blob, key->blob_len, line, sizeof(line));
		(void)printf("eic-key %s|%s|%s|%s\n",
		    key->flaw == 0 ? "good" : eic_flaw_text(key->flaw), key->caller,
		    key->request, line);
	}
}

static void
show(const struct net_result *result, int64_t took_ms)
{
	(void)printf("result r=%d instance_r=%d people=%zu requests=%u action=%s code=%s "
		     "denied=%d throttled=%d ms=%" PRId64 "\n",
	    result->r, result->instance_r,
	    result->directory != NULL ? result->directory->n_principals : 0,
	    result->n_requests, result->error.action, result->error.code,
	    result->error.denied, result->error.throttled, took_ms);
	if (result->error.code[0] != '\0')
		(void)printf("error %s\n", result->error.what);
	if (result->tags_error.code[0] != '\0')
		(void)printf("tags-error %s %s\n", result->tags_error.action,
		    result->tags_error.code);
	if (result->r != 0 && result->directory != NULL)
		(void)printf("partial!\n");
	if (result->instance != NULL)
		show_instance(result->instance);
	if (result->directory != NULL) {
		(void)printf(
		    "age %d\n", result->directory->verified_wall_ms == result->wall_ms &&
				    result->wall_ms > 0);
		show_directory(result->directory);
	}
	for (size_t i = 0; i < result->n_keys; i++)
		show_keys(&result->keys[i]);
	if (result->eic != NULL)
		show_eic(result->eic);
}

static void
add_person(struct net_job *job, const char *id, char *name)
{
	char *known = strchr(name, ',');

	if (known != NULL)
		*known++ = '\0';
	if (net_job_add_person(job, id, name) != 0)
		die("memory");
	while (known != NULL) {
		char *next = strchr(known, ',');

		if (next != NULL)
			*next++ = '\0';
		if (net_job_add_known(job, known) != 0)
			die("memory");
		known = next;
	}
}

static void
run_job(struct net *net, enum net_what what, char **words, size_t n)
{
	static uint64_t cookie;
	int64_t start = clock_mono_ms();
	struct net_result *result;
	struct net_job *job;

	if (n < 3)
		die("a job needs bucket and time");
	job =
	    net_job_new(what, strcmp(words[1], "login") == 0 ? NET_LOGIN : NET_BACKGROUND,
		++cookie, start + atoll(words[2]));
	if (job == NULL)
		die("memory");
	job->is_careful = strcmp(words[1], "careful") == 0;
	if (what == NET_EIC)
		(void)snprintf(job->account, sizeof(job->account), "%s", words[3]);
	for (size_t i = 3; i + 1 < n; i += 2)
		add_person(job, words[i], words[i + 1]);
	if (net_submit(net, &job) != 0)
		die("net_submit");
	while ((result = net_take(net)) == NULL) {
		struct pollfd pfd = { .fd = net_fd(net), .events = POLLIN };

		(void)poll(&pfd, 1, -1);
	}
	if (result->cookie != cookie || result->what != what)
		die("another job's result");
	show(result, clock_mono_ms() - start);
	net_result_free(result);
}

static void
show_stats(struct net *net)
{
	struct pollfd none = { .fd = -1 };
	struct net_stats stats;

	(void)poll(&none, 1, 600); /* the copy is made once a turn */
	net_stats_read(net, &stats);
	(void)printf("stats requests=%" PRIu64 " failures=%" PRIu64 " retries=%" PRIu64
		     " throttled=%" PRIu64 " role=%s skew=%" PRId64 " background=%.0f "
		     "login=%.0f alive=%d assumed=%s paced=%d\n",
	    stats.requests, stats.failures, stats.retries, stats.throttled, stats.role,
	    stats.clock_skew_s, stats.background_tokens, stats.login_tokens,
	    clock_mono_ms() -
		stats.alive_mono_ms<1100, stats.assumed_role, stats.iam_per_s> 0);
}

static void
obey(struct net *net, char *line)
{
	char *words[WORDS_MAX], *save = NULL;
	size_t n = 0;

	for (char *word = strtok_r(line, " \n", &save); word != NULL && n < WORDS_MAX;
	     word = strtok_r(NULL, " \n", &save))
		words[n++] = word;
	if (n == 0)
		return;
	if (strcmp(words[0], "directory") == 0)
		run_job(net, NET_DIRECTORY, words, n);
	else if (strcmp(words[0], "keys") == 0)
		run_job(net, NET_KEYS, words, n);
	else if (strcmp(words[0], "eic") == 0 && n == 4)
		run_job(net, NET_EIC, words, n);
	else if (strcmp(words[0], "people") == 0 && n == 2)
		net_set_people(net, (size_t)atoll(words[1]));
	else if (strcmp(words[0], "stats") == 0)
		show_stats(net);
	else if (strcmp(words[0], "leave") == 0 && n == 2) {
		/* A job that is under way when the end comes. */
		struct net_job *job = net_job_new(
		    NET_DIRECTORY, NET_BACKGROUND, 0, clock_mono_ms() + atoll(words[1]));

		if (job == NULL || net_submit(net, &job) != 0)
			die("net_submit");
		(void)poll(NULL, 0, 300);
	} else {
		die("unknown command");
	}
	(void)printf(".\n");
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	char line[16384];
	struct net *net;
	int64_t start;

	configure(argc, argv);
	if (net_start(&config, "test", &net) != 0)
		die("net_start");
	while (fgets(line, sizeof(line), stdin) != NULL)
		obey(net, line);
	start = clock_mono_ms();
	net_stop(net);
	(void)printf("stopped %" PRId64 "\n", clock_mono_ms() - start);
	return 0;
}
