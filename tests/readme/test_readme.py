# SPDX-License-Identifier: MIT
"""The README is run: its shell blocks and its examples, as they stand, against the built binary. A comment
`<!-- test: NAME -->` before a block says which test runs it."""

import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BINARY = Path(os.environ.get("STAGEDOOR_BINARY", ROOT / "build" / "release" / "stagedoor")).resolve()
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^(?:<!-- test: (?P<name>\w+) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
DEADLINE_SECONDS = 60


def block(name):
    """The one block of this name."""
    [text] = [found["text"] for found in BLOCK.finditer(README) if found["name"] == name]
    return text


@pytest.fixture
def checkout(tmp_path):
    """What a reader's folder has, as far as the blocks need it, but empty of databases."""
    (tmp_path / "build" / "release").mkdir(parents=True)
    (tmp_path / "build" / "release" / "stagedoor").symlink_to(BINARY)
    (tmp_path / "config").symlink_to(ROOT / "config")
    return tmp_path


def run(command, folder):
    """Exit code and output. What the command has started and left behind is killed."""
    with tempfile.TemporaryFile() as output:
        started = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = started.wait(timeout=DEADLINE_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            started.wait()
        output.seek(0)
        return code, output.read().decode()


@contextlib.contextmanager
def serving(arguments, folder):
    """A server on a free port; gives the port. Stopped, with exit code 0, at the end."""
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen(arguments, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
    try:
        ready, _, _ = select.select([server.stdout], [], [], DEADLINE_SECONDS)
        line = server.stdout.readline().decode() if ready else ""
        found = re.fullmatch(r"stagedoor listening on http://127\.0\.0\.1:(\d+)\n", line)
        assert found, f"{line!r}; its log:\n{(folder / 'server.log').read_text()}"
        yield found[1]
        server.terminate()
        assert server.wait(timeout=DEADLINE_SECONDS) == 0
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def test_every_block_is_run_or_says_why_not():
    names = [found["name"] for found in BLOCK.finditer(README)]
    assert sorted(names) == sorted(["scripts", "none", "sale", "serve", "commands", "python", "node", "cpp"])


def test_the_scripts_are_there():
    for line in block("scripts").splitlines():
        script = ROOT / line.split()[0]
        code, help_text = run([script, "--help"], ROOT)
        assert code == 0 and script.name in help_text


def test_the_sale_gives_the_statuses_that_it_says_as_often_as_it_is_pasted(checkout):
    sale = block("sale")
    expected = re.findall(r"^# (\d{3}):", sale, re.MULTILINE)
    with serving([BINARY, "demo", "--set", "server.port=0"], checkout) as port:
        assert sale.count(":8080/") == 1
        for _ in range(2):
            code, output = run(["bash", "-c", sale.replace(":8080/", f":{port}/")], checkout)
            assert code == 0, output
            statuses = re.findall(r"^=> (\d{3})$", output, re.MULTILINE)
            assert statuses == expected, output
            assert '"status":"WAITING"' in output and output.count('"status":"ADMITTED"') == 1
            assert re.search(r'"code":"not-admitted".*"position":[1-9]', output)
            [first, again] = re.findall(r'^\{"paymentId".*$', output, re.MULTILINE)
            assert first == again and output.count("Idempotent-Replay: true") == 1
            assert '"userId":"mina","balance":0,' in output
            assert '"reason":"PAID"' in output


def test_the_commands_work_on_the_server_that_is_shown(checkout):
    arguments = block("serve").split()
    arguments[arguments.index("server.port=8081")] = "server.port=0"
    with serving(arguments, checkout):
        code, output = run(["bash", "-e", "-c", block("commands")], checkout)
    assert code == 0, output
    assert "imported winter-gala-2026" in output
    assert "gala.db is sound\n" in output and "gala-copy.db is sound\n" in output
    assert '"state":"PAUSED"' in output


def test_the_table_of_settings_has_the_real_defaults():
    shown = re.findall(r"^\| `(\w+)\.(\w+)` \| `([^`]+)` \|", README, re.MULTILINE)
    assert len(shown) > 10
    defaults = tomllib.loads((ROOT / "config" / "stagedoor.toml").read_text(encoding="utf-8"))
    assert {(section, key): tomllib.loads(f"value = {value}")["value"] for section, key, value in shown} == {
        (section, key): defaults[section][key] for section, key, _ in shown
    }


def test_the_python_example_passes(checkout):
    (checkout / "test_sale.py").write_text(block("python"), encoding="utf-8")
    code, output = run([sys.executable, "-m", "pytest", "-W", "error", "test_sale.py"], checkout)
    assert code == 0 and "1 passed" in output, output


def node():
    """Node 18 or newer, which scripts/setup installs; the first on the PATH may be an older one."""
    for candidate in (shutil.which("node"), "/usr/bin/node"):
        if candidate and os.access(candidate, os.X_OK):
            version = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=True).stdout
            if int(version.lstrip("v").split(".")[0]) >= 18:
                return candidate
    raise AssertionError("there is no node 18 or newer: run scripts/setup")


def test_the_node_example_passes(checkout):
    (checkout / "sale.test.mjs").write_text(block("node"), encoding="utf-8")
    code, output = run([node(), "--test", "sale.test.mjs"], checkout)
    assert code == 0 and "# pass 1" in output.replace("\u2139", "#"), output


def test_the_cpp_example_compiles_and_passes(checkout):
    (checkout / "sale_test.cpp").write_text(block("cpp"), encoding="utf-8")
    code, output = run(["g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "sale_test.cpp", "-o", "sale_test"], checkout)
    assert code == 0, output
    code, output = run(["./sale_test"], checkout)
    assert code == 0, output
