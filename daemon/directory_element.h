/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory_element.h - one user or group of the directory's JSON
 *
 * Room: daemon. The only file of the directory that includes json-c.
 */
#ifndef DAEMON_DIRECTORY_ELEMENT_H
#define DAEMON_DIRECTORY_ELEMENT_H

#include "daemon/directory.h"

#define DIRECTORY_WHY_SIZE 160

/**
 * directory_element_user(), _group(), _role() - one element's text into a directory
 * @ret_why: on DIRECTORY_JSON_E_SYNTAX what is wrong with it; DIRECTORY_WHY_SIZE bytes
 *
 * Return: 0, DIRECTORY_JSON_E_SYNTAX, or -ENOMEM.
 */
int directory_element_user(
    struct directory *directory, const char *text, size_t len, char *ret_why);
int directory_element_group(
    struct directory *directory, const char *text, size_t len, char *ret_why);
int directory_element_role(
    struct directory *directory, const char *text, size_t len, char *ret_why);

#endif
