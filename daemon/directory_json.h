/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory_json.h - the JSON of `aws iam get-account-authorization-details`, both ways
 *
 * Room: daemon. Source kind = file reads it, each user with "SSHPublicKeys" added (the
 * shape of GetSSHPublicKey's SSHPublicKey); the last good directory under /var/lib/iamlogin
 * is kept in the same shape. Read element by element: the memory is that of one element,
 * not of the file. Policies are skipped unread.
 */
#ifndef DAEMON_DIRECTORY_JSON_H
#define DAEMON_DIRECTORY_JSON_H

#include "daemon/directory.h"

#define DIRECTORY_JSON_MAX (256u << 20)

enum {
	DIRECTORY_JSON_E_SYNTAX =
	    1, /* not JSON, or not of this shape; ret_error says where */
};

/**
 * directory_json_parse() - bytes to a finished directory
 * @ret_error: on DIRECTORY_JSON_E_SYNTAX one line for people: which element, which member,
 *             what is wrong with it. 256 bytes.
 *
 * Needs UserDetailList (an array) at the top; GroupDetailList, RoleDetailList and anything
 * else are optional. A user needs UserName, UserId, Path, Arn; a missing one is an error, a
 * key that does not parse or is not Active is left out. Verified stamps are not set.
 *
 * Return: 0, DIRECTORY_JSON_E_SYNTAX, DIRECTORY_E_DUPLICATE + 1 as SYNTAX too, or -errno.
 */
int directory_json_parse(
    const char *bytes, size_t len, struct directory **ret_directory, char ret_error[256]);

/**
 * directory_json_eat() - the same of bytes that are in the caller's way
 * @passed: told now and then that nothing before @upto is needed any more
 */
typedef void (*directory_json_passed_fn)(void *context, const char *upto);
int directory_json_eat(const char *bytes, size_t len, directory_json_passed_fn passed,
    void *context, struct directory **ret_directory, char ret_error[256]);

/** directory_json_write() - the same shape, to a stream; 0 or -errno (-EIO when it failed) */
int directory_json_write(const struct directory *directory, FILE *stream);

/** directory_json_time() - "2024-05-01T12:00:00Z" (or +00:00), from 1970 on; -EINVAL */
int directory_json_time(const char *text, int64_t *ret_s);

#endif
