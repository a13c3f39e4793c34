/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths.h - where the installed things are
 *
 * Room: common. The one object that unit tests replace at link time (tests/support/
 * paths_test.c); plugin and e2e tests use the real one, so shipped code has no test hook.
 * Arrays, not pointers: no relocation in the modules.
 */
#ifndef COMMON_PATHS_H
#define COMMON_PATHS_H

extern const char paths_config[];      /* /etc/iamlogin/iamlogin.conf */
extern const char paths_run_dir[];     /* /run/iamlogin, owned by the daemon's user */
extern const char paths_snapshot[];    /* /run/iamlogin/snapshot */
extern const char paths_doors[];       /* /run/iamlogin/local, a symbolic link */
extern const char paths_keys[];        /* /run/iamlogin/keys */
extern const char paths_socket[];      /* /run/iamlogin/socket */
extern const char paths_doorbell[];    /* /run/iamlogin/doorbell */
extern const char paths_warden_flag[]; /* /run/iamlogin/warden */
extern const char paths_pam_dir[];     /* /run/iamlogin-pam, owned by root */
extern const char paths_pam_spool[];   /* /run/iamlogin-pam/audit */
extern const char paths_sessions[];    /* /run/iamlogin-pam/session */
extern const char paths_state_dir[];   /* /var/lib/iamlogin, the daemon's, 0700 */
extern const char paths_warden_dir[];    /* /run/iamlogin-warden, root's, 0700 */
extern const char paths_warden_memory[]; /* /run/iamlogin-warden/said */
extern const char paths_agent_dir[];  /* /var/lib/amazon/ssm */
extern const char paths_home_dir[];   /* /home */
extern const char paths_skel[];       /* /etc/skel */
extern const char paths_login_defs[]; /* /etc/login.defs */
extern const char paths_passwd[];      /* /etc/passwd */
extern const char paths_group[];       /* /etc/group */

#endif
