"""The agents' console in a real browser: a shopper and two agents, the mouse, the keyboard alone, and no script at all."""

import pytest

from tests.browser.console.acts import DESK, PHONE, claim, open_room, said, write
from tests.browser.test_pages import overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_a_shopper_asks_and_an_agent_answers_and_the_note_stays_inside(ask, open_console):
    mira = open_console("mira", status="Online")
    ada = ask("Ada", "Is the large vase back?")

    open_room(mira, "Ada")
    claim(mira)
    mira.get_by_role("radio", name="Note").check()
    assert mira.get_by_text("Note, not shown to the shopper").first.is_visible()
    mira.locator("[name=body]").fill("A secret about the kiln")
    mira.get_by_role("button", name="Send note").click()
    said(mira, "A secret about the kiln").wait_for()
    mira.get_by_role("radio", name="Reply").check()
    write(mira, "It is, since this morning.")

    said(ada, "It is, since this morning.").wait_for()
    assert "secret" not in ada.content()
    write(ada, "Then I take two.")
    said(mira, "Then I take two.").wait_for()
    assert mira.locator(".c-message--note").count() == 1


@pytest.mark.slow
def test_what_was_typed_stays_with_its_conversation_and_a_note_stays_a_note(ask, open_console):
    ask("Bea", "First"), ask("Cai", "Second")
    mira = open_console("mira")
    open_room(mira, "Bea")
    mira.locator("[name=body]").fill("A reply to Bea")
    mira.get_by_role("radio", name="Note").check()
    mira.locator("[name=body]").fill("A note on Bea")

    open_room(mira, "Cai")
    assert mira.locator("[name=body]").input_value() == ""
    open_room(mira, "Bea")

    assert mira.get_by_role("button", name="Send note").is_visible()
    assert mira.locator("[name=body]").input_value() == "A note on Bea"
    mira.get_by_role("radio", name="Reply").check()
    assert mira.locator("[name=body]").input_value() == "A reply to Bea"


def test_a_canned_reply_is_filled_in_and_what_has_no_value_is_not_sent(ask, open_console):
    ask("Dan", "How many vases?")
    mira = open_console("mira")
    open_room(mira, "Dan")
    box = mira.locator("[name=body]")

    box.press_sequentially("/va")
    mira.locator("[role=option][aria-selected=true]", has_text="/vase").wait_for()
    box.press("Enter")
    mira.wait_for_function("() => document.querySelector('[name=body]').value === 'The vase is only 3 left.'")
    box.fill("")
    box.press_sequentially("/gone")
    mira.locator("[role=option][aria-selected=true]", has_text="/gone").wait_for()
    box.press("Enter")
    mira.get_by_text("{{stock:GONE}} has no value here").wait_for()
    box.press("Enter")

    assert mira.get_by_text("Write it yourself, then send.").is_visible()
    assert mira.locator("[data-list] .c-message[data-side=agent]").count() == 0


def test_the_navigation_of_every_page_counts_who_waits(shop, ask, open_console):
    mira = open_console("mira", status="Online")
    mira.goto(f"{shop.url}/staff/inventory")
    count = mira.locator("[data-waiting-count]")
    before = int(count.inner_text() or 0)

    ask("Lou", "Is somebody there?")

    count.get_by_text(str(before + 1), exact=True).wait_for()


@pytest.mark.slow
def test_two_agents_at_one_conversation_see_each_other(shop, ask, open_console):
    ask("Eve", "Hello?")
    mira, jonas = open_console("mira"), open_console("jonas")
    open_room(mira, "Eve")

    open_room(jonas, "Eve")

    mira.get_by_text("Jonas looks at this too").wait_for(timeout=10_000)
    jonas.get_by_text("Mira looks at this too").wait_for(timeout=10_000)
    jonas.goto(f"{shop.url}/staff/chat")
    mira.get_by_text("Jonas looks at this too").wait_for(state="hidden", timeout=10_000)


def test_the_keyboard_alone_answers_resolves_and_goes_on(ask, open_console):
    ask("Fay", "One"), ask("Gil", "Two")
    mira = open_console("mira", status="Online", query="?tab=all&q=&sort=new")
    mira.locator("#inbox").get_by_text("Gil", exact=True).wait_for()

    mira.keyboard.press("Alt+j")
    mira.locator("#talk-title").wait_for()
    first = mira.locator("#talk-title").inner_text()
    mira.keyboard.press("Alt+j")
    mira.wait_for_function("(name) => document.getElementById('talk-title').innerText !== name", arg=first)
    mira.keyboard.press("Alt+k")
    mira.wait_for_function("(name) => document.getElementById('talk-title').innerText === name", arg=first)
    mira.keyboard.press("Alt+c")
    mira.get_by_role("button", name="Resolve and next").wait_for()
    mira.keyboard.press("Alt+p")
    mira.keyboard.type("Only for us")
    mira.keyboard.press("Enter")
    said(mira, "Only for us").wait_for()
    mira.keyboard.press("Alt+l")
    mira.keyboard.type("For you, and a j or an e does nothing")
    mira.keyboard.press("Enter")
    said(mira, "For you, and a j or an e does nothing").wait_for()
    mira.keyboard.press("Control+Alt+e")
    mira.wait_for_function(
        "(name) => ![undefined, name].includes(document.getElementById('talk-title')?.innerText)", arg=first
    )
    mira.wait_for_function("() => document.activeElement.name === 'body'")
    mira.keyboard.press("Escape")
    mira.wait_for_function(
        "() => document.activeElement.role === 'log' || document.activeElement.closest('#inbox')"
    )
    mira.keyboard.press("?")
    mira.get_by_role("heading", name="Keys").wait_for()
    mira.keyboard.press("Escape")

    assert not mira.get_by_role("heading", name="Keys").is_visible()


@pytest.mark.slow
def test_a_transfer_says_in_its_dialog_what_is_missing(ask, open_console):
    ask("Hal", "Hm")
    ines = open_console("ines", status="Online")
    open_room(ines, "Hal")
    claim(ines)
    ines.get_by_role("link", name="Transfer").click()
    ines.get_by_role("dialog").get_by_role("button", name="Transfer").click()

    ines.get_by_role("dialog").get_by_text("Choose who takes over.").wait_for()
    ines.keyboard.press("Escape")
    assert ines.locator("#talk-title").is_visible()


@pytest.mark.slow
def test_without_a_script_an_agent_claims_answers_and_resolves(shop, ask, open_console):
    ask("Ivo", "Anybody?")
    mira = open_console("mira", status="Online", java_script_enabled=False)
    mira.goto(f"{shop.url}/staff/chat?tab=all")
    mira.get_by_role("link", name="Ivo").click()
    claim(mira)
    mira.locator("[name=body]").fill("Here I am")
    mira.get_by_role("button", name="Send").click()
    assert "Here I am" in mira.locator("[data-list]").inner_text()
    mira.get_by_role("button", name="Resolve", exact=True).click()

    assert "Resolved" in mira.locator(".c-notices").inner_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [DESK, pytest.param(PHONE, marks=pytest.mark.slow)], ids=["desk", "phone"]
)
def test_axe_finds_nothing_in_the_console(ask, open_console, options):
    name = f"Kim {options['viewport']['width']}"
    ask(name, "Hello")
    mira = open_console("mira", **options)
    found = [violations(mira), overflow(mira)]
    mira.locator("#inbox").get_by_text(name, exact=True).click()
    mira.locator("#talk-title").wait_for()
    found += [violations(mira), overflow(mira)]
    mira.get_by_role("radio", name="Note").check()
    found += [violations(mira)]
    mira.keyboard.press("Escape")
    mira.keyboard.press("?")
    found += [violations(mira)]

    assert found == [[], 0, [], 0, [], []]
