/* SPDX-License-Identifier: Apache-2.0 */
/* enable_ask.c - see enable_ask.h */
#include <string.h>

#include "cli/enable_ask.h"
#include "cli/enable_conf.h"
#include "cli/rewrite.h"
#include "common/paths.h"

static void
ask(const char *text, const char *section, const char *key, const char *question,
    const char **option, char answer[ENABLE_ANSWER_SIZE])
{
	_cleanup_free_ char *set = enable_conf_get(text, section, key);

	if (*option != NULL || (set != NULL && set[0] != '\0'))
		return;
	(void)printf("%s\n[%s] %s = ", question, section, key);
	(void)fflush(stdout);
	if (fgets(answer, ENABLE_ANSWER_SIZE, stdin) == NULL)
		return;
	answer[strcspn(answer, "\n")] = '\0';
	if (answer[0] != '\0')
		*option = answer;
}

void
enable_ask(struct enable_options *options, struct enable_answers *answers)
{
	_cleanup_free_ char *text = NULL;
	const char *known = "";

	if (!isatty(STDIN_FILENO) || options->quiet)
		return;
	if (rewrite_read(paths_config, &text) == 0 && text != NULL)
		known = text;
	ask(known, "principals", "users",
	    "Who is in scope? An IAM path (path:/people/*), group:NAME or user:NAME.",
	    &options->users, answers->users);
	ask(known, "login", "allow",
	    "Which of them may log in? A rule: match:platform, group:HostAdmins, ... "
	    "(empty: nobody yet)",
	    &options->allow, answers->allow);
	ask(known, "sudo", "allow", "And who may use sudo? (empty: nobody)",
	    &options->sudo, answers->sudo);
	ask(known, "accounts", "break_glass",
	    "Which local account always gets in, whatever is broken? (root, ec2-user, ...)",
	    &options->break_glass, answers->break_glass);
}
