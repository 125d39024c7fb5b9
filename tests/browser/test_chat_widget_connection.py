"""The panel and its connection: typing, receipts, two tabs, bursts, and what happens when there is none."""

import re

import pytest

from tests.browser.chatting import BOX, PAGE, begin, bodies, wait_for_bubble, write

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.slow]


def test_a_burst_is_held_back_and_then_all_of_it_arrives_in_order(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    for n in range(13):
        write(page, f"Message {n}")

    page.locator("#support [data-fate]", has_text="That was fast").wait_for()
    page.wait_for_function(
        "() => document.querySelector('#support [data-pending]').childElementCount === 0", timeout=40_000
    )
    assert desk.heard()[1:] == [f"Message {n}" for n in range(13)]


def test_two_tabs_of_a_shopper_show_the_same_and_reading_in_one_clears_the_other(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    page.get_by_role("button", name="Close support").click()
    other = page.context.new_page()
    other.goto(desk.url + PAGE)
    desk.reply("On Friday.")
    for tab in (page, other):
        tab.wait_for_function("() => /^\\(\\d+\\) /.test(document.title)")

    page.locator("[data-support]").click()
    wait_for_bubble(page, "On Friday.")

    other.wait_for_function("() => document.title.startsWith('Cup')")


def test_both_see_that_the_other_types_and_neither_sees_oneself(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    desk.reply("On Friday.")
    wait_for_bubble(page, "On Friday.")
    room = page.locator("#support [data-thread]").get_attribute("data-room")
    agent = desk.sign_in(new_page())
    agent.goto(f"{desk.url}/staff/chat/rooms/{room}")
    agent.locator("[data-thread]").wait_for()

    agent.locator("[data-composer] textarea").press_sequentially("One moment", delay=200)
    page.locator("#support [data-typing]", has_text="is typing").wait_for()
    assert agent.locator("[data-typing]").is_hidden()
    agent.locator("[data-composer] textarea").fill("")
    page.locator("#support [data-typing]").wait_for(state="hidden")

    page.locator(BOX).press_sequentially("Thank you", delay=200)
    agent.locator("[data-typing]", has_text="is typing").wait_for()
    page.locator(BOX).press("Enter")
    agent.locator("[data-typing]").wait_for(state="hidden")


def test_a_shopper_is_told_when_it_was_seen(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    desk.reply("On Friday.")
    wait_for_bubble(page, "On Friday.")
    write(page, "Thank you")
    page.get_by_text("Sent", exact=True).wait_for()

    desk.read()

    page.get_by_text(re.compile("^Seen \\d")).wait_for()


def test_without_sockets_the_conversation_goes_on_by_asking(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    page.route_web_socket("**/ws", lambda socket: socket.close())
    begin(page, desk)

    desk.reply("On Friday.")

    wait_for_bubble(page, "On Friday.")
    assert page.locator("#support [data-banner]").is_hidden()


def test_what_cannot_be_caught_up_on_is_shown_from_its_newest_page(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    page.route_web_socket("**/ws", lambda socket: socket.close())
    begin(page, desk)
    gone = {"json": {"events": [], "head": 10_000, "reset": True}}
    page.route("**/events?*", lambda route: route.fulfill(**gone))

    desk.reply("On Friday.")

    wait_for_bubble(page, "On Friday.")
    assert bodies(page).count("Is the large one back?") == 1


def test_while_nothing_can_be_reached_the_page_says_so_and_takes_it_back(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    page.context.set_offline(True)
    page.get_by_text("You are offline.").wait_for(timeout=20_000)
    write(page, "Still there?")

    page.context.set_offline(False)

    wait_for_bubble(page, "Still there?")
    page.get_by_text("You are offline.").wait_for(state="hidden")
    assert desk.heard().count("Still there?") == 1
