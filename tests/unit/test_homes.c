/* SPDX-License-Identifier: Apache-2.0 */
/* test_homes.c - warden/homes.c: the mode; homes themselves are in tests/e2e/warden_homes.sh */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base.h"
#include "warden/homes.h"

static void
test_home_mode_is_login_defs_or_0700(void **state)
{
	static const struct {
		const char *text;
		unsigned mode;
	} rows[] = {
		{ "", 0700 },
		{ "UMASK 022\n", 0700 },
		{ "HOME_MODE 0755\n", 0755 },
		{ "UMASK 022\n\tHOME_MODE\t750", 0750 },
		{ "#HOME_MODE 0755\n", 0700 },
		{ "HOME_MODEX 0755\n", 0700 },
		{ "HOME_MODE 0777\n", 0700 },
		{ "HOME_MODE 0720\n", 0700 },
		{ "HOME_MODE 02755\n", 0700 },
		{ "HOME_MODE 0077\n", 0700 },
		{ "HOME_MODE 0799\n", 0700 },
		{ "HOME_MODE rwx\n", 0700 },
		{ "HOME_MODE\nHOME_MODE 0755\n", 0755 },
		{ "HOME_MODE 77777777777777777777\n", 0700 },
	};
	(void)state;

	for (size_t i = 0; i < BASE_N(rows); i++)
		assert_int_equal(homes_mode(rows[i].text), rows[i].mode);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_home_mode_is_login_defs_or_0700),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
