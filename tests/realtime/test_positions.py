"""Nothing falls between the moment a page reads the database and the moment it listens."""

import re
from dataclasses import replace

import pytest

from app.core.navigation import Count
from app.core.redis import RedisDown
from app.inventory import alert_inbox
from app.orders import queries
from tests.factories import make_product, make_user
from tests.orders.buying import ADA, buy
from tests.realtime.recovering import event, state
from tests.security.test_login import sign_in

HOST = re.compile(r'<[^>]* data-channel="(?P<name>[^"]+)"[^>]*>')


@pytest.fixture
def staff(app, client):
    make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test")
    return client


@pytest.fixture
def order(app):
    make_product(sku="CUP", slug="cup", stock=9)
    return buy(ADA, CUP=1)


def subscriptions(page):
    """What the page's client would ask for, by channel."""
    found = {}
    for host in HOST.finditer(page):
        position = re.search(r'data-(version|position)="([^"]*)"', host[0])
        found[host["name"]] = since(*position.groups()) if position and position[2] else None
    return found


def since(kind, text):
    if kind == "version":
        return {"version": int(text)}
    offset, epoch = text.split("@")
    return {"offset": int(offset), "epoch": epoch}


def missed(ask, asked):
    """How many messages each channel brings to the page; None for what cannot be replayed."""
    answer = ask(*({"channel": name, "since": position} for name, position in asked.items()))["channels"]
    return {name: each["missed"] if each["recovered"] else None for name, each in answer.items()}


def link(order):
    return f"/orders/{order.number}?token={order.token}"


@pytest.mark.parametrize("path", ["/", "/products/cup", "/categories/tableware", "/cart", "/search?q=cup"])
def test_whatever_a_shopper_sees_is_replayed_from_where_the_page_was(app, client, ask, path):
    make_product(sku="CUP", slug="cup", stock=9)
    event("test")

    asked = {name: position for name, position in subscriptions(client.get(path).text).items()}
    viewers = [name for name in asked if name.startswith("viewers:")]
    for name in asked.keys() - set(viewers):
        state(name, 10**9) if "version" in (asked[name] or {}) else event(name)

    assert {name: asked[name] for name in asked if asked[name] is None} == dict.fromkeys(viewers)
    assert missed(ask, {name: asked[name] for name in asked if name not in viewers}) == {
        name: 1 for name in asked if name not in viewers
    }


def test_a_change_of_the_order_is_replayed_to_its_page(app, client, ask, order):
    asked = subscriptions(client.get(link(order)).text)
    event(f"order:{order.token}")

    assert missed(ask, asked)[f"order:{order.token}"] == 1


def test_a_new_alert_is_replayed_to_the_pages_of_staff(app, staff, ask):
    event("alerts")
    asked = subscriptions(staff.get("/staff/inventory").text)
    event("alerts")

    assert missed(ask, asked)["alerts"] == 1


def test_the_first_message_ever_is_replayed_to_a_page_from_before_it(app, client, ask):
    event("test")
    asked = subscriptions(client.get("/").text)
    (owner,) = [name for name in asked if name.startswith("visitor:")]
    event(owner)

    assert asked[owner]["offset"] == 0 and missed(ask, asked)[owner] == 1


@pytest.mark.parametrize(
    "module, function, path",
    [
        (queries, "read_cart", "/cart"),
        (queries, "count_cart", "/cart"),
        (queries, "count_cart", "/"),
        (queries, "count_cart", "/products/cup"),
    ],
)
def test_a_cart_that_changes_while_its_page_is_made_is_replayed(
    app, client, ask, monkeypatch, module, function, path
):
    make_product(sku="CUP", slug="cup", stock=9)
    event("test")
    read = getattr(module, function)

    def read_and_lose_the_race(owner, *more):
        found = read(owner, *more)
        event(owner)
        return found

    monkeypatch.setattr(module, function, read_and_lose_the_race)
    asked = subscriptions(client.get(path).text)

    (owner,) = [name for name in asked if name.startswith("visitor:")]
    assert missed(ask, asked)[owner] >= 1


def test_an_order_that_changes_while_its_page_is_made_is_replayed_or_shown(
    app, client, ask, order, monkeypatch
):
    reads = []
    find = queries.get_order

    def get_and_lose_the_race(number):
        found = find(number)
        reads.append(event(f"order:{order.token}").offset)
        return found

    monkeypatch.setattr(queries, "get_order", get_and_lose_the_race)
    asked = subscriptions(client.get(link(order)).text)

    # What was published after the last reading comes, and what came before it is in what was read.
    assert missed(ask, asked)[f"order:{order.token}"] == 1 and len(reads) == 2


def test_an_alert_that_comes_while_the_inbox_is_made_is_replayed(app, staff, ask, monkeypatch):
    event("alerts")
    read = alert_inbox.get_page

    def read_and_lose_the_race(*more):
        found = read(*more)
        event("alerts")
        return found

    monkeypatch.setattr(alert_inbox, "get_page", read_and_lose_the_race)
    asked = subscriptions(staff.get("/staff/inventory/alerts").text)

    assert missed(ask, asked)["alerts"] == 1


def test_an_alert_that_comes_while_the_navigation_counts_is_replayed(app, staff, ask):
    event("alerts")
    count = Count("alerts", "alerts", lambda: event("alerts").offset)
    pages = app.extensions["staff_pages"]
    pages[:] = [
        replace(page, count=count if page.count and page.count.channel == "alerts" else None)
        for page in pages
    ]

    asked = subscriptions(staff.get("/staff/inventory").text)

    assert missed(ask, asked)["alerts"] == 1


def test_without_redis_a_page_has_no_position_and_asks_when_it_listens(app, client, ask, monkeypatch):
    call = app.extensions["redis"].call

    def down(_):
        raise RedisDown("gone")

    monkeypatch.setattr(app.extensions["redis"], "call", down)
    asked = subscriptions(client.get("/").text)
    monkeypatch.setattr(app.extensions["redis"], "call", call)

    (owner,) = [name for name in asked if name.startswith("visitor:")]
    assert asked[owner] is None
    assert ask(owner)["channels"][owner]["recovered"] is False


def test_a_header_that_missed_what_was_pushed_can_ask_for_the_count(app, client):
    assert 'hx-get="/cart/count"' in client.get("/").text

    answer = client.get("/cart/count")

    assert answer.status_code == 200 and answer.text.strip() == ""
