"""A first page comes compressed, and no page whose length could tell a visitor's secret."""

import gzip

import pytest

PLAIN, ZIPPED = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip, br"}


def test_a_first_visit_is_compressed(app, client):
    answer = client.get("/login", headers=ZIPPED)

    assert answer.headers["Content-Encoding"] == "gzip"
    page = gzip.decompress(answer.data)
    assert b"<h1" in page
    assert int(answer.headers["Content-Length"]) == len(answer.data) < len(page) / 2
    assert {"Accept-Encoding", "Cookie"} <= set(answer.vary)


def test_a_visitor_s_page_is_not(app, client):
    client.get("/login", headers=ZIPPED)

    answer = client.get("/login", headers=ZIPPED)

    assert "Content-Encoding" not in answer.headers
    assert {"Accept-Encoding", "Cookie"} <= set(answer.vary)


@pytest.mark.parametrize("headers", [PLAIN, {"Accept-Encoding": "gzip;q=0"}, {}])
def test_nobody_gets_what_they_cannot_read(app, client, headers):
    assert "Content-Encoding" not in client.get("/login", headers=headers).headers


def test_only_pages_are_compressed(app, client):
    assert "Content-Encoding" not in client.get("/api/openapi.json", headers=ZIPPED).headers
