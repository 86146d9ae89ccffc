# SPDX-License-Identifier: MIT
"""Reads a C++ file as far as the check of the architecture needs it: no comments, the string literals apart, and
how long each function is. Not a parser: it knows the shapes that clang-format leaves."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""
      //(?:[^\n\\]|\\.|\\\n)*                                    # a comment to the end of the line
    | /\*.*?\*/                                                  # a comment in one piece
    | (?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\((?P<raw>.*?)\)(?P=mark)"  # a raw string
    | (?:u8|[uUL])?"(?P<text>(?:[^"\\\n]|\\.)*)"                 # a string
    | (?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+'                        # a character, not 1'000
    """,
    re.VERBOSE | re.DOTALL,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*(?:include|include_next|import)[ \t]*(.*)$', re.MULTILINE)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.MULTILINE)
_TRANSPARENT = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b")
_ATTRIBUTE = re.compile(r"\[\[.*?\]\]|\balignas\s*\([^()]*\)", re.DOTALL)


@dataclass
class Include:
    line: int
    path: str  # "" where the directive names no file (a macro)
    angle: bool


@dataclass
class Literal:
    line: int
    text: str  # literals that only white space separates are one, as for the compiler


@dataclass
class Function:
    line: int
    lines: int


@dataclass
class Source:
    code: str = ""  # without comments, with empty literals; its lines are those of the file
    includes: list[Include] = field(default_factory=list)
    literals: list[Literal] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)


def _newlines(text: str) -> str:
    return "\n" * text.count("\n")


def _in_include(text: str, at: int) -> bool:
    start = text.rfind("\n", 0, at) + 1
    return _INCLUDE.match(text, start, max(at, text.find("\n", at))) is not None


def read(text: str) -> Source:
    source = Source()
    code: list[str] = []
    bare: list[str] = []  # without comments only, for the includes
    end = 0
    joins = False  # whether the next literal continues the one before
    for match in _TOKEN.finditer(text):
        between = text[end : match.start()]
        code.append(between)
        bare.append(between)
        token = match.group()
        joins = joins and not between.strip()
        if token.startswith(("//", "/*")):
            code.append(" " + _newlines(token))
            bare.append(" " + _newlines(token))
        else:
            content = match.group("raw") if match.group("raw") is not None else match.group("text")
            if content is None or _in_include(text, match.start()):
                joins = False
            elif joins:
                source.literals[-1].text += content
            else:
                source.literals.append(Literal(text.count("\n", 0, match.start()) + 1, content))
                joins = True
            code.append(('""' if content is not None else "' '") + _newlines(token))
            bare.append(token)
        end = match.end()
    code.append(text[end:])
    bare.append(text[end:])
    source.code = "".join(code)
    source.includes = _includes("".join(bare))
    source.functions = _functions(_DIRECTIVE.sub(lambda m: _newlines(m.group()), source.code))
    return source


def _includes(text: str) -> list[Include]:
    found = []
    for match in _INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        named = re.match(r'(?:"([^"]*)"|<([^>]*)>)', match.group(1))
        if named is None:
            found.append(Include(line, "", False))
        else:
            found.append(Include(line, named.group(1) or named.group(2) or "", named.group(2) is not None))
    return found


def _functions(code: str) -> list[Function]:
    """Each block of code that stands in no other: the bodies of functions, and lambdas outside of them."""
    found: list[Function] = []
    # "open" (a namespace, a class), "function" or "block", and how many parentheses are open around it
    scopes: list[tuple[str, int]] = []
    parentheses = 0
    head = 0  # where the declaration at hand begins
    line_of = _line_index(code)

    def outside() -> bool:
        return parentheses == 0 and all(kind == "open" for kind, _ in scopes)

    def kind_of(before: str) -> str:
        if not outside():
            return "block"
        before = _ATTRIBUTE.sub("", before)
        if "(" in before:
            return "function"
        return "open" if _TRANSPARENT.search(before) else "block"

    for at, character in enumerate(code):
        if character == "(":
            parentheses += 1
        elif character == ")":
            parentheses = max(0, parentheses - 1)
        elif character == ";" and outside():
            head = at + 1
        elif character == "{":
            scopes.append((kind_of(code[head:at]), parentheses))
            parentheses = 0
            if scopes[-1][0] == "open":
                head = at + 1
        elif character == "}" and scopes:
            kind, parentheses = scopes.pop()
            # `a_{1}, b_{2} {` and `X{1}.y()`: the declaration goes on behind such a brace.
            if outside() and not (kind != "open" and re.match(r"\s*[,{(.)]", code[at + 1 : at + 200])):
                if kind == "function":
                    first = line_of(head + len(code[head:at]) - len(code[head:at].lstrip()))
                    found.append(Function(first, line_of(at) - first + 1))
                head = at + 1
    return found


def _line_index(code: str):
    starts = [0] + [at + 1 for at, character in enumerate(code) if character == "\n"]
    return lambda at: bisect_right(starts, at)
