#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints `PASSED FAILED SKIPPED` for a JUnit file of ctest or pytest. One test of ctest is a whole binary: where its
output ends with Catch2's or unittest's own count, that is what is counted."""

import re
import sys
import xml.etree.ElementTree as ElementTree

ALL_PASSED = re.compile(r"^All tests passed \(\d+ assertions? in (\d+) test cases?\)", re.MULTILINE)
SOME_FAILED = re.compile(r"^test cases:\s*(\d+) \|(.*)$", re.MULTILINE)
UNITTEST = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)


def count(case: ElementTree.Element) -> tuple[int, int, int]:
    output = case.findtext("system-out") or ""
    failed = case.get("status") == "fail" or any(case.find(tag) is not None for tag in ("failure", "error"))
    if not failed and (case.find("skipped") is not None or case.get("status") in ("notrun", "disabled")):
        return 0, 0, 1
    if failed:
        some = SOME_FAILED.search(output)
        bad = re.search(r"(\d+) failed", some.group(2)) if some else None
        return (int(some.group(1)) - int(bad.group(1)), int(bad.group(1)), 0) if bad else (0, 1, 0)
    whole = ALL_PASSED.search(output) or UNITTEST.search(output)
    return (int(whole.group(1)) if whole else 1), 0, 0


def main() -> int:
    try:
        counts = [count(case) for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase")]
    except (OSError, ElementTree.ParseError):
        counts = []
    print(*(sum(column) for column in zip(*counts)) if counts else (0, 0, 0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
