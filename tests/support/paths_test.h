/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths_test.h - common/paths.h under a directory that a test makes
 *
 * Linked in place of common/paths.o. Under DIR: iamlogin.conf, run/ with snapshot, keys,
 * socket and doorbell, pam/ with audit and session/, state/, warden/, agent,
 * home, skel, login.defs, passwd, group.
 */
#ifndef SUPPORT_PATHS_TEST_H
#define SUPPORT_PATHS_TEST_H

/**
 * paths_test_set() - point every path under @dir, and make run/, pam/ and state/ there
 *
 * @dir must exist. Aborts the test program when it cannot.
 */
void paths_test_set(const char *dir);

#endif
