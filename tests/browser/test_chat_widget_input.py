"""What hands do to the shopper's panel: two clicks, a paste, too much text, a press after something went wrong."""

import pytest

from tests.browser.chatting import BOX, PAGE, begin, wait_for_bubble, write

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.slow]


def test_two_clicks_open_one_panel(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    page.goto(desk.url + PAGE)

    page.locator("[data-support]").dblclick()

    page.wait_for_selector("#support[open]")
    page.wait_for_load_state("networkidle")
    assert page.locator("#support").count() == 1


def test_a_double_click_on_send_says_it_once(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)

    page.locator(BOX).fill("Twice as quick")
    page.locator("#support .c-composer__send").dblclick()
    wait_for_bubble(page, "Twice as quick")
    write(page, "And on")
    wait_for_bubble(page, "And on")

    assert desk.heard() == ["Is the large one back?", "Twice as quick", "And on"]


def test_too_long_a_text_stays_in_the_box_with_its_count(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    write(page, "👩\u200d🚀" * 334)

    assert "1002 characters; at most 1000" in page.locator("#support [data-error]").inner_text()
    assert len(page.locator(BOX).input_value()) > 1000
    write(page, "👩\u200d🚀" * 333)
    wait_for_bubble(page, "👩\u200d🚀" * 333)


def test_whoever_tries_again_or_takes_back_a_file_goes_on_writing(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    writes_on = "() => document.activeElement.matches('.c-composer textarea')"
    page.route("**/messages", lambda route: route.fulfill(status=422, json={"detail": "Not now"}))
    write(page, "Once more")
    retry = page.locator("#support [data-state=failed] [data-retry]")
    retry.wait_for()
    page.unroute("**/messages")
    retry.press("Enter")
    wait_for_bubble(page, "Once more")
    page.wait_for_function(writes_on)

    page.locator("#support [data-file]").set_input_files(
        {"name": "virus.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
    )
    page.locator("#support [data-state=failed]").get_by_role("button", name="Dismiss").press("Enter")

    page.wait_for_function(writes_on)
    assert page.locator("#support .c-message--pending").count() == 0


def test_a_copied_table_is_pasted_as_its_text_and_a_picture_as_a_file(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    paste = """(box, withText) => {
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File(['x'], 'cells.exe', { type: 'image/x-none' }));
        if (withText) clipboardData.setData('text/plain', 'cells');
        const event = new ClipboardEvent('paste', { clipboardData, cancelable: true, bubbles: true });
        return box.dispatchEvent(event);
    }"""
    box = page.locator(BOX)

    assert box.evaluate(paste, True)
    assert page.locator("#support .c-message--pending").count() == 0
    assert not box.evaluate(paste, False)
    assert page.locator("#support .c-message--pending").count() == 1
