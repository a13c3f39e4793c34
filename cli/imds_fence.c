/* SPDX-License-Identifier: Apache-2.0 */
/* imds_fence.c - see imds_fence.h */
#include <pwd.h>
#include <string.h>

#include "cli/imds_fence.h"
#include "cli/lines.h"
#include "cli/rewrite.h"
#include "cli/run.h"

#define CANDIDATE IAMLOGIN_ENABLEDIR "/candidate.nft"
#define UIDS_MAX 64

/* As /proc/net/tcp and tcp6 print 169.254.169.254:80 and [fd00:ec2::254]:80. */
static const char *const peers[] = { "FEA9FEA9:0050",
	"C20E00FD000000000000000054020000:0050" };

static int
add_users(struct enable_plan *plan, const char *users, FILE *out)
{
	struct span rest, word;
	char name[64];

	if (users == NULL)
		return 0;
	rest = (struct span){ .at = users, .len = strlen(users) };
	while (rest.len > 0) {
		word = lines_up_to(rest, ',');
		rest.at += word.len < rest.len ? word.len + 1 : word.len;
		rest.len -= word.len < rest.len ? word.len + 1 : word.len;
		lines_copy(word, name, sizeof(name));
		if (getpwnam(name) == NULL)
			return enable_plan_refuse(
			    plan, "there is no user \"%s\" for IMDS", name);
		(void)fprintf(out, ", %u", (unsigned)getpwnam(name)->pw_uid);
	}
	return 0;
}

/* Numbers, not names: nft must not need a name service at boot. */
static int
write_rules(struct enable_plan *plan, const char *users, FILE *out)
{
	const struct passwd *daemon = getpwnam("iamlogin");
	_cleanup_free_ char *set = NULL;
	size_t size = 0;
	FILE *list;
	int r;

	if (daemon == NULL)
		return enable_plan_refuse(plan, "there is no user iamlogin");
	list = open_memstream(&set, &size);
	if (list == NULL)
		return enable_plan_refuse(plan, "out of memory");
	(void)fprintf(list, "0, %u", (unsigned)daemon->pw_uid);
	r = add_users(plan, users, list);
	if (fclose(list) != 0)
		return enable_plan_refuse(plan, "out of memory");
	if (r != 0)
		return r;
	(void)fprintf(out,
	    "# Made by `iamlogin enable --imds-fence`: the instance metadata service is for\n"
	    "# root, iamlogin and whom --imds-allow named. Users by number.\n"
	    "table inet iamlogin_imds\n"
	    "delete table inet iamlogin_imds\n"
	    "table inet iamlogin_imds {\n"
	    "\tset may { type uid; elements = { %s } }\n"
	    "\tchain output {\n"
	    "\t\ttype filter hook output priority filter; policy accept;\n"
	    "\t\tip daddr 169.254.169.254 meta skuid @may accept\n"
	    "\t\tip6 daddr fd00:ec2::254 meta skuid @may accept\n"
	    "\t\tip daddr 169.254.169.254 counter reject with icmpx admin-prohibited\n"
	    "\t\tip6 daddr fd00:ec2::254 counter reject with icmpx admin-prohibited\n"
	    "\t}\n"
	    "\tchain forward {\n"
	    "\t\ttype filter hook forward priority filter; policy accept;\n"
	    "\t\tip daddr 169.254.169.254 counter reject with icmpx admin-prohibited\n"
	    "\t\tip6 daddr fd00:ec2::254 counter reject with icmpx admin-prohibited\n"
	    "\t}\n"
	    "}\n",
	    set);
	return 0;
}

int
imds_fence_rules(struct enable_plan *plan, const char *users, char **ret_text)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int r;

	if (out == NULL)
		return enable_plan_refuse(plan, "out of memory");
	r = write_rules(plan, users, out);
	if (fclose(out) != 0)
		return enable_plan_refuse(plan, "out of memory");
	if (r == 0)
		*ret_text = base_take_ptr(&text);
	return r;
}

int
imds_fence_plan(struct enable_plan *plan, const char *users)
{
	const char *const words[] = { "nft", "--check", "--file", CANDIDATE, NULL };
	_cleanup_free_ char *output = NULL;
	char *text = NULL;
	int r;

	if (imds_fence_rules(plan, users, &text) != 0)
		return 1;
	r = rewrite_put(CANDIDATE, text, NULL, 0600);
	if (r == 0)
		r = run(words, &output);
	(void)rewrite_remove(CANDIDATE);
	if (r == 0)
		return enable_plan_set(plan, IMDS_FENCE_PATH, text, 0644);
	free(text);
	return enable_plan_refuse(plan, "nft cannot make the fence: %.300s",
	    r == -ENOENT     ? "there is no nft; install nftables"
	    : output != NULL ? output
			     : strerror(-r));
}

static bool
is_known(const unsigned *uids, size_t n, unsigned uid)
{
	while (n-- > 0)
		if (uids[n] == uid)
			return true;
	return false;
}

/* "sl local peer st queues timer retrnsmt uid …" (proc(5)) */
size_t
imds_fence_uids(const char *text, unsigned *ret_uids, size_t size)
{
	const char *cursor = text;
	struct span line, word[8];
	char number[16];
	size_t n = 0, i;

	while (lines_next(&cursor, &line)) {
		for (i = 0; i < BASE_N(word) && lines_word(&line, &word[i]); i++)
			;
		if (i < BASE_N(word))
			continue;
		for (i = 0; i < BASE_N(peers); i++)
			if (lines_is(word[2], peers[i]))
				break;
		lines_copy(word[7], number, sizeof(number));
		if (i < BASE_N(peers) && n < size &&
		    !is_known(ret_uids, n, (unsigned)strtoul(number, NULL, 10)))
			ret_uids[n++] = (unsigned)strtoul(number, NULL, 10);
	}
	return n;
}

/* /proc/net's files have no size, and rewrite_read() takes what it gets. */
static size_t
uids_of(const char *path, unsigned *ret_uids, size_t size)
{
	_cleanup_free_ char *text = NULL;

	if (size == 0 || rewrite_read(path, &text) != 0 || text == NULL)
		return 0;
	return imds_fence_uids(text, ret_uids, size);
}

void
imds_fence_show_users(FILE *out)
{
	unsigned uids[UIDS_MAX];
	const struct passwd *pw;
	size_t n, i;

	n = uids_of("/proc/net/tcp", uids, UIDS_MAX);
	n += uids_of("/proc/net/tcp6", uids + n, UIDS_MAX - n);
	for (i = 0; i < n; i++) {
		if (is_known(uids, i, uids[i]))
			continue;
		pw = getpwuid(uids[i]);
		(void)fprintf(out, "IMDS is used by %s (uid %u)\n",
		    pw != NULL ? pw->pw_name : "somebody without a name", uids[i]);
	}
	if (n == 0)
		(void)fputs("IMDS: nobody talks to it at this moment\n", out);
}

int
imds_fence_up(void)
{
	const char *const link[] = { "systemctl", "enable", "--quiet", IMDS_FENCE_UNIT,
		NULL };
	const char *const start[] = { "systemctl", "reload-or-restart", IMDS_FENCE_UNIT,
		NULL };
	const char *const load[] = { "nft", "--file", IMDS_FENCE_PATH, NULL };

	/* an image being built has no IMDS of its own to fence, a chroot no right to */
	(void)run(link, NULL);
	return run(run_has_systemd() ? start : load, NULL) != 0;
}

int
imds_fence_down(void)
{
	const char *const unit[] = { "systemctl", "disable", "--now", IMDS_FENCE_UNIT,
		NULL };
	const char *const link[] = { "systemctl", "disable", IMDS_FENCE_UNIT, NULL };
	const char *const drop[] = { "nft", "delete", "table", "inet", "iamlogin_imds",
		NULL };

	if (run_has_systemd())
		return run(unit, NULL) != 0;
	(void)run(link, NULL);
	return run(drop, NULL) != 0;
}
