/* SPDX-License-Identifier: Apache-2.0 */
/* principals.c - names that open an account; contract in principals.h */
#include <string.h>

#include "common/principal.h"
#include "keys/principals.h"

static int
add_line(struct keys_answer *answer, const char *principal, size_t len)
{
	if (len + 1 > sizeof(answer->text) - answer->len)
		return KEYS_ANSWER_E_FULL;
	memcpy(answer->text + answer->len, principal, len);
	answer->text[answer->len + len] = '\n';
	answer->len += len + 1;
	answer->n_lines++;
	return 0;
}

/* Does the person stand behind the account, and may log in to it? */
static int
find_claim(const struct published *keys, const struct account *account, uint32_t person,
    bool *ret_found)
{
	struct keysfile_claim claim;
	int r;

	*ret_found = false;
	for (uint32_t n = 0; !*ret_found; n++) {
		r = keysfile_claim_by_account(keys, account->name, n, &claim);
		if (r != 0)
			return r == PUBLISHED_E_NOTFOUND ? 0 : PUBLISHED_E_DAMAGED;
		*ret_found = claim.person == person && claim.uid == account->uid &&
			     (claim.known_mask & account->service_bit) != 0 &&
			     (claim.allow_mask & account->service_bit) != 0;
	}
	return 0;
}

/* What the certificate has. Whether a guest may come in here, open_session knows. */
static int
add_of_cert(struct keys_answer *answer, const struct published *keys,
    const struct published *snapshot, const struct account *account,
    const struct sshcert *cert)
{
	const char *principal;
	size_t at = 0, len;
	uint32_t person;
	bool is_theirs;
	int r = 0;

	while (r == 0 && (principal = sshcert_principal(cert, &at, &len)) != NULL) {
		r = principal_find(keys, snapshot, principal, len, &person);
		if (r == PUBLISHED_E_NOTFOUND) {
			r = 0;
			continue;
		}
		if (r == 0)
			r = find_claim(keys, account, person, &is_theirs);
		if (r == 0 && (is_theirs || account->is_shared))
			r = add_line(answer, principal, len);
	}
	return r;
}

/* A text that names exactly this person. */
static int
add_of_person(struct keys_answer *answer, const struct published *keys,
    const struct published *snapshot, uint32_t person, const char *text)
{
	size_t len = strlen(text);
	uint32_t found;
	int r;

	r = principal_find(keys, snapshot, text, len, &found);
	if (r == PUBLISHED_E_NOTFOUND)
		return 0;
	return r == 0 && found == person ? add_line(answer, text, len) : r;
}

static int
add_all(struct keys_answer *answer, const struct published *keys,
    const struct published *snapshot, const struct account *account)
{
	struct keysfile_person who;
	struct keysfile_claim claim;
	bool is_theirs;
	int r = 0;

	for (uint32_t n = 0; r == 0; n++) {
		r = keysfile_claim_by_account(keys, account->name, n, &claim);
		if (r != 0)
			return r == PUBLISHED_E_NOTFOUND ? 0 : PUBLISHED_E_DAMAGED;
		r = find_claim(keys, account, claim.person, &is_theirs);
		if (r != 0 || !is_theirs)
			continue;
		if (keysfile_person_at(keys, claim.person, &who) != 0)
			return PUBLISHED_E_DAMAGED;
		r = add_of_person(answer, keys, snapshot, claim.person, account->name);
		if (r == 0 && strcmp(who.name, account->name) != 0)
			r = add_of_person(answer, keys, snapshot, claim.person, who.name);
		if (r == 0)
			r = add_of_person(
			    answer, keys, snapshot, claim.person, who.unique_id);
		if (r == 0)
			r = add_of_person(answer, keys, snapshot, claim.person, who.arn);
	}
	return r;
}

int
principals_add(struct keys_answer *answer, const struct published *keys,
    const struct published *snapshot, const struct account *account,
    const struct sshcert *cert)
{
	if (cert != NULL)
		return add_of_cert(answer, keys, snapshot, account, cert);
	return add_all(answer, keys, snapshot, account);
}
