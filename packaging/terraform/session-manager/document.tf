# SPDX-License-Identifier: Apache-2.0
# runAsDefaultUser stays empty: with a default, whoever has no tag shares that account.
resource "aws_ssm_document" "shell" {
  name            = "iamlogin-shell"
  document_type   = "Session"
  document_format = "JSON"

  content = jsonencode({
    schemaVersion = "1.0"
    description   = "A shell as the person's own account"
    sessionType   = "Standard_Stream"
    inputs = {
      runAsEnabled       = true
      runAsDefaultUser   = ""
      idleSessionTimeout = "20"
      shellProfile = {
        # the agent starts sh in /usr/bin and reads no profile
        linux   = "cd && exec bash --login"
        windows = ""
      }
    }
  })
}
