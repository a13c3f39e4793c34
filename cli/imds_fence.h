/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imds_fence.h - IMDS for root, iamlogin and a list only
 *
 * Room: cli. The role's credentials are readable by every local process through IMDS. The
 * fence is an nftables table of our own ("inet iamlogin_imds"), kept in
 * /etc/iamlogin/imds-fence.nft and loaded by iamlogin-imds-fence.service; nothing of
 * anybody else's rules is touched, and forwarded packets (containers) are refused, too.
 */
#ifndef CLI_IMDS_FENCE_H
#define CLI_IMDS_FENCE_H

#include <stdio.h>

#include "cli/enable_plan.h"

#define IMDS_FENCE_PATH "/etc/iamlogin/imds-fence.nft"
#define IMDS_FENCE_UNIT "iamlogin-imds-fence.service"

/** imds_fence_rules() - the nft script; @users separated by commas or blanks, or NULL */
int imds_fence_rules(struct enable_plan *plan, const char *users, char **ret_text);

/** imds_fence_plan() - with the file in the plan, checked by nft; 0 or 1 */
int imds_fence_plan(struct enable_plan *plan, const char *users);

/**
 * imds_fence_show_users() - who talks to IMDS now, or did within the last minute
 *
 * The sockets of /proc/net/tcp and tcp6 whose peer is IMDS, TIME_WAIT included, by uid.
 */
void imds_fence_show_users(FILE *out);

/** imds_fence_count_uids() - of the text of such a file; at most @size; pure */
size_t imds_fence_uids(const char *text, unsigned *ret_uids, size_t size);

/** imds_fence_up(), imds_fence_down() - load or drop the table; 0 or 1 */
int imds_fence_up(void);
int imds_fence_down(void);

#endif
