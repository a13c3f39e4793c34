/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h - why may somebody log in here, or why not: the parts of the answer
 *
 * Room: daemon, main thread. JSON objects of the published shape; the caller owns them.
 * json-c aborts on nothing here: an object that cannot be made is null in the answer.
 */
#ifndef DAEMON_EXPLAIN_H
#define DAEMON_EXPLAIN_H

#include "daemon/daemon.h"

struct json_object;

/** explain_account() - the "account" object: name, ids, home, groups */
struct json_object *
explain_account(const struct daemon *d, const struct world_account *account);

/** explain_one() - an element of "people": mapping, claim, keys, every rule and term */
struct json_object *
explain_one(const struct daemon *d, const struct world_person *person);

/** explain_rules() - the configured lines, about nobody in particular */
struct json_object *explain_rules(const struct daemon *d);

/** explain_hints_new() - sentences about the data itself: age, failures, what is held */
struct json_object *explain_hints_new(const struct daemon *d);

/** explain_hints_add() - what would change this person's verdict */
void explain_hints_add(const struct daemon *d, const struct world_person *person,
    const struct world_verdict *verdict, struct json_object *hints);

/** explain_hints_nobody() - likewise for a name that is nobody's; @outside may be NULL */
struct json_object *explain_hints_nobody(
    const struct daemon *d, const char *query, const struct directory_principal *outside);

#endif
