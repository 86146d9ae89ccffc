# SPDX-License-Identifier: MIT
"""What a command that says no leaves behind: one clear line, an exit code, and every file as it was."""

import re

LOGGED = re.compile(r"^[0-9-]{10}T[0-9:.]{12}Z (info|warn|error) ")


def refused(result, *words, code=2):
    """One clear line on stderr beside the log, this exit code, nothing on stdout."""
    assert result.returncode == code, result
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line and not LOGGED.match(line)]
    assert len(lines) == 1, result.stderr
    for word in words:
        assert word in lines[0], lines[0]


def state_of(home):
    """Every file in a folder: its kind and mode, and, where it is no folder itself, its size, its age, its content."""
    state = {}
    for path in sorted(home.rglob("*")):
        about = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else None
        of_a_file = () if path.is_dir() else (about.st_size, about.st_mtime_ns, content)
        state[str(path.relative_to(home))] = (about.st_mode, *of_a_file)
    return state
