# SPDX-License-Identifier: MIT
"""Every error of the document is explained by the server that sends it."""

import pytest

from support.openapi import DOCUMENT, contract




def test_each_code_has_a_page_of_its_own(client):
    bodies = {}
    for code in contract().codes:
        page = client.get(f"/problems/{code}")
        assert page.status == 200, code
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        text = page.body.decode("utf-8")
        assert code in text and str(contract().codes[code]) in text
        assert text.lstrip().lower().startswith("<!doctype html>")
        bodies[code] = text
    assert len(set(bodies.values())) == len(bodies)


@pytest.mark.parametrize("code", ["nonsense", "seat-taken-", "..%2f", "%3Cscript%3E"])
def test_no_other_has(client, code):
    client.get(f"/problems/{code}").problem(404, "not-found")


def test_the_type_of_a_problem_is_where_its_page_is(client):
    refusal = client.poll(None).problem(401, "token-missing")
    assert client.get(refusal["type"]).status == 200


def test_the_document_is_served_as_it_is(client):
    answer = client.get("/api/v1/openapi.yaml")
    assert answer.headers["content-type"].split(";")[0] == "application/yaml"
    assert answer.body == DOCUMENT.read_bytes()
