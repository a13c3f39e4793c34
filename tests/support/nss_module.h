/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_module.h - the built libnss_iamlogin.so.2, loaded as a stranger's process would
 *
 * The module reads the real /run/iamlogin: a program that uses this runs under
 * tests/plugin/in_namespace.sh and refuses to touch the machine's own /run.
 */
#ifndef SUPPORT_NSS_MODULE_H
#define SUPPORT_NSS_MODULE_H

#include "nss/nss_entry.h"
#include "tests/support/world_fixture.h"

#define NSS_MODULE_SNAPSHOT "/run/iamlogin/snapshot"
#define NSS_MODULE_DOORBELL "/run/iamlogin/doorbell"

/* What glibc finds by dlsym(3). */
struct nss_module {
	__typeof__(&_nss_iamlogin_getpwnam_r) getpwnam_r;
	__typeof__(&_nss_iamlogin_getpwuid_r) getpwuid_r;
	__typeof__(&_nss_iamlogin_setpwent) setpwent;
	__typeof__(&_nss_iamlogin_getpwent_r) getpwent_r;
	__typeof__(&_nss_iamlogin_endpwent) endpwent;
	__typeof__(&_nss_iamlogin_getgrnam_r) getgrnam_r;
	__typeof__(&_nss_iamlogin_getgrgid_r) getgrgid_r;
	__typeof__(&_nss_iamlogin_setgrent) setgrent;
	__typeof__(&_nss_iamlogin_getgrent_r) getgrent_r;
	__typeof__(&_nss_iamlogin_endgrent) endgrent;
	__typeof__(&_nss_iamlogin_initgroups_dyn) initgroups_dyn;
};

/**
 * nss_module_load() - from argv[1], else from the environment's NSS_MODULE
 *
 * Ends the program with 77 and a reason when it does not have a /run of its own, with 1
 * when the module or one of its entry points is not there.
 */
void nss_module_load(int argc, char **argv, struct nss_module *ret_module);

/** nss_module_publish() - what the daemon does, at the real path */
void nss_module_publish(struct world_fixture *fixture);

/** nss_module_withdraw() - revoke and remove what was published */
void nss_module_withdraw(void);

#endif
