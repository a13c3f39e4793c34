/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access.h - [login], [login:NAME] and [sudo] held together: may this principal come in?
 *
 * Room: daemon. Pure. What via: and caller: say is known only when the session opens; until
 * then a principal may come in when there is a way in which it may. So the account stage of
 * somebody whose rules speak of ways is no grant yet: open_session holds the way that was
 * taken against them, and the published files say so (USER_BY_WAY).
 */
#ifndef DAEMON_ACCESS_H
#define DAEMON_ACCESS_H

#include "daemon/config.h"

struct access_outcome {
	struct rules_outcome rules;
	const struct rules_set *set; /* the section that decided */
};

/**
 * access_decide() - for one service and one way in
 * @service: its number in the published masks: [login], [sudo], then config->services
 * @access: NULL: not known, so that via: and caller: are UNKNOWN
 *
 * [sudo] and [login:NAME] are for people who may log in: never better than [login]. A
 * section [login:NAME] without allow lines leaves to [login] whom it does not deny.
 */
void access_decide(const struct config *config, size_t service,
    const struct directory_principal *who, const struct instance *instance,
    const struct rules_access *access, struct access_outcome *ret_outcome);

/**
 * access_names_way() - does an allow rule that is true for them name this way in?
 *
 * Of [login], or of the service's section.
 */
bool access_names_way(const struct config *config, size_t service,
    const struct directory_principal *who, const struct instance *instance,
    const struct rules_access *access);

/**
 * access_decide_any() - the best of all ways: TRUE when there is one that is TRUE
 * @ret_varies: may be NULL; is it another answer for another way?
 *
 * Cost: one evaluation where no rule of the service speaks of ways, else one for each.
 */
void access_decide_any(const struct config *config, size_t service,
    const struct directory_principal *who, const struct instance *instance,
    struct access_outcome *ret_outcome, bool *ret_varies);

#endif
