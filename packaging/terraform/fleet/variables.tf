# SPDX-License-Identifier: Apache-2.0
variable "name" {
  description = "Prefix of the buckets (NAME-REGION), roles and alias"
  type        = string
}

variable "organization_id" {
  description = "o-…: whose accounts may read"
  type        = string
}

variable "views" {
  description = "View = organisational units that may read it; [] = the whole organisation"
  type        = map(list(string))
  default     = { default = [] }
}

variable "people_role_arn" {
  description = "Role in the account whose IAM lists the people; \"\" = this account"
  type        = string
  default     = ""
}

variable "publisher_principals" {
  description = "Who may assume the publisher's role: EC2 by default"
  type        = list(string)
  default     = ["ec2.amazonaws.com"]
}

variable "trail_log_group" {
  description = "CloudWatch log group of the account's CloudTrail; \"\" = no alarms"
  type        = string
  default     = ""
}

variable "alarm_topic_arn" {
  description = "SNS topic of the alarms and of IAM's changes"
  type        = string
  default     = ""
}

variable "notify_iam_changes" {
  description = "EventBridge rule on changes of users, groups, tags and keys (only us-east-1 sees them)"
  type        = bool
  default     = false
}
