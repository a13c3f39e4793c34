/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - iamlogind: argv, hardening, the order of starting and ending
 *
 * Room: daemon. Unprivileged from the first instruction on: started as root it refuses.
 */
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>

#include "common/paths.h"
#include "daemon/apply.h"
#include "daemon/boot.h"
#include "daemon/daemon.h"
#include "daemon/fleet.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/publisher.h"
#include "daemon/refresh.h"
#include "daemon/server.h"
#include "daemon/sessions.h"
#include "daemon/state.h"
#include "daemon/users.h"
#include "daemon/verdicts.h"
#include "daemon/watch.h"

#define MAIN_EX_ROOT 77 /* as sysexits' EX_NOPERM */
#define MAIN_MAP_FROM (128 * 1024)

static const char usage[] =
    "usage: iamlogind [--config FILE] [--check] [--debug] [--version]\n"
    "  --config FILE  instead of %s\n"
    "  --check        read the configuration, say what is wrong with it, and end\n"
    "  --debug        log more\n";

struct main_options {
	const char *config;
	bool check, debug;
};

/* 0 to go on; else the exit code, + 1 */
static int
main_parse(int argc, char **argv, struct main_options *options)
{
	static const struct option long_options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'k' },
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == 'c')
			options->config = optarg;
		else if (option == 'k')
			options->check = true;
		else if (option == 'd')
			options->debug = true;
		else if (option == 'V')
			return printf("iamlogind %s\n", PACKAGE_VERSION) < 0
				   ? EX_OSERR + 1
				   : 1;
		else if (option == 'h')
			return printf(usage, paths_config) < 0 ? EX_OSERR + 1 : 1;
		else
			return EX_USAGE + 1;
	}
	if (optind < argc) {
		fprintf(stderr, usage, paths_config);
		return EX_USAGE + 1;
	}
	return 0;
}

/*
 * Credentials live in this process: no core, no ptrace, no swap. Locking future pages under
 * a finite RLIMIT_MEMLOCK would make malloc fail, so it is done where the unit lifted it.
 */
static void
main_harden(void)
{
	static const struct rlimit none = { 0, 0 };
	struct rlimit locked;

	(void)umask(0027);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
		log_line(LOG_WARNING, "core dumps could not be switched off: %m");
	if (getrlimit(RLIMIT_MEMLOCK, &locked) == 0 && locked.rlim_cur == RLIM_INFINITY &&
	    mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0)
		log_line(LOG_WARNING, "memory could not be locked: %m");
}

/*
 * A listing of 50,000 people comes, and the last one goes. What is large is mapped alone and
 * given back at once; glibc(3) would by itself come to keep it for the next time.
 */
static void
main_memory(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, MAIN_MAP_FROM);
	(void)mallopt(M_TRIM_THRESHOLD, MAIN_MAP_FROM);
	(void)mallopt(M_ARENA_MAX, 2); /* one for each thread */
}

static int
main_on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	struct daemon *d = arg;

	(void)source;
	log_line(LOG_INFO, "ends on signal %u", info->ssi_signo);
	return sd_event_exit(d->event, 0);
}

static int
main_event_loop(struct daemon *d)
{
	sigset_t mask;
	int r;

	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGTERM);
	(void)sigaddset(&mask, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &mask, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	r = sd_event_default(&d->event);
	if (r >= 0)
		r = sd_event_add_signal(d->event, NULL, SIGTERM, main_on_signal, d);
	if (r >= 0)
		r = sd_event_add_signal(d->event, NULL, SIGINT, main_on_signal, d);
	if (r >= 0)
		r = sd_event_set_watchdog(d->event, 1);
	return r < 0 ? log_error(r, "the event loop cannot be made") : 0;
}

static int
main_open_files(struct daemon *d)
{
	gid_t gid = d->keys_gid == UINT32_MAX ? (gid_t)-1 : (gid_t)d->keys_gid;
	int r;

	if (gid == (gid_t)-1)
		log_line(LOG_WARNING,
		    "there is no group iamlogin-keys: the key command asks the daemon only");
	r = publish_file_open(paths_keys, PUBLISHED_MAGIC_KEYS, 0640, gid, &d->keyfile);
	if (r == 0)
		r = publish_file_open(paths_snapshot, PUBLISHED_MAGIC_SNAPSHOT, 0644,
		    (gid_t)-1, &d->snapshot);
	return r != 0 ? log_error(r, "%s", paths_run_dir) : 0;
}

static int
main_new(struct daemon *d)
{
	int r = boot_id_read(d->boot_id);

	if (r == 0)
		r = idmap_new(&d->ids);
	if (r == 0)
		r = keystore_new(&d->keys);
	if (r == 0)
		r = audit_open(d->config->audit_file, &d->audit);
	/* random, and the same after a restart: unchanged content is not published again */
	memcpy(&d->hash_seed, d->boot_id, sizeof(d->hash_seed));
	d->keys_uid = d->keys_gid = UINT32_MAX;
	d->started_mono_ms = clock_mono_ms();
	return r != 0 ? log_error(r, "cannot start") : 0;
}

/* Everything up, in order; each part needs those before it. */
static int
main_start(struct daemon *d)
{
	int r = main_new(d);

	if (r == 0)
		r = main_event_loop(d);
	if (r != 0)
		return r;
	users_find(d);
	r = main_open_files(d);
	if (r == 0)
		r = watch_start(d);
	if (r == 0 && d->config->source == CONFIG_SOURCE_S3)
		r = fleet_start(d);
	if (r == 0)
		r = boot_load(d);
	if (r == 0)
		verdicts_load(d);
	if (r == 0 && d->config->source != CONFIG_SOURCE_FILE)
		r = net_start(d->config, PACKAGE_VERSION, &d->net);
	if (r == 0)
		r = refresh_start(d);
	if (r == 0 && d->config->publish.bucket != NULL)
		r = publisher_start(d);
	if (r == 0)
		r = boot_publish(d);
	if (r == 0)
		r = server_start(d);
	if (r == 0)
		r = metrics_start(d);
	return r;
}

static void
main_stop(struct daemon *d)
{
	metrics_stop(d);
	server_stop(d);
	publisher_stop(d);
	refresh_stop(d);
	watch_stop(d);
	sessions_stop(d);
	if (d->net != NULL)
		net_stop(d->net);
	fleet_stop(d);
	verdicts_free(d);
	world_unref(d->world);
	directory_unref(d->directory);
	instance_free(d->instance);
	publish_file_free(d->snapshot);
	publish_file_free(d->keyfile);
	keystore_free(d->keys);
	idmap_free(d->ids);
	local_free(d->local);
	audit_free(d->audit);
	sd_event_unref(d->event);
	config_free(d->config);
}

int
main(int argc, char **argv)
{
	static struct daemon d;
	struct main_options options = { .config = paths_config };
	char why[400] = "";
	int r;

	r = main_parse(argc, argv, &options);
	if (r != 0)
		return r - 1;
	main_memory();
	log_start(options.debug ? LOG_DEBUG : LOG_INFO);
	r = config_load(options.config, &d.config, why);
	if (r != 0) {
		log_line(LOG_CRIT, "%s", why[0] != '\0' ? why : strerror(-r));
		return EX_CONFIG;
	}
	if (options.check) {
		config_free(d.config);
		return puts("the configuration is right") < 0 ? EX_OSERR : 0;
	}
	if (geteuid() == 0) {
		log_line(LOG_CRIT, "runs as the user iamlogin, never as root");
		return MAIN_EX_ROOT;
	}
	main_harden();
	r = main_start(&d);
	if (r == 0) {
		(void)sd_notify(0, "READY=1");
		log_line(LOG_INFO, "iamlogind %s", PACKAGE_VERSION);
		r = sd_event_loop(d.event);
		(void)sd_notify(0, "STOPPING=1");
	}
	main_stop(&d);
	return r == 0 ? 0 : EX_SOFTWARE;
}
