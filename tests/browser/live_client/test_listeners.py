"""Channels that other modules of the page listen to, besides those that its markup names."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from .conftest import Visit
from .looks import is_live
from .page import CHIP, VISITOR, stock
from .shop import FakeShop, Frame, recovered, wait_until

ROOM = "room:4f"
LISTEN = """async ([name, from, as]) => {
    const { onChannel } = await import('/static/js/page/channel.js');
    const told = ((window.told ??= {})[as] = []);
    (window.ends ??= {})[as] = onChannel(name, {
        ...from,
        message: ({ data }) => told.push(data.seq),
        reset: () => told.push('reset'),
        state: (isOnline, state) => told.push(isOnline ? 'online' : state),
    });
}"""


def listen(tab: Page, as_: str = "chat", token: str = "sub-1", position: str = "41@k3f") -> None:
    tab.evaluate(LISTEN, [ROOM, {"token": token, "position": position}, as_])


def told(tab: Page, as_: str = "chat") -> list[Any]:
    answer: list[Any] = tab.evaluate("name => told[name]", as_)
    return answer


def wait_told(tab: Page, expected: list[Any], as_: str = "chat") -> None:
    wait_until(lambda: told(tab, as_) == expected, f"{expected}, not {told(tab, as_)}")


def say(shop: FakeShop, seq: int, offset: int, epoch: str = "k3f") -> None:
    shop.connection().send(
        type="message", channel=ROOM, event="message", offset=offset, epoch=epoch, ts=1, data={"seq": seq},
        content="<b hx-swap-oob='innerHTML:body'>gone</b>",
    )  # fmt: skip


def refusing(*names: str) -> Any:
    """The usual answer, but these are forbidden."""

    def answer(frame: Frame) -> Frame:
        said = recovered(frame)
        said["channels"] |= {name: {"error": "forbidden"} for name in said["channels"] if name in names}
        return said

    return answer


def test_a_channel_that_is_wanted_later_is_heard_and_neither_swapped_nor_told_to_the_page(
    shop: FakeShop, visit: Visit
) -> None:
    tab = visit(CHIP + stock())
    is_live(tab)

    listen(tab)

    wanted = shop.connection().wait_for("subscribe", 2)["channels"]
    assert wanted == [{"channel": ROOM, "token": "sub-1", "since": {"offset": 41, "epoch": "k3f"}}]
    say(shop, 7, 42)
    say(shop, 7, 42)
    shop.connection().send(type="reset", channels=[ROOM])
    wait_told(tab, ["online", 7, "reset"])
    assert tab.evaluate("[heard.length, resets.length, document.body.textContent.includes('gone')]") == [
        0,
        0,
        False,
    ]


def test_who_stops_listening_hears_no_more_and_the_channel_ends_with_the_last(
    shop: FakeShop, visit: Visit
) -> None:
    tab = visit(CHIP + stock())
    is_live(tab)
    listen(tab, "list")
    say_after(shop, 2, 7, 42)
    wait_told(tab, ["online", 7], "list")

    listen(tab, "level", position="42@k3f")
    listen(tab, "behind")
    wait_told(tab, ["online"], "level")
    wait_told(tab, ["online", "reset"], "behind")
    tab.evaluate("ends.list(); ends.list(); ends.behind()")
    say(shop, 8, 43)

    wait_told(tab, ["online", 8], "level")
    assert told(tab, "list") == ["online", 7] and shop.connection().said("unsubscribe") == []
    tab.evaluate("ends.level()")
    assert shop.connection().wait_for("unsubscribe")["channels"] == [ROOM]


def say_after(shop: FakeShop, subscribes: int, seq: int, offset: int) -> None:
    shop.connection().wait_for("subscribe", subscribes)
    say(shop, seq, offset)


def test_a_room_s_newer_tokens_are_asked_for_by_name_and_an_old_one_is_mended_at_once(
    shop: FakeShop, visit: Visit
) -> None:
    answers = iter([recovered, refusing(ROOM)])
    shop.answer = lambda frame: next(answers, recovered)(frame)
    shop.tokens = {"connection": "conn-2", "channels": {"visitor:ab12": "sub-8", ROOM: "sub-9"}}
    tab = visit(CHIP + stock() + VISITOR)
    is_live(tab)

    listen(tab, token="old")

    again = shop.connection().wait_for("subscribe", 3)["channels"]
    assert {wanted["channel"]: wanted["token"] for wanted in again} == {
        "visitor:ab12": "sub-8",
        ROOM: "sub-9",
    }
    assert shop.token_questions == [{"channels": ["visitor:ab12", ROOM]}]
    say(shop, 7, 42)
    wait_until(lambda: told(tab)[-2:] == ["online", 7], "the message")


def test_who_has_no_right_any_longer_is_told_so_once_and_a_newer_token_opens_it_again(
    shop: FakeShop, visit: Visit
) -> None:
    shop.tokens = {"connection": "conn-2", "channels": {}}
    tab = visit(CHIP + stock())
    is_live(tab)
    listen(tab)
    shop.connection().wait_for("subscribe", 2)

    shop.connection().send(type="unsubscribed", channels=[ROOM])

    wait_told(tab, ["online", "refused"])
    listen(tab, "again", token="sub-2")
    assert shop.connection().wait_for("subscribe", 3)["channels"][0]["token"] == "sub-2"
    say(shop, 9, 42)
    wait_until(lambda: told(tab)[-2:] == told(tab, "again")[-2:] == ["online", 9], "both to hear again")


def test_what_was_opened_while_newer_tokens_were_on_their_way_is_not_refused(
    shop: FakeShop, visit: Visit
) -> None:
    shop.tokens = {"connection": "conn-2", "channels": {"visitor:ab12": "sub-2"}}
    tab = visit(CHIP + stock() + VISITOR)
    is_live(tab)

    with shop.holding_tokens():
        shop.connection().send(type="unsubscribed", channels=["visitor:ab12"])
        wait_until(lambda: shop.token_questions, "the question")
        listen(tab)
        shop.connection().wait_for("subscribe", 2)
        shop.connection().send(type="unsubscribed", channels=["visitor:ab12"])
        say(shop, 7, 42)
        wait_told(tab, ["online", 7])  # so it has heard what was sent before, too

    shop.connection().wait_for("subscribe", 3)
    say(shop, 8, 43)
    wait_told(tab, ["online", 7, 8])


def test_a_page_without_a_socket_says_so_to_its_listeners(shop: FakeShop, visit: Visit) -> None:
    tab = visit(stock(), scripts="")

    listen(tab)

    assert told(tab) == ["stopped", "reset"]
