# SPDX-License-Identifier: Apache-2.0
output "start" {
  description = "How a person of the platform gets in"
  value       = "aws ssm start-session --target ${aws_instance.this.id} --document-name ${aws_ssm_document.shell.name}"
}
