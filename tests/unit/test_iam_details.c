/* SPDX-License-Identifier: Apache-2.0 */
/* test_iam_details.c - GetAccountAuthorizationDetails, fed as it comes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base.h"
#include "daemon/iam_details.h"

#define PAGE(users, groups, rest)                                              \
	"<GetAccountAuthorizationDetailsResponse xmlns=\"urn:x\">"             \
	"<GetAccountAuthorizationDetailsResult>" rest "<UserDetailList>" users \
	"</UserDetailList><GroupDetailList>" groups                            \
	"</GroupDetailList><RoleDetailList/><Policies/>"                       \
	"</GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
#define LAST "<IsTruncated>false</IsTruncated>"
#define USER(name, more)                                                              \
	"<member><Path>/people/</Path><UserName>" name "</UserName><UserId>AIDA" name \
	"</UserId><Arn>arn:aws:iam::111122223333:user/people/" name                   \
	"</Arn><CreateDate>2024-01-02T03:04:05Z</CreateDate>" more "</member>"
#define POLICIES                                                                       \
	"<UserPolicyList><member><PolicyName>p</PolicyName><PolicyDocument>%7B%7D"     \
	"</PolicyDocument></member></UserPolicyList><AttachedManagedPolicies><member>" \
	"<PolicyArn>x</PolicyArn></member></AttachedManagedPolicies>"
#define GROUP(name)                                                               \
	"<member><Path>/</Path><GroupName>" name "</GroupName><GroupId>AGPA" name \
	"</GroupId><GroupPolicyList><member><GroupName>evil</GroupName></member>" \
	"</GroupPolicyList></member>"

static bool
keep_all_but_x(void *context, const struct iam_user *user)
{
	(void)context;
	return user->name[0] != 'x';
}

static int
parse_by(const char *text, size_t step, struct iam_reply **ret_reply)
{
	_cleanup_(iam_details_freep) struct iam_details *details = NULL;
	size_t len = strlen(text);
	int r = 0;

	assert_int_equal(iam_details_new(keep_all_but_x, NULL, &details), 0);
	for (size_t at = 0; r == 0 && at < len; at += step)
		r = iam_details_feed(
		    details, text + at, len - at < step ? len - at : step);
	return r != 0 ? r : iam_details_finish(details, ret_reply);
}

static void
test_users_with_tags_and_groups_and_nothing_of_policies(void **state)
{
	static const char text[] = PAGE(
	    USER("alice",
		"<GroupList><member>eng</member><member>adm</member></GroupList>"
		"<Tags><member><Key>platform</Key><Value>acme</Value></member></Tags>" POLICIES)
		USER("xavier", "") USER("bob", POLICIES "<GroupList/>"),
	    GROUP("eng"), LAST);
	static const size_t steps[] = { 1, 7, 100000 };

	(void)state;
	for (size_t i = 0; i < BASE_N(steps); i++) {
		_cleanup_iam_reply_ struct iam_reply *reply = NULL;

		assert_int_equal(parse_by(text, steps[i], &reply), 0);
		assert_int_equal(reply->n_users, 2);
		assert_string_equal(reply->users[0].name, "alice");
		assert_int_equal(reply->users[0].n_groups, 2);
		assert_string_equal(reply->users[0].groups[1], "adm");
		assert_int_equal(reply->users[0].n_tags, 1);
		assert_string_equal(reply->users[0].tags[0].value, "acme");
		assert_string_equal(reply->users[1].name, "bob");
		assert_int_equal(reply->users[1].n_groups, 0);
		assert_int_equal(reply->n_groups, 1);
		assert_string_equal(reply->groups[0].name, "eng");
		assert_false(reply->is_truncated);
	}
}

static void
test_page_that_goes_on_says_where(void **state)
{
	_cleanup_iam_reply_ struct iam_reply *reply = NULL;

	(void)state;
	assert_int_equal(
	    parse_by(PAGE("", "", "<IsTruncated>true</IsTruncated><Marker>m</Marker>"),
		1000, &reply),
	    0);
	assert_true(reply->is_truncated);
	assert_string_equal(reply->marker, "m");
	assert_int_equal(
	    parse_by(PAGE("", "", "<IsTruncated>true</IsTruncated>"), 1000, &reply),
	    IAM_E_PAGING);
}

static void
test_what_could_look_like_an_absence_is_garbage(void **state)
{
	static const char *const bad[] = { "", "<html/>",
		"<GetAccountAuthorizationDetailsResponse/>", PAGE("", "", ""),
		PAGE("<member/>", "", LAST), PAGE("", "<member/>", LAST),
		PAGE(USER("alice", "<UserId>AIDA2</UserId>"), "", LAST),
		PAGE(USER("alice", "<Tags><member><Key>k</Key></member></Tags>"), "",
		    LAST),
		PAGE("", "", LAST LAST),
		"<GetAccountAuthorizationDetailsResponse>"
		"<GetAccountAuthorizationDetailsResult>" LAST "<UserDetailList/>"
		"</GetAccountAuthorizationDetailsResult>"
		"</GetAccountAuthorizationDetailsResponse>" };

	(void)state;
	for (size_t i = 0; i < BASE_N(bad); i++) {
		_cleanup_iam_reply_ struct iam_reply *reply = NULL;

		assert_int_equal(parse_by(bad[i], 1000, &reply), IAM_E_GARBAGE);
		assert_null(reply);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users_with_tags_and_groups_and_nothing_of_policies),
		cmocka_unit_test(test_page_that_goes_on_says_where),
		cmocka_unit_test(test_what_could_look_like_an_absence_is_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
