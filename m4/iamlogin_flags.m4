# SPDX-License-Identifier: Apache-2.0
# IL_FLAGS(KIND, VARIABLE, FLAGS): append each of FLAGS that the compiler (KIND = compile) or
# the linker (KIND = link) takes without a warning. Ours go to variables of ours, so the
# user's CFLAGS and LDFLAGS stay the user's.
AC_DEFUN([IL_FLAGS], [
	for il_flag in m4_normalize([$3]); do
		AC_MSG_CHECKING([whether to $1 with $il_flag])
		il_save_cflags=$CFLAGS
		il_save_ldflags=$LDFLAGS
		m4_if([$1], [compile], [CFLAGS="$CFLAGS -Werror $il_flag"],
			[LDFLAGS="$LDFLAGS -Wl,--fatal-warnings $il_flag"])
		m4_if([$1], [compile],
			[AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])], [il_ok=yes], [il_ok=no])],
			[AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [il_ok=yes], [il_ok=no])])
		CFLAGS=$il_save_cflags
		LDFLAGS=$il_save_ldflags
		AC_MSG_RESULT([$il_ok])
		test "$il_ok" = yes && $2="$$2 $il_flag"
	done
])
