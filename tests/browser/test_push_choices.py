"""What people choose on the page of the settings, and what staff write."""

import pytest

from tests.browser.told import TOMAS, UNREAD, look
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.mark.slow
def test_each_box_is_saved_as_it_is_clicked_also_when_clicked_fast(teller, ada):
    look(ada, teller, "/notifications/settings")
    box = ada.get_by_role("checkbox", name="Your orders, on your devices")
    assert box.is_checked()

    box.uncheck()
    ada.get_by_text("Saved.").wait_for()
    wait_for(lambda: teller.chosen() == {"push": False}, 5, "the choice")
    for _ in range(4):
        box.click()
    box.click()

    wait_for(lambda: teller.chosen() == {"push": True}, 5, "the last choice")
    ada.reload()
    assert box.is_checked()


@pytest.mark.slow
def test_a_box_that_could_not_be_saved_goes_back(teller, ada):
    look(ada, teller, "/notifications/settings")
    box = ada.get_by_role("checkbox", name="Your orders, by mail")
    before = box.is_checked()
    ada.route("**/settings/choices", lambda route: route.fulfill(status=503))

    box.click()

    ada.get_by_text("That was not saved").wait_for()
    assert box.is_checked() == before


def test_a_pause_and_quiet_hours_are_answered_in_place(teller, ada):
    look(ada, teller, "/notifications/settings")
    ada.evaluate("window.stayed = true")
    ada.get_by_role("button", name="For 1 hour").click()
    ada.get_by_text("Paused until").wait_for()
    ada.get_by_role("button", name="End the pause").click()
    ada.get_by_text("Paused until").wait_for(state="detached")

    ada.get_by_label("From").fill("22:30")
    ada.get_by_role("button", name="Save quiet hours").click()
    ada.get_by_text("Both times, or none").wait_for()
    assert ada.get_by_label("From").input_value() == "22:30"
    ada.get_by_label("Until", exact=True).fill("07:00")
    ada.get_by_role("button", name="Save quiet hours").click()
    ada.get_by_role("button", name="No quiet hours").wait_for()

    assert (teller.quiet().start, teller.quiet().end) == (1350, 420)
    assert teller.quiet().zone == ada.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    ada.get_by_role("button", name="No quiet hours").click()
    ada.get_by_role("button", name="No quiet hours").wait_for(state="detached")
    assert teller.quiet().start is None
    assert ada.evaluate("window.stayed")


@pytest.mark.slow
def test_a_pause_without_an_answer_is_sent_by_the_browser_with_the_button_that_was_pressed(teller, ada):
    look(ada, teller, "/notifications/settings")
    ada.route(
        "**/settings/pause",
        lambda route: (
            route.fulfill(status=503) if "hx-request" in route.request.headers else route.continue_()
        ),
    )

    ada.get_by_role("button", name="For 1 hour").click()
    ada.get_by_text("Paused until").wait_for()
    ada.get_by_role("button", name="End the pause").click()

    ada.get_by_text("Paused until").wait_for(state="detached")
    assert teller.quiet().paused_until is None


@pytest.mark.slow
def test_the_zone_is_the_browser_s_until_somebody_types_another(teller, visit):
    page = look(visit(timezone_id="Asia/Tokyo"), teller, "/notifications/settings")
    zone = page.get_by_label("Time zone")
    assert zone.input_value() == "Asia/Tokyo"
    zone.fill("Europe/Nowhere")
    page.get_by_label("From").fill("22:30")
    page.get_by_label("Until", exact=True).fill("07:00")
    page.get_by_role("button", name="Save quiet hours").click()
    page.get_by_text("A time zone such as").wait_for()
    assert zone.input_value() == "Europe/Nowhere"

    zone.fill("Europe/Berlin")
    page.get_by_role("button", name="Save quiet hours").click()
    page.get_by_role("button", name="No quiet hours").click()

    page.get_by_role("button", name="No quiet hours").wait_for(state="detached")
    page.wait_for_function("document.querySelector('[name=zone]').value === 'Asia/Tokyo'")


def test_without_a_script_all_of_it_are_pages_and_forms(teller, visit):
    teller.read_all()
    number = teller.tell()
    page = visit(java_script_enabled=False)
    page.goto(teller.url)

    page.locator("[data-bell]").click()
    page.get_by_role("button", name=f"Mark “Order {number} is on its way” as read").click()
    assert page.locator(UNREAD).count() == 0
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("checkbox", name="Your orders, by mail").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()

    assert "Saved." in page.locator(".c-notices").inner_text()
    assert not page.get_by_role("checkbox", name="Your orders, by mail").is_checked()
    page.get_by_role("button", name="Until tomorrow").click()
    page.get_by_role("button", name="End the pause").click()
    assert teller.quiet().paused_until is None


def test_staff_see_what_they_write_as_they_write_it(teller, visit):
    page = visit(TOMAS)
    page.goto(f"{teller.url}/staff/notifications/templates")
    page.get_by_role("link", name="Order K-1001 is being packed").click()

    page.get_by_label("Title").fill("{{ nobody }}")
    page.locator("#preview").get_by_text("there is no 'nobody' here").wait_for()
    page.get_by_role("button", name="Publish").click()
    page.locator("#title-error").wait_for()
    page.get_by_label("Title").fill("We pack order {{ number }}")
    page.locator("#preview .p-look--phone").get_by_text("We pack order K-1001").wait_for()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("From now on it says this.").wait_for()
    page.get_by_role("button", name="Say this again version 1").click()

    page.get_by_text("that is version 3 now").wait_for()
    assert page.get_by_label("Title").input_value() == "Order {{ number }} is being packed"
