#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks the architecture: src -> modules -> include -> src/base and nothing else, and what goes with it.

  check_includes.py [--root FOLDER]

Exits 0 where every rule holds, 1 with a line for each fault, 2 where there is nothing to check.
The rules, by the names that the faults carry:

  direction    src/base includes itself alone; include/ the base and itself; a module, src/http and src/storage the
               contracts, the base and themselves; the rooms above them (ROOMS) all of these and the rooms below
               themselves; src/main.cpp src/cli
  contract     include/stagedoor has the standard library and a few packages, and no other
  beast        Beast is named in src/http/wire alone
  engine       SQLite is named in src/storage/sqlite alone
  sql          the words of SQL stand in *_store.cpp and src/storage alone, which alone include what runs them
  pure         the rules of a module know no JSON, no coroutine, no IO
  clock        base, contracts and modules never read the time
  environment  getenv in src/main.cpp alone
  sleep        nothing sleeps
  link         a module's library links no other module
  licence      every file says its licence in its first lines
  length       files have fewer than 500 lines, functions fewer than 70
  parts        a folder of the product has at most 12 parts: header and body are one
"""

import argparse
import posixpath
import re
import sys
from pathlib import Path

import cpp_source

FILE_LINES = 500
FUNCTION_LINES = 70
PARTS = 12

PRODUCT = ("include", "modules", "src")
FOLDERS = (*PRODUCT, "tests", "bench", "cmake", "scripts", ".ci")
CPP = (".hpp", ".cpp", ".h", ".cc", ".ipp")
SKIPPED = {"node_modules", "__pycache__", "build", ".pytest_cache"}

# What an area may include, beside the standard library and packages. An area is a folder with its own target.
SRC_LIBRARIES = ("src/http", "src/storage")
# What puts the program together, from the bottom to the top: each may include those before it, which excludes circles.
ROOMS = ("src/config", "src/core", "src/operations", "src/run", "src/cli")
BASE = "src/base"
ENGINE = "src/storage/sqlite"
WIRE = "src/http/wire"

CONTRACT_PACKAGES = ("boost/asio", "boost/json", "boost/system")

ENGINE_INCLUDE = re.compile(r"^(?:SQLiteCpp/|sqlite3(?:ext)?\.h$)")
DATABASE_INCLUDE = re.compile(r"^(?:.*/)?stagedoor/database\.hpp$")
ENGINE_NAME = re.compile(r"\bSQLite::|\bsqlite3_\w+")
BEAST_INCLUDE = re.compile(r"^boost/beast\b")
BEAST = re.compile(r"\bbeast\s*::|\bboost\s*::\s*beast\b")
SQL = re.compile(
    r"\bSELECT\s+[\w*(\"'?:]|\bINSERT\s+(?:OR\s+\w+\s+)?INTO\b|\bREPLACE\s+INTO\b|\bDELETE\s+FROM\b"
    r"|\bUPDATE\s+(?:OR\s+\w+\s+)?\w+\s+SET\b|\bPRAGMA\s+\w|\bBEGIN\s+(?:IMMEDIATE|EXCLUSIVE|DEFERRED)\b"
    r"|\b(?:CREATE|DROP|ALTER)\s+(?:TEMP\w*\s+|UNIQUE\s+|VIRTUAL\s+)?(?:TABLE|INDEX|TRIGGER|VIEW)\b"
    # In small letters only what no sentence for people says.
    r"|(?i:\A\s*select\s.+\sfrom\s+\w+\s*(?:where\b|order\b|group\b|limit\b|join\b|;|\Z)|\binsert\s+into\s+\w+\s*\("
    r"|\bupdate\s+\w+\s+set\s|\bdelete\s+from\s+\w+\s+where\s|\bcreate\s+table\s)",
    re.DOTALL,
)
CLOCK = re.compile(r"\b\w*clock\w*\s*::\s*now\b|\bclock_gettime\b|\bgettimeofday\b|\btime\s*\(\s*(?:nullptr|NULL|0|&)")
ENVIRONMENT = re.compile(r"\b(?:secure_)?getenv\b|\benviron\b")
CPP_SLEEP = re.compile(r"\bsleep_for\b|\bsleep_until\b|\b(?:u|nano)?sleep\s*\(|\bclock_nanosleep\b")
PYTHON_SLEEP = re.compile(r"\btime\.sleep\s*\(|\bfrom\s+time\s+import\s+.*\bsleep\b")

# In a module these layers may know JSON and coroutines; every other file is rules.
LAYERS = re.compile(r"(?:_api|_board|_store|_service)$|^catalogue_file$|^hall_json$")
IMPURE_INCLUDE = re.compile(
    r"^(?:boost/(?:json|asio)|base/(?:json|task|turns|http|problem)\.hpp$|stagedoor/database\.hpp$"
    r"|(?:fstream|iostream|thread|mutex|filesystem|coroutine)$)"
)
IMPURE_CODE = re.compile(r"\bco_(?:await|return|yield)\b|\bboost\s*::\s*json\b|\basio\s*::")

STANDARD = re.compile(r"^[a-z_0-9]+$")  # <vector>: no folder, no suffix


# Folders within an area that are areas of their own. Of the two one knows the other: above its area stands what knows it,
# below it what it knows.
ABOVE = {"src/storage/sqlite": "src/storage"}
BELOW = {"src/http/wire": "src/http", "modules/reservation/hall": "modules/reservation"}
INNER = {**ABOVE, **BELOW}


def area_of(path: str) -> str:
    """`include`, `modules/queue`, `src/http`, `src` for main.cpp, or the first folder; a folder of INNER is its own."""
    parts = path.split("/")
    if "/".join(parts[:3]) in INNER and len(parts) > 3:
        return "/".join(parts[:3])
    if parts[0] in ("modules", "src"):
        return "/".join(parts[:2]) if len(parts) > 2 else parts[0]
    return parts[0]


def may_include(area: str, target: str) -> bool:
    if area == target:
        return True
    if target == BASE or area == "include":
        return target == BASE
    if area in INNER:
        return target in ("include", ABOVE.get(area))
    if target in BELOW:
        return area == BELOW[target]
    if area in ROOMS:
        below = ROOMS[: ROOMS.index(area)]
        return target == "include" or target in (*SRC_LIBRARIES, *ABOVE, *below) or target.startswith("modules/")
    if area.startswith("modules/") or area in SRC_LIBRARIES:
        return target == "include"
    return area == "src" and target == "src/cli"


class Check:
    def __init__(self, root: Path):
        self.root = root
        self.faults: list[tuple[str, int, str, str]] = []
        self.paths = sorted(
            path.relative_to(root).as_posix()
            for folder in FOLDERS
            for path in (root / folder).rglob("*")
            if path.is_file() and not SKIPPED.intersection(path.relative_to(root).parts)
        )
        self.known = set(self.paths)

    def fault(self, path: str, line: int, rule: str, text: str) -> None:
        self.faults.append((path, line, rule, text))

    def run(self) -> int:
        checked = 0
        for path in self.paths:
            if path.endswith(CPP):
                checked += 1
                self.check_cpp(path)
            elif path.endswith(".py") or "/" not in path[len("scripts/") :] and path.startswith(("scripts/", ".ci/")):
                self.check_text(path)
            elif path.endswith((".cmake", "CMakeLists.txt")):
                self.check_licence(path, self.read(path))
                if path.startswith("modules/"):
                    self.check_links(path)
        self.check_parts()
        return checked

    def check_parts(self) -> None:
        parts: dict[str, set[str]] = {}
        for path in self.paths:
            if path.split("/")[0] in PRODUCT and path.endswith(CPP):
                parts.setdefault(posixpath.dirname(path), set()).add(Path(path).stem)
        for folder, names in parts.items():
            if len(names) > PARTS:
                self.fault(folder, 0, "parts", f"{len(names)} parts; a folder has at most {PARTS}")

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def check_licence(self, path: str, text: str) -> None:
        if not any("SPDX-License-Identifier: MIT" in line for line in text.split("\n")[:3]):
            self.fault(path, 1, "licence", "the first lines must have SPDX-License-Identifier: MIT")

    def check_length(self, path: str, text: str) -> None:
        lines = len(text.splitlines())
        if lines >= FILE_LINES:
            self.fault(path, lines, "length", f"{lines} lines; a file has fewer than {FILE_LINES}")

    def check_text(self, path: str) -> None:
        text = self.read(path)
        self.check_licence(path, text)
        self.check_length(path, text)
        if path.startswith("tests/"):
            self.report(path, PYTHON_SLEEP, text, "sleep", "waits for time to pass; wait for the event instead")

    def check_cpp(self, path: str) -> None:
        text = self.read(path)
        source = cpp_source.read(text)
        self.check_licence(path, text)
        self.check_length(path, text)
        self.report(path, CPP_SLEEP, source.code, "sleep", "waits for time to pass; wait for the event instead")
        if path.split("/")[0] not in PRODUCT:
            return
        for function in source.functions:
            if function.lines >= FUNCTION_LINES:
                self.fault(path, function.line, "length",
                           f"a function of {function.lines} lines; it has fewer than {FUNCTION_LINES}")
        for include in source.includes:
            self.check_include(path, include)
        self.check_words(path, source)

    def report(self, path: str, pattern: re.Pattern, code: str, rule: str, text: str) -> None:
        for match in pattern.finditer(code):
            self.fault(path, code.count("\n", 0, match.start()) + 1, rule, f"`{match.group().strip()}`: {text}")

    # The rules about words

    def may_have_sql(self, path: str) -> bool:
        return path.endswith("_store.cpp") or area_of(path) in ("src/storage", ENGINE)

    def check_words(self, path: str, source: cpp_source.Source) -> None:
        area = area_of(path)
        if area != WIRE:
            self.report(path, BEAST, source.code, "beast", "Beast stays in src/http/wire")
        if area != ENGINE:
            self.report(path, ENGINE_NAME, source.code, "engine", "SQLite stays in src/storage/sqlite")
        if not self.may_have_sql(path):
            for literal in source.literals:
                words = SQL.search(literal.text)
                if words:
                    self.fault(path, literal.line, "sql",
                               f"`{' '.join(words.group().split())}`: SQL stays in *_store.cpp and src/storage")
        if path != "src/main.cpp":
            self.report(path, ENVIRONMENT, source.code, "environment", "only src/main.cpp reads the environment")
        if area in ("include", BASE) or area.startswith("modules/"):
            self.report(path, CLOCK, source.code, "clock", "`now` is an argument, or comes from the injected Clock")
        if self.is_pure(path):
            self.report(path, IMPURE_CODE, source.code, "pure", "the rules know no JSON, no coroutine and no IO")

    def is_pure(self, path: str) -> bool:
        return path.startswith("modules/") and not LAYERS.search(Path(path).stem)

    # The rules about includes

    def resolve(self, path: str, include: cpp_source.Include) -> list[str]:
        """The files of the project that the include may mean: beside it if quoted, else by any folder that a target
        could have on its path."""
        folder = posixpath.dirname(path)
        beside = posixpath.normpath(posixpath.join(folder, include.path))
        if not include.angle and beside in self.known:
            return [beside]
        folders = ["", *FOLDERS]
        folders += sorted({posixpath.dirname(known) for known in self.known if known.startswith(("src/", "modules/"))})
        candidates = (posixpath.normpath(posixpath.join(start, include.path)) for start in folders)
        return sorted({candidate for candidate in candidates if candidate in self.known})

    def check_include(self, path: str, include: cpp_source.Include) -> None:
        area = area_of(path)
        if not include.path:
            self.fault(path, include.line, "direction", "an include that names no file cannot be checked")
            return
        if BEAST_INCLUDE.search(include.path) and area != WIRE:
            self.fault(path, include.line, "beast", f"{include.path}: Beast stays in src/http/wire")
        if ENGINE_INCLUDE.search(include.path) and area != ENGINE:
            self.fault(path, include.line, "engine", f"{include.path}: SQLite stays in src/storage/sqlite")
        if DATABASE_INCLUDE.search(include.path) and not self.may_have_sql(path):
            self.fault(path, include.line, "sql", f"{include.path}: SQL stays in *_store.cpp and src/storage")
        if self.is_pure(path) and IMPURE_INCLUDE.search(include.path):
            self.fault(path, include.line, "pure", f"{include.path}: the rules know no JSON, no coroutine and no IO")

        targets = self.resolve(path, include)
        if include.angle and STANDARD.match(include.path):
            targets = []
        if not targets and not include.angle:
            self.fault(path, include.line, "direction",
                       f'"{include.path}" is no file of the project; use <> for a package')
        allowed = [target for target in targets if may_include(area, area_of(target))]
        if targets and not allowed:
            self.fault(path, include.line, "direction", f"{area} must not include {targets[0]}")
        if area == "include" and not targets and include.angle:
            self.check_contract_package(path, include)

    def check_contract_package(self, path: str, include: cpp_source.Include) -> None:
        if STANDARD.match(include.path) or include.path.startswith(CONTRACT_PACKAGES):
            return
        self.fault(path, include.line, "contract",
                   f"<{include.path}>: a contract has the standard library and {', '.join(CONTRACT_PACKAGES)} alone")

    def check_links(self, path: str) -> None:
        own = path.split("/")[1]
        modules = {known.split("/")[1] for known in self.known if known.startswith("modules/") and known.count("/") > 1}
        others = (modules | {"http", "storage", "config", "core", "operations", "run", "cli"}) - {own}
        code = re.sub(r"#.*", "", self.read(path))
        for match in re.finditer(r"\bstagedoor_(\w+)", code):
            if match.group(1) in others:
                self.fault(path, code.count("\n", 0, match.start()) + 1, "link", f"must not name {match.group()}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    check = Check(parser.parse_args().root.resolve())
    checked = check.run()
    if checked == 0:
        print(f"no C++ file under {check.root}", file=sys.stderr)
        return 2
    for path, line, rule, text in sorted(check.faults):
        print(f"{path}:{line}: [{rule}] {text}")
    print(f"{checked} C++ files, {len(check.faults)} faults")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
