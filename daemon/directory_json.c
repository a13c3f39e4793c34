/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory_json.c - reading, from the whole file down to its elements; contract in
 * directory_json.h. What is in an element: directory_element.c; writing: directory_write.c.
 */
#include <stdarg.h>
#include <string.h>

#include "daemon/directory_element.h"
#include "daemon/directory_json.h"
#include "daemon/directory_scan.h"
#include "daemon/utf8.h"

#define PASS_EVERY ((size_t)1 << 20)

static int BASE_PRINTF(2, 3) refuse(char *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, 256, format, args);
	va_end(args);
	return DIRECTORY_JSON_E_SYNTAX;
}

static bool
is_named(struct directory_slice name, const char *wanted)
{
	return name.len == strlen(wanted) && memcmp(name.at, wanted, name.len) == 0;
}

/* Whom to tell that the text before a place is not needed any more. */
struct passing {
	directory_json_passed_fn passed; /* may be NULL */
	void *context;
	const char *told;
};

static void
pass(struct passing *passing, const char *upto)
{
	if (passing->passed == NULL || (size_t)(upto - passing->told) < PASS_EVERY)
		return;
	passing->passed(passing->context, upto);
	passing->told = upto;
}

typedef int (*element_fn)(
    struct directory *directory, const char *text, size_t len, char *ret_why);

/* Every element of a list, one at a time. */
static int
read_list(struct directory *directory, struct directory_slice list, const char *list_name,
    element_fn read_element, struct passing *passing, char *error)
{
	struct directory_slice name;
	struct directory_slice element;
	struct directory_slice twice = { "", 0 };
	struct directory_scan scan;
	char why[DIRECTORY_WHY_SIZE];
	int r;

	if (directory_scan_begin(list, '[', &scan) != 0)
		return refuse(error, "%s is not an array", list_name);
	while ((r = directory_scan_next(&scan, &name, &element)) == 0) {
		if (directory_scan_unique(element, &twice) != 0)
			return refuse(error,
			    "%s[%zu]: not an object with distinct plain member names",
			    list_name, scan.n - 1);
		r = read_element(directory, element.at, element.len, why);
		if (r < 0)
			return r;
		if (r != 0)
			return refuse(error, "%s[%zu]: %s", list_name, scan.n - 1, why);
		pass(passing, element.at);
	}
	if (r != DIRECTORY_SCAN_E_END)
		return refuse(error, "%s: no JSON behind element %zu", list_name, scan.n);
	return 0;
}

/* The account that the ARNs name, unless they name several. */
static void
find_account(struct directory *directory)
{
	char account[13] = "";

	for (size_t i = 0; i < directory->n_principals; i++) {
		const char *p = directory->principals[i].arn;

		/* arn:PARTITION:iam::ACCOUNT:user/… */
		for (int colons = 0; colons < 4 && p != NULL; colons++) {
			p = strchr(p, ':');
			p = p != NULL ? p + 1 : NULL;
		}
		if (p == NULL || strspn(p, "0123456789") != 12 || p[12] != ':')
			return;
		if (account[0] != '\0' && strncmp(account, p, 12) != 0)
			return;
		memcpy(account, p, 12);
	}
	memcpy(directory->account, account, sizeof(account));
}

struct list {
	const char *name;
	element_fn read;
	struct directory_slice text; /* NULL: there is none */
};

enum {
	LIST_USERS,
	LIST_GROUPS,
	LIST_ROLES,
	LISTS_N
};

/* Policies and whatever else stands at the top are stepped over. */
static int
find_lists(struct directory_slice whole, struct list lists[LISTS_N], char *error)
{
	struct directory_slice name;
	struct directory_slice value;
	struct directory_slice twice = { NULL, 0 };
	struct directory_scan scan;
	int r;

	if (directory_scan_begin(whole, '{', &scan) != 0)
		return refuse(error, "not a JSON object");
	while ((r = directory_scan_next(&scan, &name, &value)) == 0)
		for (size_t i = 0; i < LISTS_N; i++)
			if (is_named(name, lists[i].name))
				lists[i].text = value;
	if (r != DIRECTORY_SCAN_E_END)
		return refuse(
		    error, "no JSON at byte %zu", (size_t)(scan.at - whole.at) + 1);
	if (directory_scan_unique(whole, &twice) != 0)
		return refuse(error, "a member stands twice");
	if (lists[LIST_USERS].text.at == NULL)
		return refuse(error, "there is no UserDetailList");
	return 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct list *x = a;
	const struct list *y = b;

	return x->text.at < y->text.at ? -1 : x->text.at > y->text.at;
}

int
directory_json_eat(const char *bytes, size_t len, directory_json_passed_fn passed,
    void *context, struct directory **ret_directory, char ret_error[256])
{
	_cleanup_directory_ struct directory *directory = NULL;
	struct passing passing = { passed, context, bytes };
	struct list lists[LISTS_N] = {
		[LIST_USERS] = { "UserDetailList", directory_element_user, { NULL, 0 } },
		[LIST_GROUPS] = { "GroupDetailList", directory_element_group,
		    { NULL, 0 } },
		[LIST_ROLES] = { "RoleDetailList", directory_element_role, { NULL, 0 } },
	};
	size_t wrong;
	int r;

	ret_error[0] = '\0';
	if (len > DIRECTORY_JSON_MAX)
		return refuse(ret_error, "larger than %u bytes", DIRECTORY_JSON_MAX);
	if (!utf8_is_valid(bytes, len, &wrong))
		return refuse(ret_error, "byte %zu is not UTF-8", wrong + 1);
	r = find_lists((struct directory_slice){ bytes, len }, lists, ret_error);
	if (r == 0)
		r = directory_new(&directory);
	if (r != 0)
		return r;
	/* in the order in which they stand: what is passed is gone */
	qsort(lists, LISTS_N, sizeof(lists[0]), by_place);
	for (size_t i = 0; r == 0 && i < LISTS_N; i++)
		if (lists[i].text.at != NULL)
			r = read_list(directory, lists[i].text, lists[i].name,
			    lists[i].read, &passing, ret_error);
	if (r != 0)
		return r;
	r = directory_finish(directory);
	if (r == DIRECTORY_E_DUPLICATE)
		return refuse(ret_error, "one id, ARN or group name stands twice");
	if (r != 0)
		return r;
	find_account(directory);
	*ret_directory = base_take_ptr(&directory);
	return 0;
}

int
directory_json_parse(
    const char *bytes, size_t len, struct directory **ret_directory, char ret_error[256])
{
	return directory_json_eat(bytes, len, NULL, NULL, ret_directory, ret_error);
}
