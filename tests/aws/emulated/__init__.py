# SPDX-License-Identifier: Apache-2.0
"""The emulated AWS: one module a subject. `../emulator` puts them together."""
