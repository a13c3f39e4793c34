# SPDX-License-Identifier: Apache-2.0
#
# A golden image with iamlogin in it. Needs the Amazon plug-in of Packer (it is compiled in
# before 1.7) and the packages in packages_dir:
#
#   packer build -var base_ami=ami-... -var packages_dir=deb -var users='path:/people/*' \
#       -var allow=match:platform -var break_glass=admin packaging/packer/iamlogin.pkr.hcl

variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "base_ami" {
  type    = string
  default = "ami-00000000000000000"
}

variable "packages_dir" {
  type    = string
  default = "deb"
}

variable "users" {
  type    = string
  default = "path:/people/*"
}

variable "allow" {
  type    = string
  default = "match:platform"
}

variable "sudo" {
  type    = string
  default = "group:HostAdmins & match:platform"
}

variable "break_glass" {
  type    = string
  default = "admin"
}

source "amazon-ebs" "golden" {
  region        = var.region
  source_ami    = var.base_ami
  instance_type = "t3.small"
  ssh_username  = var.break_glass
  # Afterwards: aws ec2 modify-image-attribute --image-id ID --imds-support v2.0
  ami_name = "golden-iamlogin-{{timestamp}}"
}

build {
  sources = ["source.amazon-ebs.golden"]

  provisioner "file" {
    source      = "${var.packages_dir}/"
    destination = "/tmp"
  }

  # Nothing is started: the first boot of a copy starts it. doctor's exit code 2 fails the
  # build, and so does seal when it leaves anything of this instance behind.
  provisioner "shell" {
    execute_command = "chmod +x {{ .Path }}; sudo {{ .Vars }} {{ .Path }}"
    inline = [
      "set -eu",
      "apt-get update -q",
      "apt-get install -y -q /tmp/libnss-iamlogin_*.deb /tmp/libpam-iamlogin_*.deb /tmp/iamlogin_*.deb",
      "iamlogin enable --no-start --users '${var.users}' --allow '${var.allow}' --sudo '${var.sudo}' --break-glass '${var.break_glass}'",
      "iamlogin doctor --bypass || test $? -eq 1",
      "iamlogin seal",
    ]
  }
}
