# SPDX-License-Identifier: Apache-2.0
# Session Manager runs people as themselves: doc/guide/session-manager.md says why each part.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}
