"""What is counted, and how it is read: JSON for people, text for Prometheus."""

import threading
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.core import metrics
from app.core.metrics import quantile
from app.security.tokens import create_token
from tests.factories import make_product, make_user
from tests.security.test_login import sign_in

URL = "/api/monitoring/metrics"
# As Prometheus 3 sends it.
PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
ROUTE = "/products/<slug>"
FOUND, MISSING = {"route": ROUTE, "status": "200"}, {"route": ROUTE, "status": "404"}


@pytest.fixture
def program(app):
    return {"Authorization": f"Bearer {create_token('tests', ['monitoring:read'])}"}


def value(document, name, **labels):
    """The counter's value for these labels, 0 when nothing was counted."""
    return sum(
        entry["value"]
        for entry in document["counters"].get(name, [])
        if labels.items() <= entry["labels"].items()
    )


def timed(document, **labels):
    return sum(
        entry["count"]
        for entry in document["timings"].get("request_seconds", [])
        if labels.items() <= entry["labels"].items()
    )


def test_requests_are_counted_by_route_and_status(app, client, program):
    make_product(slug="cup")
    before = client.get(URL, headers=program).json

    client.get("/products/cup")
    client.get("/products/cup?sku=NOPE")
    client.get("/products/nope")

    after = client.get(URL, headers=program).json
    assert value(after, "responses", **FOUND) == value(before, "responses", **FOUND) + 1
    assert value(after, "responses", **MISSING) == value(before, "responses", **MISSING) + 2
    assert timed(after, route=ROUTE, method="GET") == timed(before, route=ROUTE, method="GET") + 3


def test_addresses_that_are_not_there_share_one_entry(app, client, program):
    before = client.get(URL, headers=program).json

    client.get("/nope/1")
    client.get("/nope/2")

    after = client.get(URL, headers=program).json
    assert value(after, "responses", route="none") == value(before, "responses", route="none") + 2
    assert "/nope" not in str(after)


def test_methods_that_somebody_invents_share_one_entry(app, client, program):
    client.open("/", method="BREW")
    client.open("/", method="STEEP")

    methods = {
        entry["labels"]["method"]
        for entry in client.get(URL, headers=program).json["timings"]["request_seconds"]
    }
    assert "other" in methods
    assert not {"BREW", "STEEP"} & methods


def test_failures_are_counted_too(app, client, program):
    app.add_url_rule("/broken", "broken", lambda: 1 / 0)
    client.get("/broken")

    assert value(client.get(URL, headers=program).json, "responses", route="/broken", status="500") >= 1


def test_the_document_has_the_sockets_in_it(app, client, program):
    document = client.get(URL, headers=program).json

    assert document["websocket"]["status"] == "down"
    assert document["at"].endswith("+00:00")


@pytest.mark.parametrize(
    ("query", "accept", "is_text"),
    [
        ("", "*/*", False),
        ("", "", False),
        ("", "application/json", False),
        ("", "text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("", "application/json,text/plain;q=0.5", False),
        ("?format=json", "*/*", False),
        ("?format=prometheus", "*/*", True),
        ("?format=prometheus", "application/json", True),
        ("", "text/plain", True),
        ("", "text/plain;version=0.0.4", True),
        ("", PROMETHEUS, True),
    ],
)
def test_who_gets_text_and_who_gets_json(app, client, program, query, accept, is_text):
    answer = client.get(URL + query, headers={**program, "Accept": accept})

    assert answer.content_type == (
        "text/plain; version=0.0.4; charset=utf-8" if is_text else "application/json"
    )


def test_the_text_is_what_prometheus_reads(app, client, program):
    client.get("/")

    text = client.get(f"{URL}?format=prometheus", headers=program).text

    families = {family.name for family in text_string_to_metric_families(text)}
    assert {"liveshelf_responses", "liveshelf_request_seconds", "liveshelf_live_connections"} <= families


def test_who_may_read_them(app, client, program):
    other = {"Authorization": f"Bearer {create_token('other', ['inventory:read'])}"}

    assert client.get(URL, headers=program).status_code == 200
    assert client.get(URL).status_code == 401
    assert client.get(URL, headers=other).status_code == 403


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("staff", 403), ("shopper", 403)])
def test_of_all_people_only_admins_may_read_them(app, client, role, status):
    make_user(role, email="who@example.test")
    sign_in(client, "who@example.test")

    assert client.get(URL).status_code == status


@pytest.mark.parametrize(
    ("buckets", "share", "bound"),
    [
        ([], 0.5, None),
        ([(0.1, 0), (float("inf"), 0)], 0.5, None),
        ([(0.1, 1), (1.0, 2), (float("inf"), 2)], 0.5, 0.1),
        ([(0.1, 1), (1.0, 2), (float("inf"), 2)], 0.51, 1.0),
        ([(0.1, 1), (1.0, 1), (float("inf"), 2)], 0.99, None),
    ],
)
def test_a_percentile_is_the_bound_of_its_bucket(buckets, share, bound):
    assert quantile(buckets, share) == bound


def test_a_counter_without_labels_counts(app):
    metrics.count("of_this_test")
    metrics.count("of_this_test", 2)

    assert metrics.totals()["counters"]["of_this_test"] == [{"labels": {}, "value": 3.0}]


def test_two_threads_that_count_for_the_first_time_make_one_counter(app, monkeypatch):
    made, usual = [], metrics.Counter

    def make_slowly(*args):
        time.sleep(0.05)
        made.append(usual(*args))
        return made[-1]

    monkeypatch.setattr(metrics, "Counter", make_slowly)
    threads = [threading.Thread(target=metrics.count, args=["at_once"]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len(made) == 1
    assert metrics.totals()["counters"]["at_once"] == [{"labels": {}, "value": 2.0}]
