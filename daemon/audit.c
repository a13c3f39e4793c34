/* SPDX-License-Identifier: Apache-2.0 */
/* audit.c - the hash chain on disk and in the journal; contract in audit.h */
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include <json-c/json.h>

#include "common/clock.h"
#include "daemon/audit.h"
#include "daemon/audit_journal.h"
#include "daemon/audit_rate.h"
#include "daemon/audit_waiting.h"
#include "daemon/digest.h"
#include "daemon/log.h"

#define AUDIT_IMPORT_LINE_MAX (2 * RECORD_LINE_MAX)

struct audit {
	char *path;
	int fd;
	dev_t dev;
	ino_t ino;
	int64_t seq; /* of the next record */
	char prev[DIGEST_HEX_SIZE];
	char boot[37];
	char instance[33], account[13], region[33];
	char *pending[AUDIT_PENDING_MAX]; /* whole lines, oldest first */
	size_t n_pending;
	bool complained;
	bool is_torn; /* half a line of ours is the last thing in the file */
	struct audit_counts counts;
	struct audit_rate rate;
};

/* What continues a chain: the last whole line's seq and hash; with @follows only of the next. */
static bool
audit_adopt_line(struct audit *audit, const char *line, size_t len, bool follows)
{
	struct json_tokener *tokener = json_tokener_new_ex(8);
	struct json_object *record = NULL, *seq, *prev;
	uint8_t digest[DIGEST_SIZE];
	bool adopted = false;

	if (tokener == NULL || len > INT_MAX)
		return false;
	record = json_tokener_parse_ex(tokener, line, (int)len);
	if (record != NULL && json_object_object_get_ex(record, "seq", &seq) &&
	    json_object_is_type(seq, json_type_int) &&
	    (!follows || (json_object_object_get_ex(record, "prev", &prev) &&
			     strcmp(json_object_get_string(prev), audit->prev) == 0)) &&
	    digest_sha256(line, len, digest) == 0) {
		audit->seq = json_object_get_int64(seq) + 1;
		digest_hex(digest, audit->prev);
		adopted = true;
	}
	json_object_put(record);
	json_tokener_free(tokener);
	return adopted;
}

/*
 * Reads the end of a file. A last line without its newline is whole all the same if it is a
 * record; else it is torn, and @ret_torn is its digest ("" when it is too long for one).
 */
static bool
audit_adopt_tail(
    struct audit *audit, int fd, bool *ret_ended, char ret_torn[DIGEST_HEX_SIZE])
{
	static char tail[4 * RECORD_LINE_MAX];
	uint8_t digest[DIGEST_SIZE];
	struct stat st;
	ssize_t n;
	char *end, *start;

	*ret_ended = true;
	ret_torn[0] = '\0';
	if (fstat(fd, &st) != 0 || st.st_size == 0)
		return false;
	n = pread(fd, tail, sizeof(tail),
	    st.st_size > (off_t)sizeof(tail) ? st.st_size - (off_t)sizeof(tail) : 0);
	if (n <= 0)
		return false;
	*ret_ended = tail[n - 1] == '\n';
	end = memrchr(tail, '\n', (size_t)n);
	if (!*ret_ended && (end != NULL || st.st_size == n)) {
		const char *last = end != NULL ? end + 1 : tail;
		size_t len = (size_t)(tail + n - last);

		if (audit_adopt_line(audit, last, len, false))
			return true;
		if (digest_sha256(last, len, digest) == 0)
			digest_hex(digest, ret_torn);
	}
	for (; end != NULL && end > tail; end = start) {
		start = memrchr(tail, '\n', (size_t)(end - tail));
		if (audit_adopt_line(audit, start != NULL ? start + 1 : tail,
			(size_t)(end - (start != NULL ? start + 1 : tail)), false))
			return true;
		if (start == NULL)
			break;
	}
	return false;
}

static void
audit_open_file(struct audit *audit)
{
	struct stat st;

	audit->is_torn = false;
	audit->fd = open(audit->path,
	    O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0640);
	if (audit->fd < 0 || fstat(audit->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (!audit->complained)
			log_line(LOG_ERR,
			    "%s: cannot be written (%m): records wait in memory",
			    audit->path);
		audit->complained = true;
		base_closep(&audit->fd);
		audit->fd = -1;
		return;
	}
	audit->complained = false;
	audit->dev = st.st_dev;
	audit->ino = st.st_ino;
}

/*
 * What the disk had not taken when a daemon before us ended. A trail that cannot be read tells
 * nothing of what stands in it: then all of it.
 */
static bool
audit_adopt_waiting(struct audit *audit)
{
	_cleanup_free_ char *text = NULL;
	bool follows = audit->fd >= 0;
	char *line, *end;

	if (audit_waiting_read(&text) != 0)
		return false;
	for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		size_t len = (size_t)(end - line);
		char *copy;

		if (audit->n_pending == AUDIT_PENDING_MAX ||
		    !audit_adopt_line(audit, line, len, follows))
			continue;
		follows = true;
		copy = strndup(line, len + 1);
		if (copy != NULL)
			audit->pending[audit->n_pending++] = copy;
	}
	if (audit->n_pending == 0)
		audit_waiting_forget();
	return audit->n_pending > 0;
}

/* Goes on with the chain that stands there, or in the file that was moved away from there. */
static void
audit_adopt(struct audit *audit)
{
	_cleanup_close_ int old = -1;
	char torn[DIGEST_HEX_SIZE] = "", ignored[DIGEST_HEX_SIZE], rotated[PATH_MAX];
	struct record record;
	struct stat st;
	bool ended = true;

	if (audit->fd < 0 || audit_adopt_tail(audit, audit->fd, &ended, torn))
		audit->is_torn = audit->fd >= 0 && !ended;
	else if (fstat(audit->fd, &st) == 0 && st.st_size == 0) {
		(void)snprintf(rotated, sizeof(rotated), "%s.1", audit->path);
		old = open(rotated, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (old >= 0)
			(void)audit_adopt_tail(audit, old, &ended, ignored);
	} else {
		audit->is_torn = !ended;
	}
	if (audit_adopt_waiting(audit)) { /* the torn line will follow whole */
		audit_flush(audit);
		return;
	}
	if (torn[0] == '\0')
		return;
	log_line(LOG_WARNING,
	    "%s: the last line is torn: it was being written when the "
	    "daemon or the machine ended",
	    audit->path);
	record_init(&record, RECORD_ADMIN);
	record.verdict = VERDICT_UNKNOWN;
	record.message = "the line before this one was torn: its writer was ended";
	record.torn = torn;
	audit_write(audit, &record);
}

static void
audit_read_boot_id(struct audit *audit)
{
	_cleanup_close_ int fd =
	    open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, audit->boot, sizeof(audit->boot) - 1) !=
			  (ssize_t)sizeof(audit->boot) - 1)
		audit->boot[0] = '\0';
}

int
audit_open(const char *path, struct audit **ret_audit)
{
	struct audit *audit = calloc(1, sizeof(*audit));

	if (audit == NULL)
		return -ENOMEM;
	audit->fd = -1;
	audit->path = strdup(path);
	if (audit->path == NULL) {
		free(audit);
		return -ENOMEM;
	}
	audit->seq = 1;
	memset(audit->prev, '0', DIGEST_HEX_SIZE - 1);
	audit_read_boot_id(audit);
	audit_open_file(audit);
	audit_adopt(audit);
	*ret_audit = audit;
	return 0;
}

void
audit_set_instance(struct audit *audit, const struct instance *instance)
{
	if (instance == NULL)
		return;
	memcpy(audit->instance, instance->id, sizeof(audit->instance));
	memcpy(audit->account, instance->account, sizeof(audit->account));
	memcpy(audit->region, instance->region, sizeof(audit->region));
}

/* The file is never made shorter: half a line gets its newline and stays. */
static bool
audit_end_torn(struct audit *audit)
{
	if (write(audit->fd, "\n", 1) != 1)
		return false;
	audit->is_torn = false;
	return true;
}

/* A file that logrotate moved away is no longer at the path: the chain goes on in a new one. */
static void
audit_follow_rotation(struct audit *audit)
{
	struct stat st;

	if (audit->fd >= 0 && lstat(audit->path, &st) == 0 && st.st_dev == audit->dev &&
	    st.st_ino == audit->ino)
		return;
	if (audit->is_torn)
		(void)audit_end_torn(audit);
	base_closep(&audit->fd);
	audit_open_file(audit);
}

static bool
audit_write_line(struct audit *audit, const char *line)
{
	size_t len = strlen(line);
	ssize_t n;

	audit_follow_rotation(audit);
	if (audit->fd < 0 || (audit->is_torn && !audit_end_torn(audit)))
		return false;
	n = write(audit->fd, line, len);
	if (n == (ssize_t)len) {
		audit->counts.written++;
		return true;
	}
	/* half a line on a full disk: it will be written again, whole, behind this one */
	audit->is_torn = n > 0;
	if (!audit->complained)
		log_line(LOG_ERR, "%s: cannot be written: records wait in memory",
		    audit->path);
	audit->complained = true;
	return false;
}

void
audit_flush(struct audit *audit)
{
	size_t done = 0;

	while (done < audit->n_pending && audit_write_line(audit, audit->pending[done]))
		free(audit->pending[done++]);
	audit->n_pending -= done;
	memmove(audit->pending, audit->pending + done,
	    audit->n_pending * sizeof(audit->pending[0]));
	if (done > 0 && audit->n_pending == 0) {
		audit->complained = false;
		audit_waiting_forget();
	}
}

/* Appends a whole line, in order: never past records that wait. */
static void
audit_append(struct audit *audit, const char *line)
{
	uint8_t digest[DIGEST_SIZE];
	char *copy;

	audit_flush(audit);
	if (audit->n_pending > 0 || !audit_write_line(audit, line)) {
		copy = audit->n_pending < AUDIT_PENDING_MAX ? strdup(line) : NULL;
		if (copy == NULL) {
			audit->counts.lost++; /* from the file; the journal has it */
			return;
		}
		audit->pending[audit->n_pending++] = copy;
		/* where this fails, a restart leaves it to the journal */
		(void)audit_waiting_add(line);
	}
	if (digest_sha256(line, strlen(line) - 1, digest) == 0)
		digest_hex(digest, audit->prev);
	audit->seq++;
}

static void
audit_put(struct audit *audit, struct record *record)
{
	static char line[RECORD_LINE_MAX];
	struct clock_now now;
	int n;

	clock_read(&now);
	record->seq = audit->seq;
	record->prev = audit->prev;
	record->writer = "daemon";
	record->boot = audit->boot[0] != '\0' ? audit->boot : NULL;
	record->instance = audit->instance[0] != '\0' ? audit->instance : NULL;
	record->aws_account = audit->account[0] != '\0' ? audit->account : NULL;
	record->region = audit->region[0] != '\0' ? audit->region : NULL;
	record->instance_s = now.boot_ms / 1000;
	n = record_format(record, line, sizeof(line));
	if (n < 0) {
		audit->counts.lost++;
		log_error(n, "an audit record could not be formatted");
		return;
	}
	audit_append(audit, line);
	audit_journal(record, line);
}

void
audit_write(struct audit *audit, struct record *record)
{
	if (audit_rate_pass(&audit->rate, record, clock_mono_ms()))
		audit_put(audit, record);
}

/* What floods have left out until then. */
static void
audit_put_repeated(struct audit *audit, int64_t until_mono_ms)
{
	struct record record;

	while (audit_rate_due(&audit->rate, until_mono_ms, &record))
		audit_put(audit, &record);
}

void
audit_tick(struct audit *audit)
{
	audit_put_repeated(audit, clock_mono_ms());
	audit_flush(audit);
}

void
audit_free(struct audit *audit)
{
	if (audit == NULL)
		return;
	audit_put_repeated(audit, INT64_MAX);
	for (size_t i = 0; i < audit->n_pending; i++)
		free(audit->pending[i]);
	base_closep(&audit->fd);
	free(audit->path);
	free(audit);
}

/*
 * PAM's record goes in whole, with seq and prev in front: root wrote it, but what stands in
 * it came from outside, so it must be one JSON object of our version and nothing more.
 */
void
audit_import(struct audit *audit, const char *text, size_t len)
{
	static char line[AUDIT_IMPORT_LINE_MAX];
	struct json_tokener *tokener = json_tokener_new_ex(8);
	struct json_object *record = NULL, *version = NULL;
	const char *body;
	int n = -1;

	if (tokener != NULL && len > 0 && len < RECORD_LINE_MAX)
		record = json_tokener_parse_ex(tokener, text, (int)len);
	if (record != NULL && json_object_is_type(record, json_type_object) &&
	    json_tokener_get_parse_end(tokener) == len &&
	    json_object_object_get_ex(record, "v", &version)) {
		json_object_object_del(record, "v");
		json_object_object_del(record, "seq");
		json_object_object_del(record, "prev");
	}
	if (record != NULL && json_object_is_type(record, json_type_object) &&
	    json_object_object_length(record) > 0 && version != NULL) {
		body = json_object_to_json_string_ext(
		    record, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
		n = snprintf(line, sizeof(line),
		    "{\"v\":%d,\"seq\":%lld,\"prev\":\"%s\",%s\n", RECORD_VERSION,
		    (long long)audit->seq, audit->prev, body + 1);
	}
	json_object_put(record);
	if (tokener != NULL)
		json_tokener_free(tokener);
	if (n < 0 || (size_t)n >= sizeof(line)) {
		audit->counts.refused_imports++;
		return;
	}
	audit_append(audit, line);
}

void
audit_counts_read(const struct audit *audit, struct audit_counts *ret_counts)
{
	*ret_counts = audit->counts;
	ret_counts->pending = audit->n_pending;
}
