# SPDX-License-Identifier: Apache-2.0
# One tag serves both: Session Manager reads SSMSessionRunAs of the caller, iamlogin that of
# the person. Nobody may set it on themselves: `iamlogin guardrails` prints the policy.
resource "aws_iam_user" "person" {
  for_each = var.people
  name     = each.key
  path     = var.path

  tags = {
    SSMSessionRunAs = each.value.account
    platform        = each.value.platform
  }
}

resource "aws_iam_group" "people" {
  name = "iamlogin-session-manager"
}

resource "aws_iam_user_group_membership" "person" {
  for_each = aws_iam_user.person
  user     = each.value.name
  groups   = [aws_iam_group.people.name]
}

# Who may start a session, and on what: the instance's tag against the person's. This is what
# decides who enters; on the instance iamlogin limits which accounts can be entered.
data "aws_iam_policy_document" "start" {
  statement {
    sid       = "InstancesOfTheirPlatform"
    actions   = ["ssm:StartSession"]
    resources = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]

    condition {
      test     = "StringEquals"
      variable = "ssm:resourceTag/platform"
      values   = ["$${aws:PrincipalTag/platform}"]
    }

    # without it a caller could name no document and get the account's default one
    condition {
      test     = "Bool"
      variable = "ssm:SessionDocumentAccessCheck"
      values   = ["true"]
    }
  }

  statement {
    sid     = "ByDocumentsWithRunAs"
    actions = ["ssm:StartSession"]
    resources = [
      aws_ssm_document.shell.arn,
      "arn:${local.partition}:ssm:*::document/AWS-StartSSHSession",
    ]
  }

  statement {
    sid       = "TheirOwnSessions"
    actions   = ["ssm:TerminateSession", "ssm:ResumeSession"]
    resources = ["arn:${local.partition}:ssm:*:${local.account}:session/$${aws:username}-*"]
  }

  # Run Command is root on the instance, whatever iamlogin says.
  statement {
    sid       = "NoRunCommand"
    effect    = "Deny"
    actions   = ["ssm:SendCommand"]
    resources = ["*"]
  }
}

resource "aws_iam_group_policy" "start" {
  name   = "start-sessions"
  group  = aws_iam_group.people.name
  policy = data.aws_iam_policy_document.start.json
}
