# SPDX-License-Identifier: Apache-2.0
data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  account   = data.aws_caller_identity.here.account_id
  partition = data.aws_partition.here.partition
}

data "aws_iam_policy_document" "ec2" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "instance" {
  name               = "iamlogin-instance"
  assume_role_policy = data.aws_iam_policy_document.ec2.json
}

resource "aws_iam_role_policy_attachment" "agent" {
  role       = aws_iam_role.instance.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

# What `iamlogin status --policy` prints for the configuration below.
data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["iam:ListUsers"]
    resources = ["*"]
  }

  statement {
    actions = [
      "iam:GetUser",
      "iam:ListGroupsForUser",
      "iam:ListSSHPublicKeys",
      "iam:GetSSHPublicKey",
    ]
    resources = ["arn:${local.partition}:iam::${local.account}:user${var.path}*"]
  }
}

resource "aws_iam_role_policy" "read" {
  name   = "iamlogin"
  role   = aws_iam_role.instance.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_instance_profile" "instance" {
  name = "iamlogin-instance"
  role = aws_iam_role.instance.name
}

resource "aws_instance" "this" {
  ami                    = var.ami
  instance_type          = var.instance_type
  subnet_id              = var.subnet
  iam_instance_profile   = aws_iam_instance_profile.instance.name
  vpc_security_group_ids = [aws_security_group.out.id]

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "enabled"
  }

  # `iamlogin enable` is part of the image; this is what it is about here
  user_data = <<-END
    #cloud-config
    write_files:
      - path: /etc/iamlogin/iamlogin.conf
        permissions: "0644"
        content: |
          [principals]
          users = path:${var.path}*
          [login]
          allow = match:platform
          [session]
          on_revoke = terminate
          session_manager = terminate
    runcmd:
      - [systemctl, restart, iamlogind.service]
  END

  tags = {
    Name     = "iamlogin"
    platform = var.platform
  }
}

# No way in: the agent calls out.
resource "aws_security_group" "out" {
  name_prefix = "iamlogin-"
  description = "Session Manager needs no port open"
  vpc_id      = data.aws_subnet.this.vpc_id

  egress {
    from_port        = 443
    to_port          = 443
    protocol         = "tcp"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}

data "aws_subnet" "this" {
  id = var.subnet
}
