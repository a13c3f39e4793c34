/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fleet_keys.h - key pairs of the examples: made for the tests, of no use elsewhere
 */
#ifndef TESTS_SUPPORT_FLEET_KEYS_H
#define TESTS_SUPPORT_FLEET_KEYS_H

#define FLEET_KEY_PRIVATE                                                    \
	"-----BEGIN PRIVATE KEY-----\n"                                      \
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBdSNaeWvi2gV4PfB\n" \
	"PPeA/nhVGxqOwZqYpv/kIWW9N9yhRANCAARNX7GgC9cMlyIxCMUJBAkexH1x0T6F\n" \
	"hrH8bltS4lHyam88h7gFjSwNyqdZz/u6mFuIWnj6BTzbyQv+8Uv63gme\n"         \
	"-----END PRIVATE KEY-----\n"
#define FLEET_KEY_SEC1                                                       \
	"-----BEGIN EC PRIVATE KEY-----\n"                                   \
	"MHcCAQEEIAXUjWnlr4toFeD3wTz3gP54VRsajsGamKb/5CFlvTfcoAoGCCqGSM49\n" \
	"AwEHoUQDQgAETV+xoAvXDJciMQjFCQQJHsR9cdE+hYax/G5bUuJR8mpvPIe4BY0s\n" \
	"DcqnWc/7uphbiFp4+gU828kL/vFL+t4Jng==\n"                             \
	"-----END EC PRIVATE KEY-----\n"
#define FLEET_KEY_PUBLIC                                                     \
	"-----BEGIN PUBLIC KEY-----\n"                                       \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETV+xoAvXDJciMQjFCQQJHsR9cdE+\n" \
	"hYax/G5bUuJR8mpvPIe4BY0sDcqnWc/7uphbiFp4+gU828kL/vFL+t4Jng==\n"     \
	"-----END PUBLIC KEY-----\n"
#define FLEET_OTHER_PRIVATE                                                  \
	"-----BEGIN PRIVATE KEY-----\n"                                      \
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6D9gBxVU3vuB1Hz5\n" \
	"DpHsrjFWeD3876spbtqUiydod2ShRANCAAQ3U+8l1HPxh8mbA8QlvHCBcQKB7bLy\n" \
	"OteoubZu7UdWslhkUnmOSXN6ZPGI2AH2iSj/RHha/VIYrf2/aTNnLtRZ\n"         \
	"-----END PRIVATE KEY-----\n"
#define FLEET_OTHER_PUBLIC                                                   \
	"-----BEGIN PUBLIC KEY-----\n"                                       \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEN1PvJdRz8YfJmwPEJbxwgXECge2y\n" \
	"8jrXqLm2bu1HVrJYZFJ5jklzemTxiNgB9oko/0R4Wv1SGK39v2kzZy7UWQ==\n"     \
	"-----END PUBLIC KEY-----\n"
#define FLEET_P384_PUBLIC                                                    \
	"-----BEGIN PUBLIC KEY-----\n"                                       \
	"MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEzQv9xUgt5AHwRmGkC8Ag2f4CprJ5Z/eg\n" \
	"gStfQ5WFNCvE1bBKBI35BnPEqDhwydyqVPGxI/ENdFVURb+CeQ5LsKw3jNLl4bkX\n" \
	"Bf9oVkdFX+1aygqUoi4kQCJwkj2C0v3p\n"                                 \
	"-----END PUBLIC KEY-----\n"

#endif
