/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_reader.h - the module's one reader of the snapshot
 *
 * Room: nss. The only mutable static data of the module beside the two enumeration
 * cursors and one word of doorbell.c.
 */
#ifndef NSS_READER_H
#define NSS_READER_H

#include "common/reader.h"

extern struct reader nss_reader;

#endif
