/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flag.h - the daemon's "look again": a file that is taken away before the look
 *
 * Room: warden. iamlogin-warden.path starts a run while it is there. It is taken away first,
 * so that what is published during a run means another one. Its directory is the daemon's,
 * who is not believed: whatever stands at the name is taken away, never opened, and its
 * content says nothing.
 */
#ifndef WARDEN_FLAG_H
#define WARDEN_FLAG_H

enum flag {
	FLAG_NONE = 0,
	FLAG_TAKEN,
	FLAG_STUCK, /* something stands there that cannot be taken away; it is said once */
};

enum flag flag_take(void);

#endif
