"""One conversation from the first question to the rating, in real browsers: the queue, typing, a note, a file, a card, units
kept, a handover. And once more by the keyboard alone.
"""

import io

import pytest
from PIL import Image

from tests.browser.console.acts import PHONE, open_room, said, write
from tests.browser.console.conftest import small_desk
from tests.support.shop import CORE, open_shop

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.slow]


@pytest.fixture(scope="module")
def shop():
    """Rooms are given to whoever is there, and the worker looks at files."""
    with open_shop(*CORE, "worker", seed=small_desk) as shop:
        yield shop


def make_picture():
    body = io.BytesIO()
    Image.new("RGB", (600, 400), "#2f55b8").save(body, "JPEG")
    return {"name": "the-chip.jpg", "mimeType": "image/jpeg", "buffer": body.getvalue()}


def public_texts(page):
    """What both sides see, in its order; without notes and without what only a time or a name says."""
    return page.locator("[data-list] .c-message:not(.c-message--note) .c-message__body").all_inner_texts()


def test_a_conversation_from_the_first_question_to_the_rating(ask, open_console, shop):
    mira = open_console("mira", status="Online")
    jonas = open_console("jonas", status="Away")
    ada = ask("Ada", "Is the large vase back?", **PHONE)
    said(ada, "Mira is here.").wait_for()
    open_room(mira, "Ada")

    mira.locator("[name=body]").press_sequentially("It is")
    ada.get_by_text("Mira is typing").first.wait_for()
    mira.locator("[name=body]").fill("")
    write(mira, "It is, since this morning.")
    said(ada, "It is, since this morning.").wait_for()
    ada.locator("[data-composer] textarea").press_sequentially("Mine has")
    mira.get_by_text("Ada is typing").first.wait_for()
    ada.locator("[data-composer] textarea").fill("")
    write(ada, "Mine has a chip, look.")

    ada.locator("[data-file]").set_input_files(make_picture())
    for page in (ada, mira):
        page.get_by_alt_text("Picture: the-chip.jpg").wait_for(timeout=30_000)
    mira.get_by_role("radio", name="Note").check()
    write(mira, "Old stock, be generous")
    mira.get_by_role("radio", name="Reply").check()

    mira.locator("#shelf-q").fill("vase")
    mira.locator("#shelf-q").press("Enter")
    mira.locator("#send-VASE").click()
    for page in (ada, mira):
        page.locator("[data-side=agent] .c-offer [data-stock=VASE]").wait_for()
    kept = mira.locator("#keep-VASE")
    kept.locator("summary").click()
    kept.locator("[name=quantity]").fill("1")
    kept.get_by_role("button").click()
    ada.locator(".c-kept [data-kept-left]").filter(has_text="(").wait_for()
    assert shop.stock("VASE")["reserved"] == 1

    hand_over(mira, jonas)
    open_room(jonas, "Ada")
    write(jonas, "Jonas here. A new one leaves today.")
    said(ada, "Jonas here. A new one leaves today.").wait_for()
    write(ada, "Thank you both!")
    said(jonas, "Thank you both!").wait_for()
    assert public_texts(jonas) == public_texts(ada)
    assert "generous" not in ada.content()

    jonas.get_by_role("button", name="Resolve", exact=True).click()
    ada.get_by_role("radio", name="5 of 5, good").check()
    ada.get_by_role("button", name="Send the rating").click()
    ada.get_by_role("button", name="Change the rating").wait_for()
    assert shop.stock("VASE")["reserved"] == 0


def hand_over(mira, jonas):
    """He says that he is there, she hands over with a note."""
    jonas.locator("#agent summary").click()
    jonas.get_by_role("radio", name="Online").check()
    jonas.get_by_role("button", name="Save").click()
    jonas.locator("#agent [data-status=online]").wait_for()
    mira.get_by_role("link", name="Transfer").click()
    form = mira.get_by_role("dialog")
    form.locator("select").select_option(label=form.locator("option", has_text="Jonas").inner_text())
    form.locator("textarea").fill("She wants a new one; please see to it.")
    form.get_by_role("button", name="Transfer").click()
    form.wait_for(state="hidden")


def step_to(page, name):
    """Through the list, whose order may change meanwhile, until that conversation is the one that is open."""
    while (shown := " ".join(page.locator("#talk-title").all_inner_texts())) != name:
        names = page.locator("#inbox .p-inbox__name").all_inner_texts()
        is_past = shown in names and names.index(shown) > names.index(name)
        page.keyboard.press("Alt+k" if is_past else "Alt+j")
        opened = "(shown) => ![shown, undefined].includes(document.querySelector('#talk-title')?.innerText)"
        page.wait_for_function(opened, arg=shown)


def test_the_same_by_the_keyboard_alone(ask, open_console, shop):
    mira = open_console("mira", status="Online")
    ada = ask("Bea", "Do you ship to Norway?")
    said(ada, "is here.").wait_for()
    mira.locator("#inbox").get_by_text("Bea", exact=True).wait_for()

    step_to(mira, "Bea")
    mira.keyboard.press("Alt+l")
    mira.keyboard.type("We do, within a week.")
    mira.keyboard.press("Enter")
    said(ada, "We do, within a week.").wait_for()
    ada.locator("[data-composer] textarea").focus()
    ada.keyboard.type("Lovely")
    ada.keyboard.press("Enter")
    said(mira, "Lovely").wait_for()
    mira.keyboard.press("Alt+e")

    ada.get_by_text("How was it?").wait_for()
    ada.get_by_role("radio", name="5 of 5, good").focus()
    ada.keyboard.press("Space")
    ada.get_by_role("button", name="Send the rating").focus()
    ada.keyboard.press("Enter")
    ada.get_by_role("button", name="Change the rating").wait_for()
