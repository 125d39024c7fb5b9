"""What a message, a lost history and junk do to the page."""

from __future__ import annotations

import time

from playwright.sync_api import expect

from .conftest import Visit
from .looks import DEADLINE_MS, badge_reads, is_live
from .page import CHIP, INPUT, VISITOR, badge, stock, stock_message
from .shop import FakeShop, never_recovered

JUNK = [
    "",
    "{",
    "null",
    "[]",
    "7",
    '{"type":"new"}',
    '{"type":"message"}',
    '{"type":"message","channel":"__proto__","version":1}',
    '{"type":"message","channel":"stock:A1","version":"x","content":5}',
    '{"type":"subscribed"}',
    '{"type":"subscribed","id":9,"channels":{"stock:A1":null,"nope":{"error":"forbidden"}}}',
    '{"type":"reset","channels":4}',
    '{"type":"error"}',
    '{"type":"error","code":"nope","id":{}}',
]


def test_a_message_updates_every_host_and_leaves_focus_scroll_and_nodes_alone(
    shop: FakeShop, visit: Visit
) -> None:
    tall = "".join(f"<p>{number}</p>" for number in range(200))
    tab = visit(CHIP + stock() + INPUT + stock() + stock("B2") + tall)
    is_live(tab)
    tab.evaluate(
        "() => { window.host = document.querySelector('[data-stock]'); quantity.focus();"
        " quantity.setSelectionRange(1, 2); scrollTo(0, 900) }"
    )

    shop.connection().send(**stock_message("A1", 119, "out"))

    hosts = tab.locator('[data-stock="A1"]')
    expect(hosts).to_have_text(["Sold out", "Sold out"], timeout=DEADLINE_MS)
    assert [host.get_attribute("data-version") for host in hosts.all()] == ["119", "119"]
    badge_reads(tab, "Only 3 left", "B2")
    assert tab.evaluate(
        "[document.activeElement.id, quantity.selectionStart, quantity.selectionEnd, scrollY]"
    ) == ["quantity", 1, 2, 900]
    assert tab.evaluate("host.isConnected")
    assert tab.evaluate("heard")[0]["data"] == {"sku": "A1"}
    assert tab.evaluate("liveshelf.state()") == {
        "state": "live", "polling": False, "channels": {"stock:A1": 119, "stock:B2": 118},
    }  # fmt: skip


def test_older_and_repeated_messages_are_dropped(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + stock() + VISITOR)
    is_live(tab)
    event = {
        "type": "message",
        "channel": "visitor:ab12",
        "event": "note",
        "epoch": "k3f",
        "ts": 1,
        "data": {},
    }
    connection = shop.connection()

    connection.send(**stock_message("A1", 120, "out"))
    connection.send(**stock_message("A1", 119, "in"))
    connection.send(**stock_message("A1", 120, "back"))
    for offset in (41, 42, 42, 40, 43):
        connection.send(**event, offset=offset)

    tab.wait_for_function("() => heard.length >= 3")
    badge_reads(tab, "Sold out")
    assert tab.evaluate("heard.map((m) => m.version ?? m.offset)") == [120, 42, 43]
    expect(tab.locator("[data-position]")).to_have_attribute("data-position", "43@k3f")


def test_channels_that_could_not_be_recovered_are_refetched_once_in_one_request(
    shop: FakeShop, visit: Visit
) -> None:
    shop.answer = never_recovered
    shop.snapshot = [stock_message("A1", 121, "out"), stock_message("B2", 118, "in")]
    tab = visit(CHIP + stock("A1") + stock("B2") + VISITOR)
    is_live(tab)

    badge_reads(tab, "Sold out")
    time.sleep(0.5)
    assert shop.snapshot_queries == [["stock:A1", "stock:B2"]]
    assert tab.evaluate("resets") == [["stock:A1", "stock:B2", "visitor:ab12"]]
    badge_reads(tab, "Only 3 left", "B2")  # the page already showed this version


def test_resets_in_quick_succession_become_one_refetch(shop: FakeShop, visit: Visit) -> None:
    shop.snapshot = [stock_message("A1", 121, "out")]
    tab = visit(CHIP + stock("A1") + stock("B2") + stock("C3"))
    is_live(tab)
    tab.evaluate("() => { Math.random = () => 0.9 }")

    for sku in ("A1", "B2", "A1"):
        shop.connection().send(type="reset", channels=[f"stock:{sku}", "stock:GONE"])

    badge_reads(tab, "Sold out")
    time.sleep(0.5)
    assert shop.snapshot_queries == [["stock:A1", "stock:B2"]]


def test_a_live_message_that_overtakes_the_refetch_is_not_undone_by_it(shop: FakeShop, visit: Visit) -> None:
    shop.snapshot = [stock_message("A1", 119, "in"), stock_message("B2", 119, "in")]
    tab = visit(CHIP + stock("A1") + stock("B2"))
    is_live(tab)

    with shop.holding_snapshots():
        shop.connection().send(type="reset", channels=["stock:A1", "stock:B2"])
        shop.wait_for_refetches(1)
        shop.connection().send(**stock_message("A1", 120, "out"))
        badge_reads(tab, "Sold out", "A1")

    badge_reads(tab, "In stock", "B2")
    badge_reads(tab, "Sold out", "A1")
    assert tab.evaluate("liveshelf.state().channels") == {"stock:A1": 120, "stock:B2": 119}


def test_after_an_epoch_change_the_refetch_may_go_back_to_a_lower_version(
    shop: FakeShop, visit: Visit
) -> None:
    shop.snapshot = [stock_message("A1", 5, "in"), stock_message("B2", 5, "in")]
    tab = visit(CHIP + stock("A1") + stock("B2"))
    is_live(tab)
    shop.epoch = "new"

    with shop.holding_snapshots():
        shop.connection().send(**stock_message("B2", 6, "out", epoch="new"))
        shop.wait_for_refetches(1)
        badge_reads(tab, "Sold out", "B2")

    badge_reads(tab, "In stock", "A1")
    badge_reads(tab, "Sold out", "B2")
    assert shop.snapshot_queries == [["stock:A1", "stock:B2"]]


def test_content_rendered_before_the_newest_message_is_brought_up_to_date(
    shop: FakeShop, visit: Visit
) -> None:
    shop.snapshot = [stock_message("A1", 120, "out")]
    tab = visit(CHIP + stock("A1", 120, "out") + '<div id="grid"></div>')
    is_live(tab)

    tab.evaluate("html => { grid.innerHTML = html }", stock("A1", 118, "low"))

    expect(tab.locator('[data-stock="A1"]')).to_have_text(["Sold out", "Sold out"], timeout=DEADLINE_MS)
    time.sleep(0.5)
    assert shop.snapshot_queries == [["stock:A1"]]


def test_a_failed_refetch_is_tried_again_and_a_refused_one_is_not(shop: FakeShop, visit: Visit) -> None:
    shop.snapshot = [stock_message("A1", 119, "out")]
    statuses = iter([503, 500, 200, 400])
    shop.snapshot_status = lambda: next(statuses)
    tab = visit(CHIP + stock())
    is_live(tab)

    shop.connection().send(type="reset", channels=["stock:A1"])
    badge_reads(tab, "Sold out")
    assert len(shop.snapshot_queries) == 3
    shop.connection().send(type="reset", channels=["stock:A1"])
    shop.wait_for_refetches(4)
    time.sleep(0.8)
    assert len(shop.snapshot_queries) == 4


def test_junk_from_the_server_is_survived_with_one_warning_per_reason(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + stock())
    is_live(tab)
    warnings: list[str] = []
    tab.on("console", lambda line: warnings.append(line.text) if line.type == "warning" else None)
    connection = shop.connection()

    for text in JUNK:
        connection.send_text(text)
    connection.send(
        **{**stock_message("A1", 119, "in"), "content": '<b hx-swap-oob="odd:[data-stock]">x</b>'}
    )
    connection.send(**{**stock_message("A1", 120, "in"), "content": '<b hx-swap-oob="innerHTML:[[">x</b>'})
    connection.send(**stock_message("A1", 121, "out"))

    badge_reads(tab, "Sold out")
    assert len(shop.connections) == 1
    assert len(warnings) == len(set(warnings)) <= 5


def test_fifty_messages_a_second_end_with_the_newest(shop: FakeShop, visit: Visit) -> None:
    tab = visit(CHIP + stock())
    is_live(tab)

    for version in range(119, 219):
        shop.connection().send(**stock_message("A1", version, "low", f"Only {version} left"))

    badge_reads(tab, "Only 218 left")
    assert tab.evaluate("heard.length") == 100
    assert badge("low") not in tab.content()
