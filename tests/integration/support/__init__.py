# SPDX-License-Identifier: MIT
"""What the black-box tests share: a server that is started and stopped, a client, and the contract."""
