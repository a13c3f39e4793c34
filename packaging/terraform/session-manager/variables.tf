# SPDX-License-Identifier: Apache-2.0
variable "people" {
  description = "IAM user name => the OS account and the platform whose instances it may enter"
  type        = map(object({ account = string, platform = string }))

  validation {
    condition = alltrue([
      for person in values(var.people) :
      can(regex("^[a-z_][a-z0-9_-]*([.][a-z0-9_-]+)*$", person.account)) && length(person.account) <= 32
    ])
    error_message = "An account is a lower-case letter or underscore, then a-z 0-9 _ - and single dots, 32 at most: iamlogin maps anything else to nobody."
  }
}

variable "path" {
  description = "Path of the people: the fence. It is part of their ARN, and one policy protects it."
  type        = string
  default     = "/people/"
}

variable "platform" {
  description = "Tag platform of the instance; people of the same platform may enter"
  type        = string
}

variable "ami" {
  description = "An image with amazon-ssm-agent 3.0 or later and iamlogin enabled"
  type        = string
}

variable "subnet" {
  description = "Subnet of the instance; it needs ways to ssm, ssmmessages, ec2messages and IAM"
  type        = string
}

variable "instance_type" {
  type    = string
  default = "t3.micro"
}
