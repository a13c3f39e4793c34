/* SPDX-License-Identifier: Apache-2.0 */
/* boot.c - from disk to the first publication; contract in boot.h */
#include <fcntl.h>
#include <string.h>

#include "daemon/apply.h"
#include "daemon/boot.h"
#include "daemon/log.h"
#include "daemon/state.h"

static const char boot_id_path[] = "/proc/sys/kernel/random/boot_id";
/* Nitro instances carry their id there (aws-ec2-instance-connect-config compares it, too) */
static const char dmi_path[] = "/sys/devices/virtual/dmi/id/board_asset_tag";

static bool boot_is_certain; /* this boot or DMI vouch for the loaded state */
static bool boot_is_refused; /* IMDS is not silent: it says that we are elsewhere */

static int
boot_hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
boot_id_read(uint8_t ret_id[16])
{
	_cleanup_close_ int fd = open(boot_id_path, O_RDONLY | O_CLOEXEC);
	char text[37];
	size_t n = 0;

	if (fd < 0 || read(fd, text, 36) != 36)
		return errno != 0 ? -errno : -EIO;
	for (size_t i = 0; i + 1 < 36 && n < 16; i++) {
		int high = boot_hex(text[i]), low = boot_hex(text[i + 1]);

		if (text[i] == '-')
			continue;
		if (high < 0 || low < 0)
			return -EBADMSG;
		ret_id[n++] = (uint8_t)(high << 4 | low);
		i++;
	}
	return n == 16 ? 0 : -EBADMSG;
}

/* "" where this is no Nitro instance, or DMI cannot be read */
static void
boot_dmi(char *ret, size_t ret_size)
{
	_cleanup_close_ int fd = open(dmi_path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, ret, ret_size - 1) : -1;

	ret[n > 0 ? n : 0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	if (strncmp(ret, "i-", 2) != 0)
		ret[0] = '\0';
}

int
boot_load(struct daemon *d)
{
	bool same_boot;
	char dmi[64];
	int r = state_load(d, &same_boot);

	if (r != 0 || d->instance == NULL)
		return r;
	boot_dmi(dmi, sizeof(dmi));
	if (dmi[0] != '\0' && strcmp(dmi, d->instance->id) != 0) {
		log_line(LOG_WARNING, "this is %s, the cache is of %s: dropped", dmi,
		    d->instance->id);
		state_drop(d);
		r = publish_file_revoke(d->snapshot);
		return r == 0 ? publish_file_revoke(d->keyfile) : r;
	}
	boot_is_certain = same_boot || dmi[0] != '\0';
	audit_set_instance(d->audit, d->instance);
	return 0;
}

static int
boot_on_patience(sd_event_source *source, uint64_t usec, void *arg)
{
	struct daemon *d = arg;

	(void)usec;
	(void)source;
	if (d->world == NULL && d->directory != NULL && !boot_is_refused) {
		log_line(
		    LOG_WARNING, "IMDS is silent: the last good directory is in force");
		(void)apply_rebuild(d);
	}
	return 0;
}

void
boot_confirm(struct daemon *d, const struct instance *instance)
{
	boot_is_refused = apply_confirm(d, instance) != 0;
}

/* IMDS is asked on its own: the first listing may take as long as AWS likes. */
static void
boot_ask(struct daemon *d)
{
	struct net_job *job = net_job_new(
	    NET_INSTANCE, NET_BACKGROUND, 0, clock_mono_ms() + BOOT_PATIENCE_MS);

	if (job != NULL)
		(void)net_submit(d->net, &job); /* else the listing tells, later */
	net_job_free(job);
}

int
boot_publish(struct daemon *d)
{
	uint64_t at = (uint64_t)(clock_mono_ms() + BOOT_PATIENCE_MS) * 1000;
	int r;

	if (d->directory == NULL)
		return 0;
	if (d->net != NULL)
		boot_ask(d);
	if (boot_is_certain) {
		(void)apply_rebuild(d); /* on failure the first refresh tries again */
		return 0;
	}
	r = sd_event_add_time(
	    d->event, NULL, CLOCK_MONOTONIC, at, 100000, boot_on_patience, d);
	return r < 0 ? r : 0;
}
