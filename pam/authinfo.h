/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authinfo.h - SSH_AUTH_INFO_0 -> the key that sshd accepted
 *
 * Room: pam. Pure. sshd keeps one line per completed method in its PAM environment, for keys
 * "publickey TYPE BASE64" (sshd(8), ExposeAuthInfo; auth.c auth2_record_info). In
 * open_session all lines are there and the last publickey line is the accepted key; a
 * certificate stands there whole and never equals the plain key inside it.
 */
#ifndef PAM_AUTHINFO_H
#define PAM_AUTHINFO_H

#include "common/sshkey.h"

#define AUTHINFO_METHOD_SIZE 32

enum authinfo_kind {
	AUTHINFO_NONE = 0, /* no publickey line */
	AUTHINFO_KEY,
	AUTHINFO_UNUSABLE, /* the last one holds no key that we accept */
	AUTHINFO_CERT,     /* a certificate, which is not looked into here */
};

struct authinfo {
	enum authinfo_kind kind;
	char method
	    [AUTHINFO_METHOD_SIZE]; /* "publickey", else of the last line; or "unknown" */
	struct sshkey key;          /* with AUTHINFO_KEY only */
	/* with AUTHINFO_CERT only; the text lies in the variable */
	char cert_type[SSHKEY_TYPE_SIZE];
	const char *cert_text;
	size_t cert_len;
};

/**
 * authinfo_parse() - read the variable
 * @text: NUL-terminated, any length; NULL: not set
 */
void authinfo_parse(const char *text, struct authinfo *ret_info);

#endif
