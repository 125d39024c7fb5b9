"""The bell, toasts and the list, in several tabs, by keyboard and at every width."""

import pytest

from tests.browser.test_pages import overflow, violations
from tests.browser.told import OPEN, TOAST, TOMAS, UNREAD, count, look

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_a_toast_and_the_count_come_by_themselves(teller, ada):
    look(ada, teller)
    first, second = teller.tell(), teller.tell()

    ada.get_by_text(f"Order {second} is on its way").wait_for()
    assert ada.locator(TOAST).count() == 2
    assert count(ada) == ["2"]
    ada.locator(TOAST, has_text=first).get_by_role("button", name="Close").click()

    assert ada.locator(TOAST).count() == 1
    assert count(ada) == ["2"], "closing is not reading"
    assert ada.evaluate("document.activeElement.matches('[data-bell]')")


@pytest.mark.slow
def test_many_toasts_are_the_newest_few(teller, ada):
    look(ada, teller)
    told = [teller.tell() for _ in range(5)]

    ada.locator(TOAST, has_text=told[-1]).wait_for()

    assert ada.locator(f"{TOAST} strong").all_inner_texts() == [
        f"Order {each} is on its way" for each in told[2:]
    ]


def test_a_toast_leads_to_what_it_is_about_and_that_is_reading(teller, ada):
    look(ada, teller)
    number = teller.tell()

    ada.locator(TOAST).get_by_role("link").click()
    ada.wait_for_url(f"**/orders/{number}?token=ab12")

    ada.goto(f"{teller.url}/notifications")
    assert ada.locator(UNREAD).count() == 0


@pytest.mark.slow
def test_read_in_one_tab_is_read_in_every_tab(teller, ada):
    first, second = teller.tell(), teller.tell()
    other = look(ada.context.new_page(), teller, "/notifications")
    look(ada, teller)
    third = teller.tell()
    ada.locator(TOAST).wait_for()
    other.locator(UNREAD, has_text=third).wait_for()

    other.get_by_role("button", name=f"Mark “Order {third} is on its way” as read").click()
    ada.locator(TOAST).wait_for(state="detached")
    ada.get_by_text("2 unread").first.wait_for(state="attached")
    ada.locator("[data-bell]").click()
    ada.locator(OPEN).get_by_role("button", name="Mark all as read").click()

    other.get_by_text("All read.").wait_for()
    assert other.locator(UNREAD).count() == 0
    assert count(other) == []
    assert {first, second} <= set(other.locator(".p-told__list").inner_text().split())


def test_the_bell_works_by_keyboard(teller, ada):
    number = teller.tell()
    look(ada, teller)
    bell = ada.locator("[data-bell]")
    bell.focus()

    ada.keyboard.press("Enter")
    ada.locator("[data-bell][aria-expanded=true]").wait_for()
    ada.locator("#newest:focus").wait_for()
    ada.keyboard.press("Tab")
    assert ada.evaluate("document.activeElement.textContent") == "Mark all as read"
    ada.keyboard.press("Tab")
    ada.keyboard.press("Tab")
    assert number in ada.evaluate("document.activeElement.getAttribute('aria-label')")
    ada.keyboard.press("Enter")
    ada.locator(f"{OPEN} .c-told:not([data-unread])", has_text=number).wait_for()
    ada.locator("#newest:focus").wait_for()
    ada.keyboard.press("Escape")

    ada.locator("[data-bell][aria-expanded=false]").wait_for()


@pytest.mark.slow
def test_a_second_click_on_the_bell_closes_it(teller, ada):
    look(ada, teller)
    for _ in range(2):
        ada.locator("[data-bell]").click()
        ada.locator(OPEN).wait_for()
        ada.locator("[data-bell]").click()
        ada.locator(OPEN).wait_for(state="hidden")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_in_any_of_it(teller, visit, width, scheme):
    teller.read_all()
    page = visit(width=width, color_scheme=scheme, reduced_motion="reduce")
    look(page, teller)
    teller.tell()
    page.locator(TOAST).wait_for()
    found = {"toast": violations(page)}
    page.locator("[data-bell]").click()
    page.locator(OPEN).wait_for()
    found["bell"] = violations(page)
    for path in ("/notifications", "/notifications/settings"):
        look(page, teller, path)
        found[path] = [*violations(page), overflow(page)]
    page = visit(TOMAS, width, color_scheme=scheme)
    for path in ("/staff/notifications/templates", "/staff/notifications/templates/order_paid"):
        page.goto(teller.url + path)
        found[path] = [*violations(page), overflow(page)]

    assert {name: each for name, each in found.items() if each not in ([], [0])} == {}


@pytest.mark.parametrize("width", [320, 1152])
def test_the_header_has_room_for_the_bell(teller, ada, width):
    teller.tell()
    ada.set_viewport_size({"width": width, "height": 700})
    look(ada, teller, "/")

    assert overflow(ada) <= 0
