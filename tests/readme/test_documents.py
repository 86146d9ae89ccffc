# SPDX-License-Identifier: MIT
"""What the documents name exists: files, folders and functions. (What the README shows is run by test_readme.py.)"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", *sorted(
    path.relative_to(ROOT).as_posix() for path in ROOT.glob("modules/*/README.md"))]
FOLDERS = "include|modules|src|tests|docs|config|scripts|cmake"
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(rf"(?<![\w./-])((?:{FOLDERS})/[\w./-]*\w)")
FILE = re.compile(r"^\w+\.(?:cpp|hpp|py|yaml|toml)$")
FUNCTION = re.compile(r"^(?:\w+::)*(\w+)\(\)$")


def text_of(document):
    return (ROOT / document).read_text(encoding="utf-8")


def sources():
    return "\n".join(path.read_text(encoding="utf-8") for folder in ("include", "modules", "src")
                     for path in (ROOT / folder).rglob("*.[ch]pp"))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_and_link_exists(document):
    text = text_of(document)
    links = [(ROOT / document).parent / link for link in re.findall(r"\]\(([^)#:]+)\)", text)]
    paths = [ROOT / path for path in PATH.findall(text)]
    assert links or paths or document.startswith("modules/")
    assert [str(path) for path in links + paths if not path.exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_named_without_its_folder_exists(document):
    known = {path.name for folder in FOLDERS.split("|") for path in (ROOT / folder).rglob("*")
             if "node_modules" not in path.parts}
    named = {name for name in CODE.findall(text_of(document)) if FILE.match(name)}
    assert named - known == set()


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_function_that_is_named_exists(document):
    named = {found[1] for name in CODE.findall(text_of(document)) if (found := FUNCTION.match(name))}
    assert len(named) > 2
    code = sources()
    assert {name for name in named if not re.search(rf"\b{name}\b", code)} == set()


def test_what_contributing_shows_as_a_diff_is_in_the_files():
    shown = re.findall(r"```diff\n(.*?)```", text_of("CONTRIBUTING.md"), re.DOTALL)
    assert [diff.count("+++ ") for diff in shown] == [3, 4, 2]
    for diff in shown:
        for part in re.split(r"^\+\+\+ ", diff, flags=re.MULTILINE)[1:]:
            path, *lines = part.rstrip("\n").split("\n")
            there = text_of(path).split("\n")
            assert lines and [line for line in lines if line.removeprefix("+") not in there] == [], path
