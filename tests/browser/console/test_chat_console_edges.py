"""The console when something happens in the middle of something else."""

import re

import pytest

from tests.browser.console.acts import claim, open_room, said, write

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.slow]
WRITES_ON = "() => document.activeElement.matches('[data-compose] textarea')"


def hold(page, pattern):
    """Answers what lets the answer through that has been waited for."""
    held = []

    def keep(route):
        held.append(route)

    page.route(pattern, keep, times=1)

    def let_go():
        ((route),) = held
        with page.expect_response(pattern):
            route.continue_()

    return let_go


def find(page, words):
    page.locator("#shelf-q").fill(words)
    with page.expect_response("**/shelf?q=*"):
        page.locator("#shelf-q").press("Enter")


def test_a_canned_reply_stays_out_of_the_conversation_that_was_opened_meanwhile(ask, open_console):
    ask("Abe", "How many vases?"), ask("Ben", "And plates?")
    mira = open_console("mira")
    open_room(mira, "Abe")
    let_go = hold(mira, "**/canned/*")
    box = mira.locator("[name=body]")
    box.press_sequentially("/va")
    mira.locator("[role=option][aria-selected=true]", has_text="/vase").wait_for()
    with mira.expect_request("**/canned/*"):
        box.press("Enter")
    open_room(mira, "Ben")

    let_go()

    box.press_sequentially("No plates")
    assert box.input_value() == "No plates"


def test_only_the_shopper_has_seen_what_an_agent_writes(ask, open_console):
    cleo = ask("Cleo", "Is it back?")
    mira, jonas = open_console("mira", status="Online"), open_console("jonas")
    open_room(mira, "Cleo")
    claim(mira)
    path = cleo.url
    cleo.goto("about:blank")
    write(mira, "Since this morning.")
    with jonas.expect_response("**/reads"):
        open_room(jonas, "Cleo")
    jonas.get_by_role("radio", name="Note").check()
    write(jonas, "I have read it")
    said(mira, "I have read it").wait_for()

    assert mira.get_by_text("Sent", exact=True).is_visible()
    cleo.goto(path)
    mira.get_by_text(re.compile("^Seen \\d")).wait_for()


def test_whoever_puts_on_hold_or_takes_back_knows_where_the_next_key_goes(ask, open_console):
    ask("Dora", "Is the vase back?")
    mira = open_console("mira", status="Online")
    open_room(mira, "Dora")
    claim(mira)
    write(mira, "It is red")
    take_back = said(mira, "It is red").locator("[data-redact]")
    take_back.focus()
    take_back.press("Enter")
    take_back.press("Enter")
    mira.get_by_text("This message was taken back").wait_for()
    mira.wait_for_function("() => document.activeElement.role === 'log'")

    find(mira, "bowl")
    mira.locator("#send-BOWL").click()
    mira.locator("[data-list] [data-stock=BOWL]").wait_for()
    mira.get_by_role("link", name="On hold").click()
    form = mira.get_by_role("dialog")
    form.locator("select").select_option("restock:BOWL")
    form.get_by_role("button", name="Put on hold").click()
    form.wait_for(state="hidden")

    mira.wait_for_function(WRITES_ON)


def test_what_is_chosen_on_the_shelf_stays_open_while_the_conversation_moves(ask, open_console):
    ask("Edda", "Keep one for me?")
    mira = open_console("mira", status="Online")
    open_room(mira, "Edda")
    claim(mira)
    find(mira, "vase")
    keep = mira.locator("#keep-VASE")
    keep.locator("summary").click()
    keep.locator("[name=minutes]").fill("7")

    with mira.expect_response("**/shelf?*"):
        mira.evaluate(
            "document.dispatchEvent(new CustomEvent('chat:changed', { detail: { hold: 'some', type: 'change' } }))"
        )

    mira.evaluate("new Promise(requestAnimationFrame)")
    assert keep.locator("[name=minutes]").is_visible()
    assert keep.locator("[name=minutes]").input_value() == "7"
