/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flight_eic.c - a NET_EIC job: one account's keys of Instance Connect; contract in
 * flight_parts.h
 *
 *   active-keys/USER ── 404: nobody sent one
 *        │ 200
 *        ├─ the signer is known and its staples hold: judge
 *        └─ else signer-cert, then signer-ocsp/NAME of each certificate: verify, judge
 *
 * A signature that the known signer did not make may be another signer's: the certificate
 * is asked for again, at most every ten seconds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "daemon/failure.h"
#include "daemon/flight_parts.h"

#define KEYS "meta-data/managed-ssh-keys/active-keys/"
#define CERT "meta-data/managed-ssh-keys/signer-cert/"
#define OCSP "meta-data/managed-ssh-keys/signer-ocsp/"
#define AGAIN_MS 10000
#define CERT_MAX 32768

struct eic_flight {
	char *body; /* of active-keys */
	size_t len;
	struct eic_chain *chain;
	size_t n_staples; /* still to come */
};

/* A question about one certificate's staple: answers carry no name. */
struct staple {
	struct flight *flight;
	size_t n;
};

void
flight_eic_free(struct flight *flight)
{
	if (flight->eic == NULL)
		return;
	free(flight->eic->body);
	eic_chain_free(flight->eic->chain);
	free(flight->eic);
	flight->eic = NULL;
}

static void
fail_memory(struct flight *flight)
{
	flight_fail_with(flight, -ENOMEM, "imds:eic", "no-memory", "out of memory");
}

static bool
has_signer(const struct cloud *cloud, int64_t now_s)
{
	return cloud->eic_signer != NULL && eic_signer_until(cloud->eic_signer) > now_s;
}

static int
judge(struct flight *flight, const char *why, struct eic_answer **ret_answer)
{
	const struct cloud *cloud = flight->cloud;
	struct eic_terms terms = { .instance = cloud->instance_id,
		.min_rsa_bits = cloud->config->min_rsa_bits,
		.now_s = (int64_t)time(NULL),
		.signer = cloud->eic_signer,
		.signer_why = why };

	if (!has_signer(cloud, terms.now_s))
		terms.signer = NULL;
	return eic_judge(flight->eic->body, flight->eic->len, &terms, ret_answer);
}

static void
finish(struct flight *flight, const char *why)
{
	if (judge(flight, why, &flight->result->eic) != 0) {
		fail_memory(flight);
		return;
	}
	flight->result->r = 0;
	flight_finish(flight);
}

/* Chain and staples are there, or will not be. */
static void
verify(struct flight *flight)
{
	struct cloud *cloud = flight->cloud;
	struct eic_signer *signer = NULL;
	char why[EIC_WHY_SIZE] = "";
	int r;

	r = eic_chain_verify(
	    flight->eic->chain, cloud->eic_name, (int64_t)time(NULL), &signer, why);
	if (r < 0) {
		fail_memory(flight);
		return;
	}
	if (r == 0) {
		eic_signer_free(cloud->eic_signer);
		cloud->eic_signer = signer;
	}
	finish(flight, why);
}

static void
on_staple(void *context, const struct imds_reply *reply)
{
	struct staple *staple = context;
	struct flight *flight = staple->flight;
	size_t n = staple->n;

	free(staple);
	if (!flight_is_over(flight)) {
		/* a root that is sent along has none, and needs none */
		if (reply->r == 0)
			(void)eic_chain_staple(
			    flight->eic->chain, n, reply->body, reply->len);
		if (reply->r != 0 && reply->r != -ENOENT)
			flight_fail(flight, reply->r, reply->error);
		else if (--flight->eic->n_staples == 0)
			verify(flight);
	}
	flight_drop(flight);
}

static void
ask_staples(struct flight *flight)
{
	size_t n = eic_chain_size(flight->eic->chain);
	int64_t deadline = flight->job->deadline_mono_ms - FLIGHT_SPARE_MS;

	flight->eic->n_staples = n;
	for (size_t i = 0; i < n && !flight_is_over(flight); i++) {
		struct staple *staple = malloc(sizeof(*staple));
		char name[EIC_NAME_SIZE], path[sizeof(OCSP) + EIC_NAME_SIZE];

		if (staple == NULL) {
			fail_memory(flight);
			return;
		}
		*staple = (struct staple){ flight, i };
		eic_chain_name(flight->eic->chain, i, name);
		(void)snprintf(path, sizeof(path), OCSP "%s", name);
		flight_hold(flight);
		imds_get_large(flight->cloud->imds, path, "imds:eic-staple", CERT_MAX,
		    deadline, on_staple, staple);
	}
}

static void
on_cert(void *context, const struct imds_reply *reply)
{
	struct flight *flight = context;
	int r;

	if (!flight_is_over(flight)) {
		if (reply->r == -ENOENT) {
			finish(flight, "IMDS has no certificate of the signer");
		} else if (reply->r != 0) {
			flight_fail(flight, reply->r, reply->error);
		} else {
			r = eic_chain_parse(reply->body, reply->len, &flight->eic->chain);
			if (r == -ENOMEM)
				fail_memory(flight);
			else if (r != 0)
				finish(flight, "not a chain of certificates");
			else
				ask_staples(flight);
		}
	}
	flight_drop(flight);
}

static void
on_keys(void *context, const struct imds_reply *reply)
{
	struct flight *flight = context;
	struct cloud *cloud = flight->cloud;
	int64_t now = clock_mono_ms();
	bool is_new;

	if (flight_is_over(flight)) {
		flight_drop(flight);
		return;
	}
	if (reply->r != 0 && reply->r != -ENOENT) {
		flight_fail(flight, reply->r, reply->error);
		flight_drop(flight);
		return;
	}
	flight->eic->len = reply->r == 0 ? reply->len : 0;
	flight->eic->body = malloc(flight->eic->len + 1);
	if (flight->eic->body != NULL)
		memcpy(flight->eic->body, reply->body, flight->eic->len);
	if (flight->eic->body == NULL || judge(flight, "", &flight->result->eic) != 0) {
		fail_memory(flight);
		flight_drop(flight);
		return;
	}
	is_new = now - cloud->eic_asked_mono_ms > AGAIN_MS;
	if (eic_has_flaw(flight->result->eic, EIC_E_SIGNER) ||
	    (is_new && eic_has_flaw(flight->result->eic, EIC_E_SIGNATURE))) {
		eic_answer_free(flight->result->eic);
		flight->result->eic = NULL;
		cloud->eic_asked_mono_ms = now;
		flight_hold(flight);
		imds_get_large(cloud->imds, CERT, "imds:eic-signer", CERT_MAX,
		    flight->job->deadline_mono_ms - FLIGHT_SPARE_MS, on_cert, flight);
	} else {
		flight->result->r = 0;
		flight_finish(flight);
	}
	flight_drop(flight);
}

void
flight_eic_start(struct flight *flight)
{
	char path[sizeof(KEYS) + 64];

	flight->eic = calloc(1, sizeof(*flight->eic));
	if (flight->eic == NULL) {
		fail_memory(flight);
		return;
	}
	(void)snprintf(path, sizeof(path), KEYS "%s/", flight->job->account);
	flight_hold(flight);
	imds_get_large(flight->cloud->imds, path, "imds:eic-keys", EIC_BODY_MAX,
	    flight->job->deadline_mono_ms - FLIGHT_SPARE_MS, on_keys, flight);
}
