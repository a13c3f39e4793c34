# SPDX-License-Identifier: Apache-2.0
output "publisher_role_arn" {
  value = aws_iam_role.publisher.arn
}

output "publisher_instance_profile" {
  value = aws_iam_instance_profile.publisher.name
}

output "kms_key_arn" {
  value = aws_kms_key.sign.arn
}

output "host_policy_json" {
  description = "For a host's role: its view's objects and nothing else"
  value = { for view in keys(var.views) : view => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Directory"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = ["${local.bucket_any}/${view}/*"]
    }]
  }) }
}

output "publisher_conf" {
  value = <<-END
    [source]
    kind = iam
    directory = details
    ${var.people_role_arn == "" ? "" : "[aws]\nrole_arn = ${var.people_role_arn}"}
    [publish]
    bucket = ${var.name}-{region}
    bucket_owner = ${local.account}
    kms_key = ${aws_kms_key.sign.arn}
    public_key = /etc/iamlogin/fleet.pub
  END
}

output "host_conf" {
  value = <<-END
    [source]
    kind = s3
    bucket = ${var.name}-{region}
    bucket_owner = ${local.account}
    public_key = /etc/iamlogin/fleet.pub
  END
}
