/* SPDX-License-Identifier: Apache-2.0 */
/* nss_reader.c - the module's one reader of the snapshot; contract in nss_reader.h */
#include "nss/nss_reader.h"
#include "common/paths.h"

struct reader nss_reader = READER_INIT(paths_snapshot, PUBLISHED_MAGIC_SNAPSHOT);
