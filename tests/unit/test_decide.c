/* SPDX-License-Identifier: Apache-2.0 */
/* test_decide.c - the truth table as data, and what must hold for every set of facts */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <security/pam_modules.h>

#include "pam/decide.h"

#define DATA (FACT_DATA | FACT_LOGIN_KNOWN)
#define GOOD (DATA | FACT_LOGIN_ALLOW)
#define SUDO (FACT_OURS | FACT_SUDO | FACT_SWITCH)
#define HOLDS (SUDO | FACT_HOLDS_SUDO | GOOD)
#define SSH (FACT_OURS | FACT_SSHD)
#define DAEMON (FACT_DAEMON_ALLOW | FACT_DAEMON_DENY | FACT_DAEMON_UNKNOWN)
#define FROM_DAEMON REASON_CLOSED /* stands for whatever the daemon gave as reason */

struct row {
	uint64_t facts;
	enum verdict verdict;
	enum verdict_reason reason;
	int code;
};

static const struct row account_rows[] = {
	{ FACT_NO_NAME, VERDICT_NO_USER, REASON_NONE, PAM_USER_UNKNOWN },
	{ FACT_ROOT, VERDICT_NOT_OURS, REASON_NONE, PAM_IGNORE },
	{ FACT_LOCAL, VERDICT_NOT_OURS, REASON_NONE, PAM_IGNORE },
	{ FACT_LOCAL | FACT_SUDO | FACT_SWITCH, VERDICT_NOT_OURS, REASON_NONE,
	    PAM_IGNORE },
	{ FACT_LOCAL | FACT_SSHD, VERDICT_NOT_OURS, REASON_NONE, PAM_IGNORE },
	{ FACT_LOCAL | FACT_CLOSED, VERDICT_NOT_OURS, REASON_NONE, PAM_IGNORE },
	{ FACT_LOCAL | FACT_CLOSED | FACT_SUDO | FACT_SWITCH, VERDICT_NOT_OURS,
	    REASON_NONE, PAM_IGNORE },
	{ FACT_LOCAL | FACT_CLOSED | FACT_SSHD, VERDICT_DENY, REASON_LOCAL_REFUSED,
	    PAM_PERM_DENIED },
	{ FACT_LOCAL | FACT_UNREADABLE | FACT_SSHD, VERDICT_UNKNOWN, REASON_INTERNAL,
	    PAM_AUTHINFO_UNAVAIL },
	{ FACT_LOCAL | FACT_UNREADABLE | FACT_SUDO | FACT_SWITCH, VERDICT_UNKNOWN,
	    REASON_INTERNAL, PAM_AUTHINFO_UNAVAIL },
	{ FACT_LOCAL | FACT_UNREADABLE, VERDICT_NOT_OURS, REASON_NONE, PAM_IGNORE },
	{ FACT_ROOT | FACT_CLOSED | FACT_SSHD, VERDICT_NOT_OURS, REASON_NONE,
	    PAM_IGNORE },
	{ FACT_NOBODY, VERDICT_NO_USER, REASON_NONE, PAM_USER_UNKNOWN },
	{ FACT_RETIRED, VERDICT_DENY, REASON_WITHDRAWN, PAM_PERM_DENIED },
	{ FACT_RETIRED | FACT_DAEMON_ALLOW, VERDICT_DENY, REASON_WITHDRAWN,
	    PAM_PERM_DENIED },
	{ FACT_RETIRED | FACT_SUDO | FACT_SWITCH | GOOD, VERDICT_DENY, REASON_WITHDRAWN,
	    PAM_PERM_DENIED },
	/* the home is another one's */
	{ FACT_OURS | FACT_CLOSED | GOOD, VERDICT_DENY, REASON_HOME_FOREIGN,
	    PAM_PERM_DENIED },
	{ FACT_OURS | FACT_CLOSED | FACT_DAEMON_ALLOW, VERDICT_DENY, REASON_HOME_FOREIGN,
	    PAM_PERM_DENIED },
	/* the daemon answered */
	{ FACT_OURS | FACT_DAEMON_ALLOW, VERDICT_ALLOW, FROM_DAEMON, PAM_SUCCESS },
	{ FACT_OURS | FACT_DAEMON_ALLOW | FACT_EXPIRED, VERDICT_ALLOW, FROM_DAEMON,
	    PAM_SUCCESS },
	{ FACT_OURS | FACT_DAEMON_DENY | GOOD, VERDICT_DENY, FROM_DAEMON,
	    PAM_PERM_DENIED },
	{ FACT_OURS | FACT_DAEMON_UNKNOWN | GOOD, VERDICT_UNKNOWN, FROM_DAEMON,
	    PAM_AUTHINFO_UNAVAIL },
	/* it did not */
	{ FACT_OURS, VERDICT_UNKNOWN, REASON_NO_DATA, PAM_AUTHINFO_UNAVAIL },
	{ FACT_OURS | FACT_LOGIN_KNOWN | FACT_LOGIN_ALLOW, VERDICT_UNKNOWN,
	    REASON_NO_DATA, PAM_AUTHINFO_UNAVAIL },
	{ FACT_OURS | GOOD, VERDICT_ALLOW, REASON_RULE_ALLOWS, PAM_SUCCESS },
	{ FACT_OURS | DATA, VERDICT_DENY, REASON_NO_RULE, PAM_PERM_DENIED },
	{ FACT_OURS | FACT_DATA, VERDICT_UNKNOWN, REASON_NOT_KNOWABLE,
	    PAM_AUTHINFO_UNAVAIL },
	{ FACT_OURS | FACT_DATA | FACT_LOGIN_ALLOW, VERDICT_UNKNOWN, REASON_NOT_KNOWABLE,
	    PAM_AUTHINFO_UNAVAIL },
	{ FACT_OURS | GOOD | FACT_EXPIRED, VERDICT_UNKNOWN, REASON_DATA_EXPIRED,
	    PAM_AUTHINFO_UNAVAIL },
	{ FACT_OURS | DATA | FACT_EXPIRED, VERDICT_UNKNOWN, REASON_DATA_EXPIRED,
	    PAM_AUTHINFO_UNAVAIL },
	/* sudo */
	{ SUDO | GOOD, VERDICT_ALLOW, REASON_RULE_ALLOWS, PAM_SUCCESS },
	{ SUDO | DATA, VERDICT_DENY, REASON_NO_RULE, PAM_PERM_DENIED },
	{ SUDO | GOOD | FACT_EXPIRED, VERDICT_UNKNOWN, REASON_SUDO_EXPIRED,
	    PAM_AUTHINFO_UNAVAIL },
	{ HOLDS | FACT_SUDO_KNOWN | FACT_SUDO_ALLOW, VERDICT_ALLOW, REASON_RULE_ALLOWS,
	    PAM_SUCCESS },
	{ HOLDS | FACT_SUDO_KNOWN, VERDICT_DENY, REASON_SUDO_WITHDRAWN, PAM_PERM_DENIED },
	{ HOLDS, VERDICT_UNKNOWN, REASON_NOT_KNOWABLE, PAM_AUTHINFO_UNAVAIL },
	{ HOLDS | FACT_SUDO_ALLOW, VERDICT_UNKNOWN, REASON_NOT_KNOWABLE,
	    PAM_AUTHINFO_UNAVAIL },
	{ HOLDS | FACT_EXPIRED | FACT_SUDO_KNOWN | FACT_SUDO_ALLOW, VERDICT_UNKNOWN,
	    REASON_SUDO_EXPIRED, PAM_AUTHINFO_UNAVAIL },
	/* sudo from a shared account: [sudo] must admit everybody who may be in it */
	{ SUDO | GOOD | FACT_SHARED, VERDICT_UNKNOWN, REASON_NOT_KNOWABLE,
	    PAM_AUTHINFO_UNAVAIL },
	{ SUDO | GOOD | FACT_SHARED | FACT_SUDO_ALLOW, VERDICT_UNKNOWN,
	    REASON_NOT_KNOWABLE, PAM_AUTHINFO_UNAVAIL },
	{ SUDO | GOOD | FACT_SHARED | FACT_SUDO_KNOWN, VERDICT_DENY, REASON_NO_RULE,
	    PAM_PERM_DENIED },
	{ SUDO | GOOD | FACT_SHARED | FACT_SUDO_KNOWN | FACT_SUDO_ALLOW, VERDICT_ALLOW,
	    REASON_RULE_ALLOWS, PAM_SUCCESS },
	{ HOLDS | FACT_SHARED | FACT_SUDO_KNOWN, VERDICT_DENY, REASON_SUDO_WITHDRAWN,
	    PAM_PERM_DENIED },
	{ FACT_OURS | GOOD | FACT_SHARED, VERDICT_ALLOW, REASON_RULE_ALLOWS,
	    PAM_SUCCESS },
	/* no fact at all */
	{ 0, VERDICT_DENY, REASON_INTERNAL, PAM_PERM_DENIED },
	{ GOOD, VERDICT_DENY, REASON_INTERNAL, PAM_PERM_DENIED },
};

static const struct row open_rows[] = {
	{ FACT_NO_NAME, VERDICT_NO_USER, REASON_NONE, PAM_USER_UNKNOWN },
	{ FACT_ROOT, VERDICT_NOT_OURS, REASON_NONE, PAM_IGNORE },
	{ FACT_LOCAL, VERDICT_NOT_OURS, REASON_NONE, PAM_IGNORE },
	{ FACT_NOBODY, VERDICT_NO_USER, REASON_NONE, PAM_USER_UNKNOWN },
	{ FACT_RETIRED, VERDICT_DENY, REASON_WITHDRAWN, PAM_PERM_DENIED },
	/* the name changed */
	{ FACT_ROOT | FACT_CHANGED, VERDICT_DENY, REASON_USER_CHANGED, PAM_PERM_DENIED },
	{ FACT_LOCAL | FACT_CHANGED, VERDICT_DENY, REASON_USER_CHANGED, PAM_PERM_DENIED },
	{ SSH | FACT_CHANGED | GOOD | FACT_KEY_ALLOWED, VERDICT_DENY, REASON_USER_CHANGED,
	    PAM_PERM_DENIED },
	{ FACT_ROOT | FACT_CHANGED | FACT_SWITCH, VERDICT_NOT_OURS, REASON_NONE,
	    PAM_IGNORE },
	{ FACT_OURS | FACT_CHANGED | FACT_SWITCH, VERDICT_ALLOW, REASON_NONE,
	    PAM_SUCCESS },
	{ FACT_RETIRED | FACT_CHANGED | FACT_SWITCH, VERDICT_ALLOW, REASON_NONE,
	    PAM_SUCCESS },
	{ FACT_OURS | FACT_REFUSED, VERDICT_DENY, REASON_USER_CHANGED, PAM_PERM_DENIED },
	/* local accounts are closed, but for those that are an exception */
	{ FACT_LOCAL | FACT_SSHD | FACT_CLOSED, VERDICT_DENY, REASON_LOCAL_REFUSED,
	    PAM_PERM_DENIED },
	{ FACT_LOCAL | FACT_CLOSED, VERDICT_NOT_OURS, REASON_NONE, PAM_IGNORE },
	{ FACT_LOCAL | FACT_SSHD | FACT_UNREADABLE, VERDICT_UNKNOWN, REASON_INTERNAL,
	    PAM_AUTHINFO_UNAVAIL },
	{ FACT_LOCAL | FACT_SUDO | FACT_SWITCH | FACT_UNREADABLE, VERDICT_NOT_OURS,
	    REASON_NONE, PAM_IGNORE },
	/* the second line of a stack that has let this name in */
	{ SSH | FACT_OPENED, VERDICT_ALLOW, REASON_NONE, PAM_SUCCESS },
	{ SSH | FACT_OPENED | FACT_CHANGED, VERDICT_DENY, REASON_USER_CHANGED,
	    PAM_PERM_DENIED },
	{ SSH | FACT_OPENED | FACT_REFUSED, VERDICT_DENY, REASON_USER_CHANGED,
	    PAM_PERM_DENIED },
	{ FACT_ROOT | FACT_OPENED, VERDICT_NOT_OURS, REASON_NONE, PAM_IGNORE },
	/* not sshd: the account stage has said it all */
	{ FACT_OURS, VERDICT_ALLOW, REASON_NONE, PAM_SUCCESS },
	/* sshd, the daemon answered */
	{ SSH | FACT_DAEMON_ALLOW, VERDICT_ALLOW, FROM_DAEMON, PAM_SUCCESS },
	{ SSH | FACT_DAEMON_DENY | GOOD | FACT_KEY_ALLOWED, VERDICT_DENY, FROM_DAEMON,
	    PAM_PERM_DENIED },
	{ SSH | FACT_DAEMON_UNKNOWN | GOOD | FACT_KEY_ALLOWED, VERDICT_UNKNOWN,
	    FROM_DAEMON, PAM_AUTHINFO_UNAVAIL },
	{ SSH | FACT_DAEMON_ALLOW | FACT_KEY_UNUSABLE, VERDICT_DENY, REASON_KEY_UNKNOWN,
	    PAM_PERM_DENIED },
	{ SSH | FACT_DAEMON_ALLOW | FACT_KEY_NONE | FACT_SHARED, VERDICT_DENY,
	    REASON_METHOD, PAM_PERM_DENIED },
	/* sshd, the files decide */
	{ SSH | FACT_KEY_ALLOWED, VERDICT_UNKNOWN, REASON_NO_DATA, PAM_AUTHINFO_UNAVAIL },
	{ SSH | GOOD | FACT_EXPIRED | FACT_KEY_ALLOWED, VERDICT_UNKNOWN,
	    REASON_DATA_EXPIRED, PAM_AUTHINFO_UNAVAIL },
	{ SSH | FACT_DATA | FACT_KEY_ALLOWED, VERDICT_UNKNOWN, REASON_NOT_KNOWABLE,
	    PAM_AUTHINFO_UNAVAIL },
	{ SSH | DATA | FACT_KEY_ALLOWED, VERDICT_DENY, REASON_NO_RULE, PAM_PERM_DENIED },
	{ SSH | GOOD | FACT_KEY_ALLOWED, VERDICT_ALLOW, REASON_RULE_ALLOWS, PAM_SUCCESS },
	{ SSH | GOOD | FACT_SHARED | FACT_KEY_ALLOWED, VERDICT_ALLOW, REASON_RULE_ALLOWS,
	    PAM_SUCCESS },
	{ SSH | GOOD | FACT_KEY_UNKNOWN, VERDICT_DENY, REASON_KEY_UNKNOWN,
	    PAM_PERM_DENIED },
	{ SSH | GOOD | FACT_KEY_NOT_ALLOWED, VERDICT_DENY, REASON_KEY_NOT_ALLOWED,
	    PAM_PERM_DENIED },
	{ SSH | GOOD | FACT_KEY_NOT_KNOWABLE, VERDICT_UNKNOWN, REASON_NOT_KNOWABLE,
	    PAM_AUTHINFO_UNAVAIL },
	{ SSH | GOOD | FACT_KEY_ALLOWED | FACT_CLOSED, VERDICT_DENY, REASON_HOME_FOREIGN,
	    PAM_PERM_DENIED },
	/* withdrawn since */
	{ SSH | GOOD | FACT_KEY_ALLOWED | FACT_WITHDRAWN, VERDICT_DENY, REASON_WITHDRAWN,
	    PAM_PERM_DENIED },
	{ SSH | FACT_DAEMON_ALLOW | FACT_WITHDRAWN, VERDICT_DENY, REASON_WITHDRAWN,
	    PAM_PERM_DENIED },
	{ SSH | FACT_DAEMON_ALLOW | FACT_CLOSED, VERDICT_DENY, REASON_HOME_FOREIGN,
	    PAM_PERM_DENIED },
	{ SSH | GOOD | FACT_UNREADABLE, VERDICT_UNKNOWN, REASON_NO_DATA,
	    PAM_AUTHINFO_UNAVAIL },
	{ SSH | GOOD | FACT_KEY_UNUSABLE, VERDICT_DENY, REASON_KEY_UNKNOWN,
	    PAM_PERM_DENIED },
	{ SSH | GOOD | FACT_KEY_NONE, VERDICT_ALLOW, REASON_RULE_ALLOWS, PAM_SUCCESS },
	/* a certificate */
	{ SSH | FACT_DAEMON_ALLOW | FACT_KEY_CERT, VERDICT_ALLOW, FROM_DAEMON,
	    PAM_SUCCESS },
	{ SSH | FACT_DAEMON_ALLOW | FACT_KEY_CERT | FACT_SHARED, VERDICT_ALLOW,
	    FROM_DAEMON, PAM_SUCCESS },
	{ SSH | FACT_DAEMON_DENY | GOOD | FACT_KEY_CERT | FACT_KEY_ALLOWED, VERDICT_DENY,
	    FROM_DAEMON, PAM_PERM_DENIED },
	{ SSH | GOOD | FACT_KEY_CERT | FACT_KEY_ALLOWED, VERDICT_ALLOW,
	    REASON_RULE_ALLOWS, PAM_SUCCESS },
	{ SSH | GOOD | FACT_KEY_CERT | FACT_KEY_UNKNOWN, VERDICT_DENY, REASON_KEY_UNKNOWN,
	    PAM_PERM_DENIED },
	{ SSH | GOOD | FACT_KEY_CERT | FACT_KEY_NOT_ALLOWED, VERDICT_DENY,
	    REASON_KEY_NOT_ALLOWED, PAM_PERM_DENIED },
	{ SSH | GOOD | FACT_KEY_CERT | FACT_KEY_ALLOWED | FACT_SHARED, VERDICT_DENY,
	    REASON_METHOD, PAM_PERM_DENIED },
	{ SSH | GOOD | FACT_KEY_CERT | FACT_KEY_ALLOWED | FACT_BY_WAY, VERDICT_UNKNOWN,
	    REASON_NOT_KNOWABLE, PAM_AUTHINFO_UNAVAIL },
	{ SSH | GOOD | FACT_KEY_CERT | FACT_UNREADABLE, VERDICT_UNKNOWN, REASON_NO_DATA,
	    PAM_AUTHINFO_UNAVAIL },
	{ SSH | GOOD | FACT_KEY_CERT, VERDICT_DENY, REASON_INTERNAL, PAM_PERM_DENIED },
	/* the rules speak of ways in, and a password is another than the files are about */
	{ SSH | GOOD | FACT_KEY_NONE | FACT_BY_WAY, VERDICT_UNKNOWN, REASON_NOT_KNOWABLE,
	    PAM_AUTHINFO_UNAVAIL },
	{ SSH | GOOD | FACT_KEY_ALLOWED | FACT_BY_WAY, VERDICT_ALLOW, REASON_RULE_ALLOWS,
	    PAM_SUCCESS },
	{ SSH | FACT_DAEMON_ALLOW | FACT_KEY_NONE | FACT_BY_WAY, VERDICT_ALLOW,
	    FROM_DAEMON, PAM_SUCCESS },
	{ SSH | GOOD | FACT_KEY_NONE | FACT_SHARED, VERDICT_DENY, REASON_METHOD,
	    PAM_PERM_DENIED },
	/* sshd, and nobody looked at the key */
	{ SSH | GOOD, VERDICT_DENY, REASON_INTERNAL, PAM_PERM_DENIED },
	{ 0, VERDICT_DENY, REASON_INTERNAL, PAM_PERM_DENIED },
};

static void
check(enum decide_phase phase, const struct row *row)
{
	struct decision decision = decide(phase, row->facts, FROM_DAEMON);

	if (decision.verdict != row->verdict || decision.reason != row->reason)
		print_error("phase %d, facts %#llx: %s, %s\n", (int)phase,
		    (unsigned long long)row->facts, verdict_name(decision.verdict),
		    verdict_reason_name(decision.reason));
	assert_int_equal(decision.verdict, row->verdict);
	assert_int_equal(decision.reason, row->reason);
	assert_int_equal(decide_pam_code(phase, decision.verdict), row->code);
}

static void
test_every_row_of_the_account_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(account_rows) / sizeof(account_rows[0]); i++)
		check(DECIDE_ACCOUNT, &account_rows[i]);
}

static void
test_every_row_of_the_open_session_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(open_rows) / sizeof(open_rows[0]); i++)
		check(DECIDE_OPEN, &open_rows[i]);
}

static void
test_close_is_success_or_ignore_whatever_happened(void **state)
{
	int verdict;

	(void)state;
	check(DECIDE_CLOSE,
	    &(struct row){ FACT_OURS, VERDICT_ALLOW, REASON_CLOSED, PAM_SUCCESS });
	for (verdict = -1; verdict <= VERDICT_N; verdict++)
		if (verdict != VERDICT_ALLOW)
			assert_int_equal(
			    decide_pam_code(DECIDE_CLOSE, (enum verdict)verdict),
			    PAM_IGNORE);
}

static void
test_what_is_out_of_range_is_denied(void **state)
{
	(void)state;
	assert_int_equal(decide_pam_code(DECIDE_ACCOUNT, VERDICT_N), PAM_PERM_DENIED);
	assert_int_equal(
	    decide_pam_code(DECIDE_OPEN, (enum verdict) - 1), PAM_PERM_DENIED);
	assert_int_equal(
	    decide_pam_code(DECIDE_PHASES_N, VERDICT_ALLOW), PAM_PERM_DENIED);
	assert_int_equal(
	    decide(DECIDE_PHASES_N, FACT_OURS | GOOD, REASON_NONE).verdict, VERDICT_DENY);
}

/* All 2^18 sets of the facts that the account table looks at, for each kind of name. */
static void
test_no_set_of_account_facts_lets_in_what_it_must_not(void **state)
{
	static const uint32_t who[] = { FACT_NO_NAME, FACT_ROOT, FACT_LOCAL, FACT_NOBODY,
		FACT_RETIRED, FACT_OURS };
	const uint32_t bits = DAEMON | GOOD | FACT_EXPIRED | FACT_SUDO_KNOWN |
			      FACT_SUDO_ALLOW | FACT_SUDO | FACT_HOLDS_SUDO |
			      FACT_SHARED | FACT_SSHD | FACT_CLOSED;
	struct decision d;
	uint32_t facts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
		/* each subset of bits, from the full one down to none */
		for (facts = bits;; facts = (facts - 1) & bits) {
			d = decide(DECIDE_ACCOUNT, who[i] | facts, REASON_NONE);
			if (d.verdict == VERDICT_NOT_OURS)
				assert_true(who[i] == FACT_ROOT || who[i] == FACT_LOCAL);
			if (d.verdict == VERDICT_ALLOW)
				assert_true(who[i] == FACT_OURS);
			if (d.verdict == VERDICT_ALLOW && (facts & DAEMON) == 0) {
				assert_true((facts & GOOD) == GOOD);
				assert_true((facts & FACT_EXPIRED) == 0);
			}
			if (d.verdict == VERDICT_ALLOW && (facts & DAEMON) == 0 &&
			    (facts & FACT_SUDO) != 0 && (facts & FACT_HOLDS_SUDO) != 0)
				assert_true((facts & FACT_SUDO_ALLOW) != 0);
			if (d.verdict == VERDICT_ALLOW && (facts & DAEMON) == 0 &&
			    (facts & FACT_SUDO) != 0 && (facts & FACT_SHARED) != 0)
				assert_true((facts & FACT_SUDO_ALLOW) != 0);
			if (who[i] == FACT_LOCAL && (facts & FACT_CLOSED) != 0 &&
			    (facts & FACT_SSHD) != 0)
				assert_int_equal(d.verdict, VERDICT_DENY);
			if (facts == 0)
				break;
		}
	}
}

/* And all sets that open_session looks at for a name of ours in sshd. */
static void
test_no_set_of_session_facts_lets_in_what_it_must_not(void **state)
{
	const uint64_t keys = FACT_KEY_NONE | FACT_KEY_UNUSABLE | FACT_UNREADABLE |
			      FACT_KEY_UNKNOWN | FACT_KEY_NOT_KNOWABLE |
			      FACT_KEY_NOT_ALLOWED | FACT_KEY_ALLOWED | FACT_KEY_CERT;
	const uint64_t bits = keys | DAEMON | GOOD | FACT_EXPIRED | FACT_SHARED |
			      FACT_CHANGED | FACT_REFUSED;
	uint64_t facts;

	(void)state;
	for (facts = bits; facts != 0; facts = (facts - 1) & bits) {
		if (decide(DECIDE_OPEN, SSH | facts, REASON_NONE).verdict !=
		    VERDICT_ALLOW)
			continue;
		assert_true(
		    (facts & (FACT_CHANGED | FACT_REFUSED | FACT_KEY_UNUSABLE)) == 0);
		if ((facts & DAEMON) != 0)
			continue;
		assert_true((facts & GOOD) == GOOD && (facts & FACT_EXPIRED) == 0);
		assert_true((facts & (FACT_KEY_CERT | FACT_SHARED)) !=
			    (FACT_KEY_CERT | FACT_SHARED));
		assert_true((facts & FACT_KEY_ALLOWED) != 0 ||
			    (facts & (FACT_KEY_NONE | FACT_SHARED)) == FACT_KEY_NONE);
		assert_true(
		    (facts & (FACT_UNREADABLE | FACT_KEY_UNKNOWN | FACT_KEY_NOT_KNOWABLE |
				 FACT_KEY_NOT_ALLOWED)) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_of_the_account_table),
		cmocka_unit_test(test_every_row_of_the_open_session_table),
		cmocka_unit_test(test_close_is_success_or_ignore_whatever_happened),
		cmocka_unit_test(test_what_is_out_of_range_is_denied),
		cmocka_unit_test(test_no_set_of_account_facts_lets_in_what_it_must_not),
		cmocka_unit_test(test_no_set_of_session_facts_lets_in_what_it_must_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
