/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths.c - where the installed things are; contract in paths.h, directories from
 * configure
 */
#include "common/paths.h"

const char paths_config[] = IAMLOGIN_SYSCONFDIR "/iamlogin.conf";
const char paths_run_dir[] = IAMLOGIN_RUNDIR;
const char paths_snapshot[] = IAMLOGIN_RUNDIR "/snapshot";
const char paths_doors[] = IAMLOGIN_RUNDIR "/local";
const char paths_keys[] = IAMLOGIN_RUNDIR "/keys";
const char paths_socket[] = IAMLOGIN_RUNDIR "/socket";
const char paths_doorbell[] = IAMLOGIN_RUNDIR "/doorbell";
const char paths_warden_flag[] = IAMLOGIN_RUNDIR "/warden";
const char paths_pam_dir[] = IAMLOGIN_PAMRUNDIR;
const char paths_pam_spool[] = IAMLOGIN_PAMRUNDIR "/audit";
const char paths_sessions[] = IAMLOGIN_PAMRUNDIR "/session";
const char paths_state_dir[] = IAMLOGIN_STATEDIR;
const char paths_warden_dir[] = IAMLOGIN_WARDENRUNDIR;
const char paths_warden_memory[] = IAMLOGIN_WARDENRUNDIR "/said";
const char paths_agent_dir[] = "/var/lib/amazon/ssm";
const char paths_home_dir[] = "/home";
const char paths_skel[] = "/etc/skel";
const char paths_login_defs[] = "/etc/login.defs";
const char paths_passwd[] = "/etc/passwd";
const char paths_group[] = "/etc/group";
