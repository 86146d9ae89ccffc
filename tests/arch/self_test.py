#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Shows that check_includes.py finds what it is there for: a small tree that is sound, and for each rule trees that
are not, each of which must be reported by that rule, in that file, on that line."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check_includes

CHECK = Path(__file__).with_name("check_includes.py")
SPDX = "// SPDX-License-Identifier: MIT\n"

# What the trees are made of: as little as has one file of every kind.
GOOD = {
    "include/stagedoor/queue.hpp": "#pragma once\n#include <string>\n#include <boost/asio/awaitable.hpp>\n"
                                   '#include "stagedoor/ids.hpp"\n',
    "include/stagedoor/ids.hpp": "#pragma once\n",
    "include/stagedoor/database.hpp": "#pragma once\n#include <variant>\n",
    "modules/queue/waiting_line.hpp": '#pragma once\n#include "stagedoor/ids.hpp"\n',
    "modules/queue/waiting_line.cpp": '#include "waiting_line.hpp"\n#include <queue>\n'
                                      "// boost::json, co_await, SELECT * FROM seats: in a comment all are allowed\n",
    "modules/queue/queue_api.cpp": '#include <boost/json/parse.hpp>\n'
                                   'const char* text = "select a seat from the map";\n',
    "modules/queue/queue_store.hpp": "#pragma once\nnamespace stagedoor { class Database; }\n",
    "modules/queue/queue_store.cpp": '#include "queue_store.hpp"\n#include "stagedoor/database.hpp"\n'
                                     'const char* sql = "SELECT 1 FROM token";\n',
    "modules/payment/payment_service.cpp": '#include "stagedoor/queue.hpp"\n',
    "src/base/ids.hpp": "#pragma once\n",
    "src/http/server.cpp": '#include "wire/parser.hpp"\n',
    "src/http/wire/parser.hpp": "#pragma once\n",
    "src/http/wire/parser.cpp": '#include "parser.hpp"\n#include <boost/beast/core.hpp>\nnamespace beast = boost::beast;\n',
    "src/storage/journal.cpp": '#include "stagedoor/database.hpp"\nconst char* sql = "SELECT 1 FROM clock";\n',
    "src/storage/sqlite/file.cpp": '#include "src/storage/journal.hpp"\n#include "stagedoor/database.hpp"\n'
                                   '#include <sqlite3.h>\nconst char* sql = "PRAGMA user_version";\n',
    "src/storage/sqlite/file.hpp": "#pragma once\n",
    "modules/reservation/hall/seats.hpp": "#pragma once\n",
    "modules/reservation/stock_service.cpp": '#include "hall/seats.hpp"\n',
    "modules/reservation/stock_service.hpp": "#pragma once\n",
    "src/storage/journal.hpp": "#pragma once\n",
    "src/config/config.hpp": "#pragma once\n",
    "src/core/core.hpp": '#pragma once\n#include "src/config/config.hpp"\n',
    "src/core/core.cpp": '#include "core.hpp"\n#include "../../modules/queue/waiting_line.hpp"\n'
                         '#include "storage/journal.hpp"\n',
    "src/operations/health.hpp": '#pragma once\n#include "src/core/core.hpp"\n',
    "src/run/program.hpp": '#pragma once\n#include "src/operations/health.hpp"\n',
    "src/cli/commands.hpp": '#pragma once\n#include "src/run/program.hpp"\n#include "src/config/config.hpp"\n',
    "src/main.cpp": '#include "cli/commands.hpp"\n#include <cstdlib>\nconst char* home = getenv("HOME");\n',
    "tests/unit/queue/waiting_line_test.cpp": '#include "waiting_line.hpp"\n',
}


def call(name: str) -> str:
    """A call of `name`, put together so that the check does not find it in this file."""
    return f"{name}(1);"


def plant(folder: str, changes: dict[str, str | None]) -> None:
    for path, text in {**GOOD, **changes}.items():
        if text is None:
            continue
        file = Path(folder) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        bare = path.endswith((".py", ".txt")) or text.startswith("!")
        file.write_text(text.removeprefix("!") if bare else SPDX + text, encoding="utf-8")


class Tree(unittest.TestCase):
    def faults_of(self, changes: dict[str, str | None]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            plant(folder, changes)
            check = check_includes.Check(Path(folder))
            check.run()
            return [f"{path}:{line}: [{rule}] {text}" for path, line, rule, text in sorted(check.faults)]

    def assert_fault(self, changes: dict[str, str | None], *starts: str) -> None:
        """Exactly the faults that begin with `starts` are reported, in this order."""
        lines = self.faults_of(changes)
        self.assertEqual([line.split("]")[0] + "]" for line in lines], list(starts), "\n".join(lines))

    def assert_sound(self, changes: dict[str, str | None]) -> None:
        self.assertEqual(self.faults_of(changes), [])


class Whole(Tree):
    """The check as ctest runs it."""

    def run_check(self, folder: str) -> tuple[int, str]:
        done = subprocess.run([sys.executable, str(CHECK), "--root", folder], capture_output=True, text=True)
        return done.returncode, done.stdout

    def test_sound_tree(self):
        with tempfile.TemporaryDirectory() as folder:
            plant(folder, {})
            status, output = self.run_check(folder)
            self.assertEqual((status, output.count("\n")), (0, 1), output)

    def test_tree_with_fault(self):
        with tempfile.TemporaryDirectory() as folder:
            plant(folder, {"src/http/other.cpp": '#include "queue/waiting_line.hpp"\n'})
            status, output = self.run_check(folder)
            self.assertEqual(status, 1)
            self.assertIn("src/http/other.cpp:2: [direction] src/http must not include modules/queue/", output)

    def test_nothing_to_check(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.run_check(folder)[0], 2)


class Direction(Tree):
    def test_folder_within_an_area(self):
        for path, include in (("src/storage/journal.hpp", '"sqlite/file.hpp"'),
                              ("src/http/wire/parser.hpp", '"../router.hpp"'),
                              ("src/run/program.cpp", '"src/http/wire/parser.hpp"'),
                              ("modules/reservation/hall/seats.hpp", '"../stock_service.hpp"')):
            with self.subTest(path):
                tree = {"src/http/router.hpp": "#pragma once\n", path: f"#include {include}\n"}
                self.assert_fault(tree, f"{path}:2: [direction]")

    def test_contract_includes_module(self):
        for include in ('"queue/waiting_line.hpp"', '"waiting_line.hpp"', '"../../modules/queue/waiting_line.hpp"'):
            with self.subTest(include):
                self.assert_fault({"include/stagedoor/ids.hpp": f"#include {include}\n"},
                                  "include/stagedoor/ids.hpp:2: [direction]")

    def test_contract_includes_source(self):
        self.assert_fault({"include/stagedoor/ids.hpp": '#include "core/core.hpp"\n'},
                          "include/stagedoor/ids.hpp:2: [direction]")

    def test_module_includes_another(self):
        for include in ('"queue/waiting_line.hpp"', '"../queue/waiting_line.hpp"', '"modules/queue/waiting_line.hpp"',
                        "<queue/waiting_line.hpp>", '"waiting_line.hpp"', "<waiting_line.hpp>"):
            with self.subTest(include):
                text = f"#include <string>\n  #  include {include}\n"
                self.assert_fault({"modules/payment/payment_service.cpp": text},
                                  "modules/payment/payment_service.cpp:3: [direction]")

    def test_module_includes_source(self):
        for include in ('"../../src/storage/journal.hpp"', "<src/storage/journal.hpp>", '"storage/journal.hpp"',
                        '"core.hpp"'):
            with self.subTest(include):
                self.assert_fault({"modules/payment/payment_service.cpp": f"#include {include}\n"},
                                  "modules/payment/payment_service.cpp:2: [direction]")

    def test_source_library_includes_module(self):
        for library in ("base", "http", "storage"):
            with self.subTest(library):
                path = f"src/{library}/other.cpp"
                self.assert_fault({path: '#include "queue/waiting_line.hpp"\n'}, f"{path}:2: [direction]")

    def test_source_library_includes_another(self):
        self.assert_fault({"src/http/other.cpp": '#include "storage/journal.hpp"\n'},
                          "src/http/other.cpp:2: [direction]")
        self.assert_fault({"src/storage/other.cpp": '#include "../core/core.hpp"\n'},
                          "src/storage/other.cpp:2: [direction]")

    def test_source_library_includes_room(self):
        for library in ("base", "http", "storage"):
            for room in ("config/config", "core/core", "run/program"):
                with self.subTest(f"{room} in {library}"):
                    path = f"src/{library}/other.cpp"
                    self.assert_fault({path: f'#include "src/{room}.hpp"\n'}, f"{path}:2: [direction]")

    def test_room_includes_one_above(self):
        headers = ("config/config", "core/core", "operations/health", "run/program", "cli/commands")
        self.assertEqual(tuple(f"src/{header.split('/')[0]}" for header in headers), check_includes.ROOMS)
        for place, header in enumerate(headers):
            path = f"src/{header.split('/')[0]}/other.cpp"
            for other in headers[:place]:
                with self.subTest(f"{other} in {path}"):
                    self.assert_sound({path: f'#include "src/{other}.hpp"\n'})
            for other in headers[place + 1 :]:
                with self.subTest(f"{other} in {path}"):
                    self.assert_fault({path: f'#include "src/{other}.hpp"\n'}, f"{path}:2: [direction]")

    def test_main_includes_room_below_the_command_line(self):
        self.assert_fault({"src/main.cpp": '#include "src/run/program.hpp"\n'}, "src/main.cpp:2: [direction]")

    def test_main_includes_module(self):
        self.assert_fault({"src/main.cpp": '#include "queue/waiting_line.hpp"\n'}, "src/main.cpp:2: [direction]")

    def test_product_includes_tests(self):
        self.assert_fault({"tests/support/fake.hpp": "#pragma once\n",
                           "src/core/core.cpp": '#include "support/fake.hpp"\n'}, "src/core/core.cpp:2: [direction]")

    def test_quoted_include_of_no_file(self):
        self.assert_fault({"src/core/core.cpp": '#include "gone.hpp"\n'}, "src/core/core.cpp:2: [direction]")

    def test_include_by_macro(self):
        self.assert_fault({"src/core/core.cpp": "#include CONFIG_FILE\n"}, "src/core/core.cpp:2: [direction]")

    def test_include_behind_comment(self):
        self.assert_fault({"modules/payment/payment_service.cpp": '#include /* so */ "../queue/waiting_line.hpp"\n'},
                          "modules/payment/payment_service.cpp:2: [direction]")

    def test_commented_include_is_none(self):
        self.assert_sound({"modules/payment/payment_service.cpp":
                           '// #include "core.hpp"\n/*\n#include "core.hpp"\n*/\nconst char* x = R"(\n"#include")";\n'})


class Packages(Tree):
    def test_contract_with_other_package(self):
        for include in ("<spdlog/logger.h>", "<fmt/format.h>", "<sys/socket.h>", "<toml++/toml.h>"):
            with self.subTest(include):
                self.assert_fault({"include/stagedoor/ids.hpp": f"#include {include}\n"},
                                  "include/stagedoor/ids.hpp:2: [contract]")

    def test_beast_elsewhere(self):
        for text in ("#include <boost/beast/http.hpp>\n", '#include "boost/beast.hpp"\n',
                     "using boost::beast::http::verb;\n", "beast::flat_buffer b;\n"):
            with self.subTest(text):
                faults = ["src/core/core.cpp:2: [beast]"]
                if '"' in text:
                    faults.append("src/core/core.cpp:2: [direction]")
                self.assert_fault({"src/core/core.cpp": text}, *faults)

    def test_engine_elsewhere(self):
        for text in ("#include <SQLiteCpp/Database.h>\n", "#include <sqlite3.h>\n", "SQLite::Statement* s;\n",
                     "int r = sqlite3_step(nullptr);\n"):
            for path in ("modules/queue/queue_service.cpp", "modules/queue/queue_store.cpp", "src/core/core.cpp"):
                with self.subTest(f"{text} in {path}"):
                    self.assert_fault({path: text}, f"{path}:2: [engine]")

    def test_engine_in_contract(self):
        self.assert_fault({"include/stagedoor/database.hpp": "#include <SQLiteCpp/Database.h>\n"},
                          "include/stagedoor/database.hpp:2: [contract]", "include/stagedoor/database.hpp:2: [engine]")

    def test_database_outside_of_stores(self):
        for path in ("modules/queue/queue_service.cpp", "modules/queue/queue_store.hpp", "src/core/core.cpp"):
            with self.subTest(path):
                self.assert_fault({path: '#include "stagedoor/database.hpp"\n'}, f"{path}:2: [sql]")

    def test_base_includes_contract(self):
        self.assert_fault({"src/base/ids.hpp": '#include "stagedoor/queue.hpp"\n'}, "src/base/ids.hpp:2: [direction]")

    def test_sql_elsewhere(self):
        for sql in ('"SELECT seat FROM hold"', '"INSERT INTO hold VALUES (1)"',
                    '"UPDATE account SET balance = 0"', '"UPDATE account "\n"SET balance = 0"', '"DELETE FROM hold"',
                    '"CREATE TABLE hold (x)"', 'R"sql(\nDELETE FROM hold)sql"', '"delete from hold where x = 1"',
                    '"PRAGMA user_version"', '"select a, b from hold where x"',
                    'u8"CREATE UNIQUE INDEX i ON hold (x)"'):
            with self.subTest(sql):
                self.assert_fault({"modules/queue/queue_service.cpp": f"const auto sql = {sql};\n"},
                                  "modules/queue/queue_service.cpp:2: [sql]")

    def test_words_that_are_not_sql(self):
        self.assert_sound({"modules/queue/queue_api.cpp": 'const char* a = "update the seat map, then select a seat";\n'
                                                          'const char* b = "SELECTED"; const char* c = "SOLD_OUT";\n'
                                                          'const char* d = "delete from here on";\n'})


class Purity(Tree):
    def test_rules_with_json_coroutine_or_io(self):
        for text in ("#include <boost/json/value.hpp>\n", "#include <boost/asio/steady_timer.hpp>\n",
                     "#include <fstream>\n", "boost::json::value v;\n", "auto x = co_await y;\n"):
            with self.subTest(text):
                self.assert_fault({"modules/queue/waiting_line.cpp": text}, "modules/queue/waiting_line.cpp:2: [pure]")
                for layer in ("queue_api", "queue_service", "queue_store", "catalogue_file"):
                    self.assert_sound({f"modules/queue/{layer}.cpp": text})

    def test_clock(self):
        for text in ("auto now = std::chrono::system_clock::now();\n", "auto t = steady_clock :: now();\n",
                     "auto t = time(nullptr);\n", "int r = clock_gettime(CLOCK_REALTIME, &ts);\n"):
            with self.subTest(text):
                self.assert_fault({"modules/queue/queue_service.cpp": text},
                                  "modules/queue/queue_service.cpp:2: [clock]")
                self.assert_sound({"src/core/core.cpp": text})

    def test_environment(self):
        self.assert_fault({"src/core/core.cpp": 'auto home = std::getenv("HOME");\n'},
                          "src/core/core.cpp:2: [environment]")

    def test_sleep(self):
        for name in ("std::this_thread::" + "sleep_for", "u" + "sleep", "std::this_thread::" + "sleep_until", "sleep"):
            for path in ("src/core/core.cpp", "modules/queue/queue_service.cpp",
                         "tests/unit/queue/waiting_line_test.cpp"):
                with self.subTest(f"{name} in {path}"):
                    self.assert_fault({path: call(name) + "\n"}, f"{path}:2: [sleep]")

    def test_python_sleep(self):
        text = "# SPDX-License-Identifier: MIT\nimport time\n" + call("time." + "sleep") + "\n"
        self.assert_fault({"tests/integration/test_x.py": text}, "tests/integration/test_x.py:3: [sleep]")

    def test_link(self):
        licence = "# SPDX-License-Identifier: MIT\n"
        link = "stagedoor_library(stagedoor_payment SOURCES a.cpp LINK stagedoor_contracts"
        path = "modules/payment/CMakeLists.txt"
        self.assert_sound({path: f"{licence}{link})\n"})
        self.assert_fault({path: f"{licence}{link} stagedoor_queue)\n"}, f"{path}:2: [link]")
        self.assert_fault({path: f"{licence}{link} stagedoor_storage)\n"}, f"{path}:2: [link]")


class Form(Tree):
    def test_licence(self):
        self.assert_fault({"src/core/core.cpp": "!\n"}, "src/core/core.cpp:1: [licence]")
        self.assert_fault({"src/core/CMakeLists.txt": "add_library(x)\n"}, "src/core/CMakeLists.txt:1: [licence]")
        self.assert_fault({"tests/x.py": "pass\n"}, "tests/x.py:1: [licence]")
        self.assert_fault({"scripts/start": "!#!/bin/bash\n"}, "scripts/start:1: [licence]")

    def test_length_of_file(self):
        self.assert_sound({"src/core/core.cpp": "\n" * 498})
        self.assert_fault({"src/core/core.cpp": "\n" * 499}, "src/core/core.cpp:500: [length]")

    def test_length_of_function(self):
        def body(lines: int) -> str:
            return "    // {\n    call({1}, \"}\", '}', R\"(})\", 1'000);\n" + "    x();\n" * (lines - 4)

        heads = ("void f() {", "auto f(int a = {}) -> int {", "C::C(int a) : a_{a}, b_{} {",
                 "template <class T> T f(T t) {",
                 "namespace a { class alignas(8) B : C {\nvoid f() const {", "[[nodiscard]] bool f(X x = X{1}) {",
                 'extern "C" {\nint f(void) {', "constexpr std::array table{1, 2};\nstruct B {};\nint f() {",
                 "#define X {\nstruct A { int a = 0; };\nA f() {", "const auto f = [](int) {")
        for head in heads:
            with self.subTest(head):
                line = 2 + head.count("\n")
                self.assert_sound({"src/core/core.cpp": f"{head}\n{body(69)}}}\n"})
                self.assert_fault({"src/core/core.cpp": f"{head}\n{body(70)}}}\n"},
                                  f"src/core/core.cpp:{line}: [length]")

    def test_parts_of_a_folder(self):
        def parts(folder: str, count: int) -> dict[str, str]:
            names = [f"{folder}/part{number}" for number in range(count)]
            return {f"{name}{suffix}": "int x;\n" for name in names for suffix in (".hpp", ".cpp")}

        for folder in ("include/stagedoor/more", "modules/seats", "src/more"):
            beside = {f"{folder}/CMakeLists.txt": "# SPDX-License-Identifier: MIT\n", f"{folder}/README.md": "!#\n"}
            with self.subTest(folder):
                self.assert_sound({**parts(folder, 12), **beside})
                self.assert_fault({**parts(folder, 13), **beside}, f"{folder}:0: [parts]")
        self.assert_sound(parts("tests/unit/queue", 13))

    def test_long_class_is_no_function(self):
        members = "    int f() { return 1; }\n    int a = 1;\n" * 60
        self.assert_sound({"src/core/core.cpp": f"namespace x {{\nclass A : public B {{\npublic:\n{members}}};\n}}\n",
                           "src/core/core.hpp": "constexpr std::array t{\n" + "    S{f(1), 2},\n" * 100 + "};\n"})


if __name__ == "__main__":
    unittest.main()
