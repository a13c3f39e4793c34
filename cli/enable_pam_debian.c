/* SPDX-License-Identifier: Apache-2.0 */
/* enable_pam_debian.c - see enable_pam_debian.h */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/enable_pam.h"
#include "cli/enable_pam_debian.h"
#include "cli/rewrite.h"
#include "cli/run.h"

#define TOOL "/usr/sbin/pam-auth-update"
#define PATH_SIZE 256

/* A copy of what the tool reads and writes, below a directory of our own. */
struct scratch {
	char dir[64];
};

static const struct {
	const char *dir, *prefix;
} kinds[] = { { "/etc/pam.d", "common-" }, { "/var/lib/pam", "" } };

static void
remove_tree(const char *dir)
{
	const char *const words[] = { "rm", "-rf", "--one-file-system", dir, NULL };

	(void)run(words, NULL);
}

static void
scratch_done(struct scratch *scratch)
{
	if (scratch->dir[0] != '\0')
		remove_tree(scratch->dir);
}
#define _cleanup_scratch_ _cleanup_(scratch_done)

bool
enable_pam_debian_rules(void)
{
	return access(TOOL, X_OK) == 0;
}

static bool
is_wanted(size_t kind, const char *name)
{
	const char *prefix = kinds[kind].prefix;

	return name[0] != '.' && strncmp(name, prefix, strlen(prefix)) == 0 &&
	       strchr(name, '~') == NULL;
}

/* Calls @each for every file of both kinds below @top ("" or the scratch). */
static int
for_each(struct enable_plan *plan, const struct scratch *scratch, const char *top,
    int (*each)(struct enable_plan *, const struct scratch *, const char *path))
{
	char path[PATH_SIZE];
	struct dirent *found;
	size_t kind;
	int r = 0;

	for (kind = 0; r == 0 && kind < BASE_N(kinds); kind++) {
		DIR *dir;

		(void)snprintf(path, sizeof(path), "%s%s", top, kinds[kind].dir);
		dir = opendir(path);
		if (dir == NULL)
			return enable_plan_refuse(plan, "%s: %s", path, strerror(errno));
		while (r == 0 && (found = readdir(dir)) != NULL) {
			if (!is_wanted(kind, found->d_name))
				continue;
			if (snprintf(path, sizeof(path), "%s/%s", kinds[kind].dir,
				found->d_name) >= (int)sizeof(path))
				continue;
			r = each(plan, scratch, path);
		}
		(void)closedir(dir);
	}
	return r;
}

static int
copy_in(struct enable_plan *plan, const struct scratch *scratch, const char *path)
{
	_cleanup_free_ char *text = NULL;
	char copy[PATH_SIZE * 2];
	int r;

	r = enable_plan_read(plan, path, &text);
	if (r != 0 || text == NULL)
		return r;
	(void)snprintf(copy, sizeof(copy), "%s%s", scratch->dir, path);
	r = rewrite_put(copy, text, path, 0644);
	return r == 0 ? 0 : enable_plan_refuse(plan, "%s: cannot be written", copy);
}

static int
take_out(struct enable_plan *plan, const struct scratch *scratch, const char *path)
{
	char copy[PATH_SIZE * 2];
	char *text = NULL;

	(void)snprintf(copy, sizeof(copy), "%s%s", scratch->dir, path);
	if (rewrite_read(copy, &text) != 0 || text == NULL)
		return enable_plan_refuse(plan, "%s: cannot be read", copy);
	return enable_plan_set(plan, path, text, 0644);
}

static int
make_dirs(struct enable_plan *plan, struct scratch *scratch)
{
	static const char *const below[] = { "/etc", "/etc/pam.d", "/var", "/var/lib",
		"/var/lib/pam", "/usr", "/usr/share" };
	char path[PATH_SIZE];
	size_t i;

	(void)snprintf(scratch->dir, sizeof(scratch->dir), "/tmp/iamlogin-pam.XXXXXX");
	if (mkdtemp(scratch->dir) == NULL) {
		scratch->dir[0] = '\0';
		return enable_plan_refuse(plan, "/tmp: %s", strerror(errno));
	}
	for (i = 0; i < BASE_N(below); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", scratch->dir, below[i]);
		if (mkdir(path, 0755) < 0)
			return enable_plan_refuse(plan, "%s: %s", path, strerror(errno));
	}
	(void)snprintf(path, sizeof(path), "%s/usr/share/pam-configs", scratch->dir);
	if (symlink("/usr/share/pam-configs", path) < 0)
		return enable_plan_refuse(plan, "%s: %s", path, strerror(errno));
	return 0;
}

/* debconf keeps its answers in the scratch, too: a dry run leaves nothing behind. */
static int
write_debconf(struct enable_plan *plan, const struct scratch *scratch)
{
	char path[PATH_SIZE], text[768];

	(void)snprintf(path, sizeof(path), "%s/debconf.conf", scratch->dir);
	(void)snprintf(text, sizeof(text),
	    "Config: config\nTemplates: templates\n\n"
	    "Name: config\nDriver: File\nMode: 600\nFilename: %s/config.dat\n\n"
	    "Name: templates\nDriver: File\nMode: 600\nFilename: %s/templates.dat\n",
	    scratch->dir, scratch->dir);
	if (rewrite_put(path, text, NULL, 0600) != 0)
		return enable_plan_refuse(plan, "%s: cannot be written", path);
	return 0;
}

/* Every "'@old'" of a Perl script becomes "'@dir@old'"; how many there were. */
static size_t
redirect(FILE *out, const char *script, const char *dir)
{
	static const char *const fixed[] = { "'/etc/pam.d'", "'/var/lib/pam'" };
	size_t i, n = 0;

	while (*script != '\0') {
		for (i = 0; i < BASE_N(fixed); i++)
			if (strncmp(script, fixed[i], strlen(fixed[i])) == 0)
				break;
		if (i == BASE_N(fixed)) {
			(void)fputc(*script++, out);
			continue;
		}
		(void)fprintf(out, "'%s%s", dir, fixed[i] + 1);
		script += strlen(fixed[i]);
		n++;
	}
	return n;
}

/* Debian 11's has no --root: a copy of it with the two directories changed does the same. */
static int
copy_tool(struct enable_plan *plan, const struct scratch *scratch, const char *script,
    char ret_path[PATH_SIZE])
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0, n;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return enable_plan_refuse(plan, "out of memory");
	n = redirect(out, script, scratch->dir);
	if (fclose(out) != 0)
		return enable_plan_refuse(plan, "out of memory");
	(void)snprintf(ret_path, PATH_SIZE, "%s/pam-auth-update", scratch->dir);
	if (n != 2 || rewrite_put(ret_path, text, NULL, 0700) != 0)
		return enable_plan_refuse(plan,
		    TOOL " of this system is not known to this version of iamlogin");
	return 0;
}

static int
run_tool(struct enable_plan *plan, const struct scratch *scratch, bool is_on)
{
	_cleanup_free_ char *script = NULL, *output = NULL;
	char tool[PATH_SIZE] = TOOL, rc[PATH_SIZE];
	const char *words[12];
	size_t n = 0;
	int r;

	if (rewrite_read(TOOL, &script) != 0 || script == NULL)
		return enable_plan_refuse(plan, TOOL " cannot be read");
	(void)snprintf(rc, sizeof(rc), "DEBCONF_SYSTEMRC=%s/debconf.conf", scratch->dir);
	words[n++] = "env";
	words[n++] = rc;
	words[n++] = tool;
	if (strstr(script, "'--root'") != NULL) {
		words[n++] = "--root";
		words[n++] = scratch->dir;
	} else if (copy_tool(plan, scratch, script, tool) != 0) {
		return 1;
	}
	words[n++] = "--package";
	words[n++] = is_on ? "--enable" : "--remove";
	words[n++] = "iamlogin";
	if (is_on)
		words[n++] = "mkhomedir";
	words[n] = NULL;
	r = run(words, &output);
	if (r != 0)
		return enable_plan_refuse(plan, "pam-auth-update failed: %.300s",
		    output != NULL ? output : strerror(-r));
	return 0;
}

int
enable_pam_debian(struct enable_plan *plan, bool is_on)
{
	_cleanup_scratch_ struct scratch scratch = { .dir = "" };
	_cleanup_free_ char *account = NULL;

	if (make_dirs(plan, &scratch) != 0 || write_debconf(plan, &scratch) != 0 ||
	    for_each(plan, &scratch, "", copy_in) != 0 ||
	    run_tool(plan, &scratch, is_on) != 0 ||
	    for_each(plan, &scratch, scratch.dir, take_out) != 0)
		return 1;
	if (enable_plan_read(plan, "/etc/pam.d/common-account", &account) != 0)
		return 1;
	if (is_on != (account != NULL && enable_pam_names_us(account)))
		return enable_plan_refuse(plan,
		    "pam-auth-update leaves /etc/pam.d/common-* alone: it was edited by "
		    "hand. `pam-auth-update --force` gives it back to the tool (your "
		    "edits are lost)");
	return 0;
}
