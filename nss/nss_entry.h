/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_entry.h - what glibc calls: the exported functions of libnss_iamlogin.so.2
 *
 * Room: nss. libc only: this code runs inside every process of the host. Signatures and
 * return values are glibc's (manual, "NSS Modules Interface"). Every function keeps
 * errno, sets *errnop when it does not succeed, and writes nothing outside the caller's
 * buffer.
 *
 * Name -> account only for people who may log in here now (USER_NAME); id -> name for
 * everybody who ever could; a listed local account (USER_LOCAL) is left to `files`,
 * which groups of ours are added to.
 */
#ifndef NSS_ENTRY_H
#define NSS_ENTRY_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/base.h"

EXPORT enum nss_status _nss_iamlogin_getpwnam_r(
    const char *name, struct passwd *ret_pw, char *buffer, size_t size, int *errnop);
EXPORT enum nss_status _nss_iamlogin_getpwuid_r(
    uid_t uid, struct passwd *ret_pw, char *buffer, size_t size, int *errnop);
EXPORT enum nss_status _nss_iamlogin_setpwent(int stay_open);
EXPORT enum nss_status
_nss_iamlogin_getpwent_r(struct passwd *ret_pw, char *buffer, size_t size, int *errnop);
EXPORT enum nss_status _nss_iamlogin_endpwent(void);

EXPORT enum nss_status _nss_iamlogin_getgrnam_r(
    const char *name, struct group *ret_gr, char *buffer, size_t size, int *errnop);
EXPORT enum nss_status _nss_iamlogin_getgrgid_r(
    gid_t gid, struct group *ret_gr, char *buffer, size_t size, int *errnop);
EXPORT enum nss_status _nss_iamlogin_setgrent(int stay_open);
EXPORT enum nss_status
_nss_iamlogin_getgrent_r(struct group *ret_gr, char *buffer, size_t size, int *errnop);
EXPORT enum nss_status _nss_iamlogin_endgrent(void);

/**
 * _nss_iamlogin_initgroups_dyn() - append the groups of @user but @primary
 * @groups: malloc(3)ed array of *size, of which *start are used; grown by realloc(3)
 * @limit:  never more than this many; 0 or less: no limit
 *
 * glibc also calls this for users that `files` has, so a name that is none of ours is
 * answered at once. Leaving the function out would make glibc enumerate all groups.
 */
EXPORT enum nss_status _nss_iamlogin_initgroups_dyn(const char *user, gid_t primary,
    long int *start, long int *size, gid_t **groups, long int limit, int *errnop);

#endif
