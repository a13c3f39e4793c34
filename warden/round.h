/* SPDX-License-Identifier: Apache-2.0 */
/*
 * round.h - one run: homes, and the processes of those who lost access
 *
 * Room: warden. A run goes on while its flag comes back or something is being ended, and
 * lasts ROUND_LEAST_MS at least: however often the flag is raised, it is one run and a few
 * rounds a second.
 */
#ifndef WARDEN_ROUND_H
#define WARDEN_ROUND_H

#define ROUND_LEAST_MS 200

/** round_run() - take the flag and do what is to be done; 0, or 1 when something failed */
int round_run(void);

#endif
