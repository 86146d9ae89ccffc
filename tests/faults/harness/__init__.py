# SPDX-License-Identifier: MIT
"""Load, the record of it, the judge of that record, and the faults. Builds on tests/integration/support."""
