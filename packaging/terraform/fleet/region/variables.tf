# SPDX-License-Identifier: Apache-2.0
variable "bucket" {
  type = string
}

variable "organization_id" {
  type = string
}

variable "publisher_role_arn" {
  type = string
}

variable "views" {
  description = "View = organisational units that may read it; [] = the whole organisation"
  type        = map(list(string))
  default     = { default = [] }
}

variable "vpc_ids" {
  description = "VPC = its route tables, for a gateway endpoint each"
  type        = map(list(string))
  default     = {}
}

variable "old_versions_days" {
  description = "How long replaced manifests are kept"
  type        = number
  default     = 90
}
