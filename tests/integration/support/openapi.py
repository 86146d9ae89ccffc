# SPDX-License-Identifier: MIT
"""docs/openapi.yaml as a judge: every answer that a test sees must be one that the document promises."""

import functools
import json
import re
from datetime import datetime
from pathlib import Path

import jsonschema
import yaml

DOCUMENT = Path(__file__).parents[3] / "docs" / "openapi.yaml"
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


class ContractViolation(AssertionError):
    """An answer that the document does not promise."""


formats = jsonschema.FormatChecker()


@formats.checks("date-time", raises=ValueError)
def _is_date_time(value):
    if isinstance(value, str):
        datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
    return True


def _refuse_duplicates(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ContractViolation(f"a name is there twice in an object: {names}")
    return dict(pairs)


def _refuse_constant(text):
    raise ContractViolation(f"{text} is not JSON")


def strict_json(body):
    """Parses bytes as an answer must be written: UTF-8, no duplicate names, no NaN."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_refuse_duplicates,
                          parse_constant=_refuse_constant)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ContractViolation(f"not JSON in UTF-8: {error}: {body[:200]!r}") from error


class Contract:
    """The document with every reference resolved. Schemas are compiled once and verdicts remembered."""

    def __init__(self, document):
        self._document = document
        self.paths = {path: self._resolved(item) for path, item in document["paths"].items()}
        self._templates = [(re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path)
                           for path in sorted(self.paths, key=lambda path: path.count("{"))]
        self._problems = self._problem_schemas()
        self._validators = {}
        self._accepted = set()

    @classmethod
    def load(cls, path=DOCUMENT):
        with open(path, encoding="utf-8") as file:
            return cls(yaml.safe_load(file))

    @property
    def codes(self):
        """Every `code` of a problem with its status."""
        return {code: schema["allOf"][1]["properties"]["status"]["const"]
                for code, schema in self._problems.items()}

    def template_of(self, target):
        """The path of the document that a request target belongs to, or None."""
        path = target.split("?", 1)[0]
        for pattern, template in self._templates:
            if pattern.match(path):
                return template
        return None

    def schema(self, name):
        """A schema of the document's components."""
        return self._at(f"#/components/schemas/{name}")

    def methods_of(self, template):
        return {method.upper() for method in METHODS if method in self.paths[template]}

    def check(self, method, target, status, headers, body):
        """Raises ContractViolation unless the document promises this answer. `headers`: lower-case name to value."""
        where = f"{method} {target} → {status} {body[:300]!r}"
        try:
            self._check(method, target, status, headers, body)
        except ContractViolation as violation:
            raise ContractViolation(f"{where}: {violation}") from None

    def _check(self, method, target, status, headers, body):
        template = self.template_of(target)
        self._require(headers.get("cache-control") == self.cache_control(template, method, status),
                      f"Cache-Control is {headers.get('cache-control')!r}")
        if status >= 400 and method != "HEAD":
            self.check_problem(status, headers, body)
        if template is None:
            if method == "OPTIONS" and target == "*":
                return self._check_options(status, headers)
            if status == 404 and method != "HEAD":
                self._require(strict_json(body)["code"] == "not-found", "a path of nobody's is `not-found`")
            return self._require(status >= 400, "the document does not know this path")
        known = self.methods_of(template)
        if method == "OPTIONS":
            return self._check_options(status, headers, known)
        if method == "HEAD" and "GET" in known:
            self._require(not body, "HEAD has no body")
            return self._response(template, "GET", status)
        if method not in known:
            return self._check_not_allowed(status, headers, known)
        response = self._response(template, method, status)
        self._check_headers(response, headers)
        return self._check_body(response, (template, method, status), headers, body)

    def cache_control(self, template, method, status):
        """What this answer must say to caches: what the document has, which is `no-store` where it has nothing."""
        operation = self.paths.get(template, {}).get("get" if method == "HEAD" else method.lower(), {})
        headers = operation.get("responses", {}).get(str(status), {}).get("headers", {})
        return headers["Cache-Control"]["schema"]["const"] if "Cache-Control" in headers else "no-store"

    def _check_options(self, status, headers, known=frozenset()):
        self._require(status == 204, "OPTIONS is 204")
        self._check_allow(headers, known)

    def _check_not_allowed(self, status, headers, known):
        if status == 405:
            self._check_allow(headers, known)
        self._require(status in (405, 400, 408, 413, 414, 417, 431, 501, 503, 505),
                      "a method that the document does not have here is 405")

    def _check_allow(self, headers, known):
        allowed = set(re.split(r"\s*,\s*", headers.get("allow", "")))
        expected = set(known) | {"OPTIONS"} | ({"HEAD"} if "GET" in known else set())
        if known:
            self._require(allowed == expected, f"Allow is {sorted(allowed)}, not {sorted(expected)}")

    def _response(self, template, method, status):
        responses = self.paths[template][method.lower()]["responses"]
        self._require(str(status) in responses, "a status that the document does not have here")
        return responses[str(status)]

    def _check_headers(self, response, headers):
        for name, header in response.get("headers", {}).items():
            value = headers.get(name.lower())
            if value is None:
                self._require(not header.get("required"), f"the header {name} is missing")
            else:
                self._validate(("header", name, str(header["schema"])), header["schema"], value)

    def _check_body(self, response, key, headers, body):
        content = response.get("content")
        if content is None:
            self._require(not body, "this answer has no body")
            return
        media = headers.get("content-type", "").split(";")[0].strip()
        self._require(media in content, f"Content-Type {media!r} is none of {sorted(content)}")
        schema = content[media]["schema"]
        if media in ("application/json", "application/problem+json"):
            self._require(headers["content-type"] == media, "JSON needs no parameter")
            self._validate_bytes((*key, media), schema, body)
        else:
            self._validate((*key, media), schema, body.decode("utf-8"))

    def check_problem(self, status, headers, body):
        """Raises ContractViolation unless this is one of the document's problems."""
        self._require(headers.get("content-type") == "application/problem+json", "an error is a problem")
        self._require(headers.get("cache-control") == "no-store", "an error is kept by no cache")
        problem = strict_json(body)
        code = problem.get("code")
        self._require(code in self._problems, f"the code {code!r} is not of the document")
        self._validate(("problem", code), self._problems[code], problem)
        self._require(problem["status"] == status, "`status` differs from the status line")
        if status == 401:
            self._require(headers.get("www-authenticate") == "Bearer", "401 has WWW-Authenticate")
        if status in (429, 503):
            self._require(headers.get("retry-after", "").isdigit(), "503 has Retry-After")
        if status == 405:
            self._require("allow" in headers, "405 has Allow")

    def _validate_bytes(self, key, schema, body):
        if (key, body) in self._accepted:
            return
        self._validate(key, schema, strict_json(body))
        self._accepted.add((key, body))

    def _validate(self, key, schema, value):
        validator = self._validators.get(key)
        if validator is None:
            jsonschema.Draft202012Validator.check_schema(schema)
            validator = jsonschema.Draft202012Validator(schema, format_checker=formats)
            self._validators[key] = validator
        error = jsonschema.exceptions.best_match(validator.iter_errors(value))
        if error is not None:
            raise ContractViolation(f"{error.json_path}: {error.message[:400]}")

    def _problem_schemas(self):
        found = {}
        for schema in self._document["components"]["schemas"].values():
            if schema.get("allOf", [{}])[0].get("$ref") == "#/components/schemas/Problem":
                resolved = self._resolved(schema)
                found[resolved["allOf"][1]["properties"]["code"]["const"]] = resolved
        return found

    def _resolved(self, node):
        if isinstance(node, list):
            return [self._resolved(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return self._at(node["$ref"])
        return {name: self._resolved(value) for name, value in node.items()}

    @functools.lru_cache(maxsize=None)
    def _at(self, reference):
        node = self._document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step.replace("~1", "/").replace("~0", "~")]
        return self._resolved(node)

    @staticmethod
    def _require(holds, what):
        if not holds:
            raise ContractViolation(what)


@functools.lru_cache(maxsize=1)
def contract():
    """The one document of this run."""
    return Contract.load()


