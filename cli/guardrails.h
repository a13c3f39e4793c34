/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guardrails.h - policies that protect what a configuration trusts
 *
 * Room: cli. Pure. Who may tag a person, put them into a group, create users below the path in
 * scope, or tag an instance decides who gets in: service control policies deny that to
 * everybody but the administrators named. Actions and condition keys as in the Service
 * Authorization Reference; a policy has at most 5,120 bytes (Quotas for AWS Organizations).
 */
#ifndef CLI_GUARDRAILS_H
#define CLI_GUARDRAILS_H

#define GUARDRAILS_POLICY_MAX 5120

struct json_object;

/**
 * guardrails_policies() - an array of policy documents, each short enough
 * @config: the text of iamlogin.conf, as `iamlogind --check` takes it
 * @admins: an ARN pattern whose principals are exempt
 *
 * Return: the caller's reference; NULL when memory is out.
 */
struct json_object *guardrails_policies(const char *config, const char *admins);

/** guardrails_callers() - the least that a person needs to log in by EIC and Session Manager */
struct json_object *guardrails_callers(const char *config);

#endif
