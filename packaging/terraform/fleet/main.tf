# SPDX-License-Identifier: Apache-2.0
# The publisher: its role, the key it signs with, and who is told when somebody else does.
data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  account    = data.aws_caller_identity.this.account_id
  partition  = data.aws_partition.this.partition
  bucket_any = "arn:${local.partition}:s3:::${var.name}-*"
  has_alarms = var.trail_log_group != "" && var.alarm_topic_arn != ""
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = var.publisher_principals
    }
  }
}

resource "aws_iam_role" "publisher" {
  name               = "${var.name}-publisher"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_instance_profile" "publisher" {
  name = aws_iam_role.publisher.name
  role = aws_iam_role.publisher.name
}

# Nothing more than `iamlogind` with [publish] asks for.
data "aws_iam_policy_document" "publisher" {
  statement {
    sid       = "Objects"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = flatten([for view in keys(var.views) : ["${local.bucket_any}/${view}/*"]])
    condition {
      test     = "StringEquals"
      variable = "s3:ResourceAccount"
      values   = [local.account]
    }
  }
  statement {
    sid       = "TellAbsentFromRefused"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_any]
    condition {
      test     = "StringEquals"
      variable = "s3:ResourceAccount"
      values   = [local.account]
    }
  }
  statement {
    sid       = "Sign"
    actions   = ["kms:Sign"]
    resources = [aws_kms_key.sign.arn]
    condition {
      test     = "StringEquals"
      variable = "kms:SigningAlgorithm"
      values   = ["ECDSA_SHA_256"]
    }
  }
  dynamic "statement" {
    for_each = var.people_role_arn == "" ? [1] : []
    content {
      sid       = "People"
      actions   = ["iam:GetAccountAuthorizationDetails", "iam:ListSSHPublicKeys", "iam:GetSSHPublicKey"]
      resources = ["*"]
    }
  }
  dynamic "statement" {
    for_each = var.people_role_arn == "" ? [] : [1]
    content {
      sid       = "PeopleOfAnotherAccount"
      actions   = ["sts:AssumeRole"]
      resources = [var.people_role_arn]
    }
  }
}

resource "aws_iam_role_policy" "publisher" {
  name   = "publish"
  role   = aws_iam_role.publisher.id
  policy = data.aws_iam_policy_document.publisher.json
}

# The account's administrators may manage the key and nobody but the publisher sign with it.
data "aws_iam_policy_document" "key" {
  statement {
    sid = "Manage"
    actions = ["kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*",
      "kms:Revoke*", "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource",
    "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }
  statement {
    sid       = "Sign"
    actions   = ["kms:Sign"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.publisher.arn]
    }
  }
}

resource "aws_kms_key" "sign" {
  description              = "signs the manifests of ${var.name}"
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  policy                   = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "sign" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.sign.key_id
}

# ------------------------------------------------------------------------------------------
# Somebody else signs, or tries to

resource "aws_cloudwatch_log_metric_filter" "foreign_sign" {
  count          = local.has_alarms ? 1 : 0
  name           = "${var.name}-foreign-sign"
  log_group_name = var.trail_log_group
  pattern        = "{ $.eventSource = \"kms.amazonaws.com\" && $.eventName = \"Sign\" && $.resources[0].ARN = \"${aws_kms_key.sign.arn}\" && $.userIdentity.sessionContext.sessionIssuer.arn != \"${aws_iam_role.publisher.arn}\" }"
  metric_transformation {
    name          = "${var.name}-foreign-sign"
    namespace     = "iamlogin"
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "foreign_sign" {
  count               = local.has_alarms ? 1 : 0
  alarm_name          = "${var.name}-foreign-sign"
  alarm_description   = "Somebody but the publisher has used the key that signs the directory"
  namespace           = "iamlogin"
  metric_name         = "${var.name}-foreign-sign"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
}

# Each manifest is one signature: no signature, no news.
resource "aws_cloudwatch_log_metric_filter" "sign" {
  count          = local.has_alarms ? 1 : 0
  name           = "${var.name}-sign"
  log_group_name = var.trail_log_group
  pattern        = "{ $.eventSource = \"kms.amazonaws.com\" && $.eventName = \"Sign\" && $.resources[0].ARN = \"${aws_kms_key.sign.arn}\" && $.errorCode NOT EXISTS }"
  metric_transformation {
    name      = "${var.name}-sign"
    namespace = "iamlogin"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "silent" {
  count               = local.has_alarms ? 1 : 0
  alarm_name          = "${var.name}-silent"
  alarm_description   = "The publisher has signed nothing for twenty minutes: hosts go stale"
  namespace           = "iamlogin"
  metric_name         = "${var.name}-sign"
  statistic           = "Sum"
  period              = 1200
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarm_topic_arn]
}

# ------------------------------------------------------------------------------------------
# IAM has changed (IAM's events are in us-east-1)

resource "aws_cloudwatch_event_rule" "iam" {
  count = var.notify_iam_changes ? 1 : 0
  name  = "${var.name}-iam-changes"
  event_pattern = jsonencode({
    source        = ["aws.iam"]
    "detail-type" = ["AWS API Call via CloudTrail"]
    detail = {
      eventSource = ["iam.amazonaws.com"]
      eventName = ["CreateUser", "DeleteUser", "UpdateUser", "TagUser", "UntagUser", "AddUserToGroup",
        "RemoveUserFromGroup", "DeleteGroup", "UpdateGroup", "UploadSSHPublicKey", "UpdateSSHPublicKey",
      "DeleteSSHPublicKey"]
    }
  })
}

resource "aws_cloudwatch_event_target" "iam" {
  count = var.notify_iam_changes ? 1 : 0
  rule  = aws_cloudwatch_event_rule.iam[0].name
  arn   = var.alarm_topic_arn
}
