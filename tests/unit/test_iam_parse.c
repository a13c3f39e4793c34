/* SPDX-License-Identifier: Apache-2.0 */
/* test_iam_parse.c - IAM's answers: whole ones, errors, hostile ones */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/iam.h"

#define NS " xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\""
#define META "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
#define ALICE                                                     \
	"<Path>/eng/</Path><UserName>alice.dev</UserName>"        \
	"<UserId>AIDA0SYNTHETIC0000001</UserId>"                  \
	"<Arn>arn:aws:iam::111122223333:user/eng/alice.dev</Arn>" \
	"<CreateDate>2024-05-01T12:00:00Z</CreateDate>"
#define LIST(users, page)                                       \
	"<ListUsersResponse" NS "><ListUsersResult>" users page \
	"</ListUsersResult>" META "</ListUsersResponse>"
#define LAST "<IsTruncated>false</IsTruncated>"
#define USER(inside)                                          \
	"<GetUserResponse" NS "><GetUserResult><User>" inside \
	"</User></GetUserResult>" META "</GetUserResponse>"
#define KEY(id, status)                                     \
	"<member><UserName>a</UserName><SSHPublicKeyId>" id \
	"</SSHPublicKeyId><Status>" status                  \
	"</Status><UploadDate>2024-06-01T09:00:00Z</UploadDate></member>"

static int
parse(enum iam_action action, const char *text)
{
	_cleanup_iam_reply_ struct iam_reply *reply = NULL;
	int r = iam_parse(action, text, strlen(text), &reply);

	assert_true((r == 0) == (reply != NULL));
	return r;
}

static struct iam_reply *
parse_good(enum iam_action action, const char *text)
{
	struct iam_reply *reply = NULL;

	assert_int_equal(iam_parse(action, text, strlen(text), &reply), 0);
	return reply;
}

static void
test_list_users_gives_each_member(void **state)
{
	_cleanup_iam_reply_ struct iam_reply *reply = NULL;

	(void)state;
	reply = parse_good(
	    IAM_LIST_USERS, LIST("<Users>\n <member>" ALICE
				 "<New><UserName>x</UserName></New></member>\n</Users>",
				"<IsTruncated>true</IsTruncated><Marker>a+/=</Marker>"));
	assert_int_equal(reply->n_users, 1);
	assert_string_equal(reply->users[0].name, "alice.dev");
	assert_string_equal(reply->users[0].id, "AIDA0SYNTHETIC0000001");
	assert_string_equal(reply->users[0].path, "/eng/");
	assert_string_equal(
	    reply->users[0].arn, "arn:aws:iam::111122223333:user/eng/alice.dev");
	assert_int_equal(reply->users[0].created_s, 1714564800);
	assert_true(reply->is_truncated);
	assert_string_equal(reply->marker, "a+/=");
}

static void
test_list_users_without_anybody_is_an_answer_only_when_it_is_whole(void **state)
{
	(void)state;
	assert_int_equal(parse(IAM_LIST_USERS, LIST("<Users/>", LAST)), 0);
	assert_int_equal(parse(IAM_LIST_USERS, LIST("", LAST)), IAM_E_GARBAGE);
	assert_int_equal(parse(IAM_LIST_USERS, LIST("<Users/>", "")), IAM_E_GARBAGE);
	assert_int_equal(parse(IAM_LIST_USERS, "<ListUsersResponse/>"), IAM_E_GARBAGE);
	assert_int_equal(
	    parse(IAM_LIST_USERS, LIST("<Users/><Users/>", LAST)), IAM_E_GARBAGE);
	assert_int_equal(
	    parse(IAM_LIST_USERS, LIST("<Users/>", "<IsTruncated>maybe</IsTruncated>")),
	    IAM_E_GARBAGE);
	assert_int_equal(
	    parse(IAM_LIST_USERS, LIST("<Users/>", LAST LAST)), IAM_E_GARBAGE);
}

static void
test_member_that_lacks_something_spoils_the_answer(void **state)
{
	static const char *const parts[] = { "<Path>/</Path>", "<UserName>a</UserName>",
		"<UserId>AIDA1</UserId>", "<Arn>arn:aws:iam::1:user/a</Arn>",
		"<CreateDate>2024-05-01T12:00:00Z</CreateDate>" };
	char text[1024];

	(void)state;
	for (size_t without = 0; without <= BASE_N(parts); without++) {
		int n = snprintf(text, sizeof(text), "%s",
		    "<ListUsersResponse><ListUsersResult><Users><member>");

		for (size_t i = 0; i < BASE_N(parts); i++) {
			if (i != without)
				n += snprintf(
				    text + n, sizeof(text) - (size_t)n, "%s", parts[i]);
		}
		(void)snprintf(text + n, sizeof(text) - (size_t)n, "%s",
		    "</member></Users>" LAST "</ListUsersResult></ListUsersResponse>");
		assert_int_equal(parse(IAM_LIST_USERS, text),
		    without == BASE_N(parts) ? 0 : IAM_E_GARBAGE);
	}
	assert_int_equal(
	    parse(IAM_LIST_USERS, LIST("<Users><member/></Users>", LAST)), IAM_E_GARBAGE);
	assert_int_equal(
	    parse(IAM_LIST_USERS,
		LIST("<Users><member>" ALICE "<UserName>b</UserName></member></Users>",
		    LAST)),
	    IAM_E_GARBAGE);
}

static void
test_another_root_is_never_an_answer(void **state)
{
	(void)state;
	assert_int_equal(parse(IAM_GET_GROUP, LIST("<Users/>", LAST)), IAM_E_GARBAGE);
	assert_int_equal(
	    parse(IAM_LIST_USERS, "<html><body>Log in</body></html>"), IAM_E_GARBAGE);
	assert_int_equal(
	    parse(IAM_LIST_USERS, "<x>" LIST("<Users/>", LAST) "</x>"), IAM_E_GARBAGE);
	assert_int_equal(parse(IAM_LIST_USERS, ""), IAM_E_GARBAGE);
	assert_int_equal(parse(IAM_LIST_USERS, "{\"Users\":[]}"), IAM_E_GARBAGE);
}

static void
test_an_answer_cut_anywhere_is_garbage(void **state)
{
	const char *text = LIST("<Users><member>" ALICE "</member></Users>", LAST);
	_cleanup_iam_reply_ struct iam_reply *reply = NULL;

	(void)state;
	for (size_t len = 0; len < strlen(text); len++)
		assert_int_equal(
		    iam_parse(IAM_LIST_USERS, text, len, &reply), IAM_E_GARBAGE);
	assert_null(reply);
}

static void
test_bombs_are_refused(void **state)
{
	_cleanup_buf_ struct buf deep = BUF_EMPTY;

	(void)state;
	buf_text(&deep, "<ListUsersResponse><ListUsersResult><Users>");
	for (size_t i = 0; i < 100000; i++)
		buf_text(&deep, "<member>");
	assert_int_equal(parse(IAM_LIST_USERS, deep.bytes), IAM_E_GARBAGE);
	assert_int_equal(
	    parse(IAM_LIST_USERS,
		"<!DOCTYPE a [<!ENTITY x \"xxxx\"><!ENTITY y \"&x;&x;&x;\">]>" LIST(
		    "<Users/>", LAST)),
	    IAM_E_GARBAGE);
}

static void
test_more_pages_need_a_new_marker_each(void **state)
{
	struct iam_paging paging = { .n = 0 };
	struct iam_reply page = { .is_truncated = true };
	const char *marker = NULL;
	char text[16];

	(void)state;
	assert_int_equal(
	    parse(IAM_LIST_USERS, LIST("<Users/>", "<IsTruncated>true</IsTruncated>")),
	    IAM_E_PAGING);
	assert_int_equal(iam_paging_next(&paging, &page, &marker), IAM_E_PAGING);
	page.marker = text;
	for (unsigned i = 1; i < IAM_PAGES_MAX; i++) {
		(void)snprintf(text, sizeof(text), "m%u", i);
		assert_int_equal(iam_paging_next(&paging, &page, &marker), 0);
		assert_string_equal(marker, text);
		assert_int_equal(iam_paging_next(&paging, &page, &marker), IAM_E_PAGING);
	}
	(void)snprintf(text, sizeof(text), "new");
	assert_int_equal(iam_paging_next(&paging, &page, &marker), IAM_E_PAGING);
	page.is_truncated = false;
	assert_int_equal(iam_paging_next(&paging, &page, &marker), 0);
	assert_null(marker);
	iam_paging_done(&paging);
}

static void
test_get_user_gives_tags_as_they_are(void **state)
{
	_cleanup_iam_reply_ struct iam_reply *reply = NULL;

	(void)state;
	reply = parse_good(IAM_GET_USER,
	    USER(ALICE "<Tags><member><Key>Team</Key><Value> a b </Value></member>"
		       "<member><Value></Value><Key>x</Key></member></Tags>"
		       "<PermissionsBoundary><Path>/no/</Path></PermissionsBoundary>"));
	assert_int_equal(reply->users[0].n_tags, 2);
	assert_string_equal(reply->users[0].tags[0].key, "Team");
	assert_string_equal(reply->users[0].tags[0].value, " a b ");
	assert_string_equal(reply->users[0].tags[1].key, "x");
	assert_string_equal(reply->users[0].tags[1].value, "");
	assert_int_equal(
	    parse(IAM_GET_USER, USER(ALICE "<Tags><member><Key>k</Key></member></Tags>")),
	    IAM_E_GARBAGE);
	assert_int_equal(
	    parse(IAM_GET_USER, "<GetUserResponse><GetUserResult/></GetUserResponse>"),
	    IAM_E_GARBAGE);
	assert_int_equal(
	    parse(IAM_GET_USER, USER(ALICE "</User><User>" ALICE)), IAM_E_GARBAGE);
}

static void
test_names_are_of_their_alphabet(void **state)
{
	(void)state;
	assert_int_equal(
	    parse(IAM_GET_USER,
		USER("<Path>/</Path><UserName>a b</UserName><UserId>A</UserId>"
		     "<Arn>arn</Arn><CreateDate>2024-05-01T12:00:00Z</CreateDate>")),
	    IAM_E_GARBAGE);
	assert_int_equal(
	    parse(IAM_GET_USER,
		USER("<Path>no</Path><UserName>a</UserName><UserId>A</UserId>"
		     "<Arn>arn</Arn><CreateDate>2024-05-01T12:00:00Z</CreateDate>")),
	    IAM_E_GARBAGE);
	assert_int_equal(parse(IAM_GET_USER,
			     USER("<Path>/</Path><UserName>a</UserName><UserId>A</UserId>"
				  "<Arn>arn</Arn><CreateDate>yesterday</CreateDate>")),
	    IAM_E_GARBAGE);
}

static void
test_groups_of_a_user(void **state)
{
	_cleanup_iam_reply_ struct iam_reply *reply = NULL;

	(void)state;
	reply = parse_good(IAM_LIST_GROUPS_FOR_USER,
	    "<ListGroupsForUserResponse><ListGroupsForUserResult><Groups><member>"
	    "<Path>/</Path>"
	    "<GroupName>HostAdmins</GroupName><GroupId>AGPA1</GroupId><Arn>x</Arn>"
	    "</member>"
	    "</Groups>" LAST "</ListGroupsForUserResult></ListGroupsForUserResponse>");
	assert_int_equal(reply->n_groups, 1);
	assert_string_equal(reply->groups[0].name, "HostAdmins");
	assert_string_equal(reply->groups[0].id, "AGPA1");
}

static void
test_only_exactly_active_keys_are_active(void **state)
{
	_cleanup_iam_reply_ struct iam_reply *reply = NULL;

	(void)state;
	reply = parse_good(IAM_LIST_SSH_KEYS,
	    "<ListSSHPublicKeysResponse><ListSSHPublicKeysResult><SSHPublicKeys>" KEY(
		"K1", "Active") KEY("K2", "Inactive") KEY("K3", "Expired") KEY("K4",
		"active") "</SSHPublicKeys>" LAST
			  "</ListSSHPublicKeysResult></ListSSHPublicKeysResponse>");
	assert_int_equal(reply->n_keys, 4);
	assert_true(reply->keys[0].is_active);
	for (size_t i = 1; i < 4; i++)
		assert_false(reply->keys[i].is_active);
	assert_int_equal(
	    parse(IAM_LIST_SSH_KEYS,
		"<ListSSHPublicKeysResponse><ListSSHPublicKeysResult><SSHPublicKeys>"
		"<member><SSHPublicKeyId>K</SSHPublicKeyId></member></SSHPublicKeys>" LAST
		"</ListSSHPublicKeysResult></ListSSHPublicKeysResponse>"),
	    IAM_E_GARBAGE);
	assert_int_equal(
	    parse(IAM_GET_SSH_KEY,
		"<GetSSHPublicKeyResponse><GetSSHPublicKeyResult><SSHPublicKey>"
		"<SSHPublicKeyId>K</SSHPublicKeyId><Status>Active</Status>"
		"</SSHPublicKey></GetSSHPublicKeyResult></GetSSHPublicKeyResponse>"),
	    IAM_E_GARBAGE);
}

static enum iam_error_kind
error_kind(long status, const char *code, char ret_code[64])
{
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "<ErrorResponse" NS
	    "><Error><Type>Sender</Type><Code>%s</Code><Message>m</Message>"
	    "</Error><RequestId>r</RequestId></ErrorResponse>",
	    code);
	return iam_parse_error(status, text, strlen(text), ret_code);
}

static void
test_only_no_such_entity_with_404_is_an_absence(void **state)
{
	const char *page = "<html>404 NoSuchEntity</html>";
	char code[64];

	(void)state;
	assert_int_equal(error_kind(404, "NoSuchEntity", code), IAM_ERROR_ABSENT);
	assert_string_equal(code, "NoSuchEntity");
	assert_int_equal(error_kind(400, "NoSuchEntity", code), IAM_ERROR_OTHER);
	assert_int_equal(error_kind(404, "NotFound", code), IAM_ERROR_OTHER);
	assert_int_equal(iam_parse_error(404, page, strlen(page), code), IAM_ERROR_OTHER);
	assert_string_equal(code, "http-404");
	assert_int_equal(iam_parse_error(404, "", 0, code), IAM_ERROR_OTHER);
}

static void
test_errors_are_told_apart(void **state)
{
	char code[64];

	(void)state;
	assert_int_equal(error_kind(400, "Throttling", code), IAM_ERROR_THROTTLED);
	assert_int_equal(error_kind(403, "AccessDenied", code), IAM_ERROR_DENIED);
	assert_int_equal(error_kind(403, "ExpiredToken", code), IAM_ERROR_CREDENTIALS);
	assert_int_equal(
	    error_kind(403, "InvalidClientTokenId", code), IAM_ERROR_CREDENTIALS);
	assert_int_equal(error_kind(403, "SignatureDoesNotMatch", code), IAM_ERROR_CLOCK);
	assert_int_equal(error_kind(403, "RequestTimeTooSkewed", code), IAM_ERROR_CLOCK);
	assert_int_equal(error_kind(500, "ServiceFailure", code), IAM_ERROR_TRANSIENT);
	assert_int_equal(error_kind(503, "Whatever", code), IAM_ERROR_TRANSIENT);
	assert_int_equal(
	    iam_parse_error(502, "Bad Gateway", 11, code), IAM_ERROR_TRANSIENT);
	assert_string_equal(code, "http-502");
	assert_int_equal(iam_parse_error(429, "", 0, code), IAM_ERROR_THROTTLED);
	assert_int_equal(error_kind(400, "evil\ncode", code), IAM_ERROR_OTHER);
	assert_string_equal(code, "http-400");
}

static void
test_questions_are_encoded(void **state)
{
	_cleanup_buf_ struct buf out = BUF_EMPTY;

	(void)state;
	iam_body(IAM_LIST_USERS, "/people/", NULL, "a+/=", &out);
	assert_string_equal(out.bytes,
	    "Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fpeople%2F&MaxItems=1000"
	    "&Marker=a%2B%2F%3D");
	buf_done(&out);
	iam_body(IAM_GET_SSH_KEY, "a&b=c@d", "APKA1", NULL, &out);
	assert_string_equal(out.bytes,
	    "Action=GetSSHPublicKey&Version=2010-05-08&UserName=a%26b%3Dc%40d"
	    "&SSHPublicKeyId=APKA1&Encoding=SSH");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_users_gives_each_member),
		cmocka_unit_test(
		    test_list_users_without_anybody_is_an_answer_only_when_it_is_whole),
		cmocka_unit_test(test_member_that_lacks_something_spoils_the_answer),
		cmocka_unit_test(test_another_root_is_never_an_answer),
		cmocka_unit_test(test_an_answer_cut_anywhere_is_garbage),
		cmocka_unit_test(test_bombs_are_refused),
		cmocka_unit_test(test_more_pages_need_a_new_marker_each),
		cmocka_unit_test(test_get_user_gives_tags_as_they_are),
		cmocka_unit_test(test_names_are_of_their_alphabet),
		cmocka_unit_test(test_groups_of_a_user),
		cmocka_unit_test(test_only_exactly_active_keys_are_active),
		cmocka_unit_test(test_only_no_such_entity_with_404_is_an_absence),
		cmocka_unit_test(test_errors_are_told_apart),
		cmocka_unit_test(test_questions_are_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
