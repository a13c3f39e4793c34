# SPDX-License-Identifier: Apache-2.0
"""Checks of the emulator, by AWS's own client library and by raw sockets."""
