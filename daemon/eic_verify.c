/* SPDX-License-Identifier: Apache-2.0 */
/* eic_verify.c - X.509, OCSP and RSA-PSS over libcrypto; contract in eic_verify.h */
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base.h"
#include "daemon/eic_blob.h"
#include "daemon/eic_verify.h"

#define AUTH_LEVEL 2 /* SSL_CTX_set_security_level(3): 112 bits, and so no SHA-1 */
#define EARLY_S 300  /* a staple may begin this much after our now */
#define PSS_SALT 32

struct eic_chain {
	STACK_OF(X509) * certs;
	size_t n;
	OCSP_RESPONSE *staples[EIC_CHAIN_MAX];
};

struct eic_signer {
	EVP_PKEY *key;
	int64_t until_s;
};

/* One verification under way. */
struct check {
	struct eic_chain *chain;
	X509_STORE *store;
	STACK_OF(X509) * path; /* as built: leaf … root */
	int n_untrusted;       /* of the path, from the leaf on: the rest is ours */
	int64_t now_s;
	int64_t until_s;
	bool has_no_root; /* none was found; another store may have it */
	char *why;
};

static int
refuse(const struct check *check, const char *what, const char *detail)
{
	(void)snprintf(check->why, EIC_WHY_SIZE, "%s%s%s", what,
	    detail[0] != '\0' ? ": " : "", detail);
	return EIC_E_SIGNER;
}

int
eic_chain_parse(const char *pem, size_t len, struct eic_chain **ret_chain)
{
	struct eic_chain *chain = calloc(1, sizeof(*chain));
	BIO *bio = len <= EIC_BODY_MAX ? BIO_new_mem_buf(pem, (int)len) : NULL;
	X509 *cert = NULL;
	bool is_good = false;

	if (chain != NULL)
		chain->certs = sk_X509_new_null();
	if (chain == NULL || bio == NULL || chain->certs == NULL) {
		BIO_free(bio);
		eic_chain_free(chain);
		return -ENOMEM;
	}
	ERR_clear_error();
	while (chain->n < EIC_CHAIN_MAX &&
	       (cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		if (sk_X509_push(chain->certs, cert) == 0) {
			X509_free(cert);
			break;
		}
		chain->n++;
	}
	/* the end is the only thing that may stop the reading */
	is_good = chain->n > 0 && cert == NULL &&
		  ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	BIO_free(bio);
	if (!is_good) {
		eic_chain_free(chain);
		return -EINVAL;
	}
	*ret_chain = chain;
	return 0;
}

void
eic_chain_free(struct eic_chain *chain)
{
	if (chain == NULL)
		return;
	sk_X509_pop_free(chain->certs, X509_free);
	for (size_t i = 0; i < EIC_CHAIN_MAX; i++)
		OCSP_RESPONSE_free(chain->staples[i]);
	free(chain);
}

size_t
eic_chain_size(const struct eic_chain *chain)
{
	return chain->n;
}

void
eic_chain_name(const struct eic_chain *chain, size_t n, char ret[EIC_NAME_SIZE])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	ret[0] = '\0';
	if (X509_digest(sk_X509_value(chain->certs, (int)n), EVP_sha1(), digest, &len) !=
		1 ||
	    len * 2 >= EIC_NAME_SIZE)
		return;
	for (unsigned i = 0; i < len; i++)
		(void)snprintf(ret + 2 * (size_t)i, 3, "%02X", digest[i]);
}

int
eic_chain_staple(struct eic_chain *chain, size_t n, const char *base64, size_t len)
{
	_cleanup_free_ uint8_t *der = malloc(EIC_STAPLE_MAX);
	const uint8_t *at = der;
	OCSP_RESPONSE *response;
	size_t der_len;

	if (der == NULL)
		return -ENOMEM;
	if (n >= chain->n || eic_base64(base64, len, der, EIC_STAPLE_MAX, &der_len) != 0)
		return -EINVAL;
	response = d2i_OCSP_RESPONSE(NULL, &at, (long)der_len);
	ERR_clear_error();
	if (response == NULL || at != der + der_len) {
		OCSP_RESPONSE_free(response);
		return -EINVAL;
	}
	OCSP_RESPONSE_free(chain->staples[n]);
	chain->staples[n] = response;
	return 0;
}

static bool
time_of(const ASN1_TIME *time, int64_t *ret_s)
{
	struct tm tm;

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	*ret_s = (int64_t)timegm(&tm);
	return true;
}

static void
ends_at(struct check *check, int64_t end_s)
{
	if (end_s < check->until_s)
		check->until_s = end_s;
}

/* The leaf by itself: whose it is, and what it may do. */
static int
check_leaf(const struct check *check, const char *name)
{
	X509 *leaf = sk_X509_value(check->chain->certs, 0);
	X509_NAME *named = X509_get_subject_name(leaf);
	int at = X509_NAME_get_index_by_NID(named, NID_commonName, -1);
	const ASN1_STRING *text;
	EVP_PKEY *key = X509_get0_pubkey(leaf);
	int bits;

	if (at < 0 || X509_NAME_get_index_by_NID(named, NID_commonName, at) >= 0)
		return refuse(check, "it has not exactly one common name", "");
	text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(named, at));
	if (ASN1_STRING_length(text) != (int)strlen(name) ||
	    memcmp(ASN1_STRING_get0_data(text), name, strlen(name)) != 0)
		return refuse(check, "its common name is not", name);
	if ((X509_get_extension_flags(leaf) & EXFLAG_CA) != 0)
		return refuse(check, "it is a CA", "");
	if ((X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE) == 0)
		return refuse(check, "it may not sign", "");
	bits = key != NULL ? EVP_PKEY_bits(key) : 0;
	if (key == NULL || EVP_PKEY_base_id(key) != EVP_PKEY_RSA || bits < 2048 ||
	    bits > EIC_SIGNATURE_MAX * 8)
		return refuse(check, "its key is not RSA of 2048 to 8192 bits", "");
	return 0;
}

/*
 * @whole: the bundle, too, which takes 50 ms and more to read; without it only the directory
 * is looked into, by the hash of a root's name. Not every distribution has those hashes.
 */
static X509_STORE *
trust_store(int64_t now_s, bool whole)
{
	X509_STORE *store = X509_STORE_new();
	X509_LOOKUP *by_name;
	X509_VERIFY_PARAM *param;

	if (store == NULL)
		return NULL;
	/* an empty store trusts nobody */
	if (whole)
		(void)X509_STORE_set_default_paths(store);
	else if ((by_name = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir())) != NULL)
		(void)X509_LOOKUP_add_dir(by_name, NULL, X509_FILETYPE_DEFAULT);
	param = X509_STORE_get0_param(store);
	X509_VERIFY_PARAM_set_time(param, (time_t)now_s);
	X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
	X509_VERIFY_PARAM_set_depth(param, EIC_CHAIN_MAX);
	(void)X509_VERIFY_PARAM_set_flags(
	    param, X509_V_FLAG_X509_STRICT | X509_V_FLAG_TRUSTED_FIRST);
	return store;
}

static bool
is_about_the_root(int error)
{
	return error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	       error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	       error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;
}

/* From the leaf to a root of ours. */
static int
check_path(struct check *check)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int r = 0, error;
	int64_t end_s;

	if (ctx == NULL ||
	    X509_STORE_CTX_init(ctx, check->store, sk_X509_value(check->chain->certs, 0),
		check->chain->certs) != 1) {
		X509_STORE_CTX_free(ctx);
		return -ENOMEM;
	}
	if (X509_verify_cert(ctx) != 1) {
		error = X509_STORE_CTX_get_error(ctx);
		r = refuse(check, "its chain", X509_verify_cert_error_string(error));
		check->has_no_root = is_about_the_root(error);
	} else {
		check->path = X509_STORE_CTX_get1_chain(ctx);
		check->n_untrusted = X509_STORE_CTX_get_num_untrusted(ctx);
		r = check->path == NULL ? -ENOMEM : 0;
	}
	X509_STORE_CTX_free(ctx);
	for (int i = 0; r == 0 && i < sk_X509_num(check->path); i++) {
		if (!time_of(X509_get0_notAfter(sk_X509_value(check->path, i)), &end_s))
			r = refuse(check, "a certificate has no end", "");
		else
			ends_at(check, end_s);
	}
	return r;
}

static int
check_path_in(struct check *check, bool whole)
{
	X509_STORE_free(check->store);
	check->has_no_root = false;
	check->store = trust_store(check->now_s, whole);
	return check->store == NULL ? -ENOMEM : check_path(check);
}

static OCSP_RESPONSE *
staple_of(const struct check *check, const X509 *cert)
{
	for (size_t i = 0; i < check->chain->n; i++)
		if (X509_cmp(sk_X509_value(check->chain->certs, (int)i), cert) == 0)
			return check->chain->staples[i];
	return NULL;
}

/* SHA-2 alone; PSS names its digest elsewhere and is not used by any responder we know. */
static bool
has_good_digest(const OCSP_BASICRESP *basic)
{
	const ASN1_OBJECT *algorithm;
	int digest, kind;

	X509_ALGOR_get0(&algorithm, NULL, NULL, OCSP_resp_get0_tbs_sigalg(basic));
	if (OBJ_find_sigid_algs(OBJ_obj2nid(algorithm), &digest, &kind) != 1)
		return false;
	return digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512;
}

/* What the response says about this certificate; the id's digest is the responder's choice. */
static OCSP_SINGLERESP *
answer_about(OCSP_BASICRESP *basic, const X509 *cert, const X509 *issuer)
{
	for (int i = 0; i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
		OCSP_CERTID *id =
		    (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single);
		ASN1_OBJECT *name = NULL;
		const EVP_MD *digest;
		OCSP_CERTID *wanted;
		int differs;

		if (OCSP_id_get0_info(NULL, &name, NULL, NULL, id) != 1)
			continue;
		digest = EVP_get_digestbyobj(name);
		if (digest == NULL)
			continue;
		wanted = OCSP_cert_to_id(digest, cert, issuer);
		if (wanted == NULL)
			continue;
		differs = OCSP_id_cmp(wanted, id);
		OCSP_CERTID_free(wanted);
		if (differs == 0)
			return single;
	}
	return NULL;
}

static int
check_answer(
    struct check *check, OCSP_BASICRESP *basic, const X509 *cert, const X509 *issuer)
{
	ASN1_GENERALIZEDTIME *from = NULL, *to = NULL;
	OCSP_SINGLERESP *single;
	int64_t from_s, to_s;
	int status;

	if (!has_good_digest(basic))
		return refuse(check, "a staple is not signed with SHA-2", "");
	if (OCSP_basic_verify(basic, check->path, check->store, OCSP_NOEXPLICIT) != 1)
		return refuse(check, "a staple's signature is not good", "");
	single = answer_about(basic, cert, issuer);
	if (single == NULL)
		return refuse(check, "a staple is about another certificate", "");
	status = OCSP_single_get0_status(single, NULL, NULL, &from, &to);
	if (status != V_OCSP_CERTSTATUS_GOOD)
		return refuse(
		    check, "its status by OCSP is", OCSP_cert_status_str(status));
	if (!time_of(from, &from_s) || !time_of(to, &to_s))
		return refuse(check, "a staple has no beginning or no end", "");
	if (from_s > check->now_s + EARLY_S)
		return refuse(check, "a staple has not begun", "");
	if (to_s <= check->now_s)
		return refuse(check, "a staple is over", "");
	ends_at(check, to_s);
	return 0;
}

static int
check_staples(struct check *check)
{
	int r = 0;

	for (int i = 0; r == 0 && i < check->n_untrusted; i++) {
		X509 *cert = sk_X509_value(check->path, i);
		X509 *issuer = sk_X509_value(check->path, i + 1);
		OCSP_RESPONSE *response = staple_of(check, cert);
		OCSP_BASICRESP *basic = NULL;

		if (issuer == NULL) /* a path ends with one of ours */
			return refuse(check, "its chain has no end", "");
		if (response == NULL)
			return refuse(check, "a certificate has no staple", "");
		if (OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
			basic = OCSP_response_get1_basic(response);
		r = basic == NULL ? refuse(check, "a staple is no answer", "")
				  : check_answer(check, basic, cert, issuer);
		OCSP_BASICRESP_free(basic);
	}
	return r;
}

static int
make_signer(const struct check *check, struct eic_signer **ret_signer)
{
	struct eic_signer *signer = calloc(1, sizeof(*signer));

	if (signer == NULL)
		return -ENOMEM;
	signer->key = X509_get_pubkey(sk_X509_value(check->chain->certs, 0));
	signer->until_s = check->until_s;
	if (signer->key == NULL) {
		free(signer);
		return -ENOMEM;
	}
	*ret_signer = signer;
	return 0;
}

int
eic_chain_verify(struct eic_chain *chain, const char *name, int64_t now_s,
    struct eic_signer **ret_signer, char ret_why[EIC_WHY_SIZE])
{
	struct check check = {
		.chain = chain, .now_s = now_s, .until_s = INT64_MAX, .why = ret_why
	};
	int r = check_leaf(&check, name);

	if (r == 0)
		r = check_path_in(&check, false);
	if (r != 0 && check.has_no_root)
		r = check_path_in(&check, true);
	if (r == 0)
		r = check_staples(&check);
	if (r == 0)
		r = make_signer(&check, ret_signer);
	sk_X509_pop_free(check.path, X509_free);
	X509_STORE_free(check.store);
	ERR_clear_error();
	return r;
}

int64_t
eic_signer_until(const struct eic_signer *signer)
{
	return signer->until_s;
}

int
eic_signer_check(const struct eic_signer *signer, const void *bytes, size_t len,
    const uint8_t *signature, size_t signature_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how = NULL;
	int r = -ENOMEM;

	if (ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, &how, EVP_sha256(), NULL, signer->key) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(how, PSS_SALT) == 1)
		r = EVP_DigestVerify(ctx, signature, signature_len, bytes, len) == 1
			? 0
			: EIC_E_SIGNATURE;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return r;
}

void
eic_signer_free(struct eic_signer *signer)
{
	if (signer == NULL)
		return;
	EVP_PKEY_free(signer->key);
	free(signer);
}
