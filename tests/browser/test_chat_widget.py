"""The shopper's side of the chat in a real browser: what is written arrives once, whatever happens meanwhile."""

import pytest

from tests.browser.chatting import BOX, BUBBLE, PAGE, begin, bodies, wait_for_bubble, write

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_a_shopper_asks_gets_an_answer_and_finds_both_on_the_next_page(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    desk.reply("On Friday.")
    wait_for_bubble(page, "On Friday.")
    write(page, "Thank you")
    wait_for_bubble(page, "Thank you")

    page.goto(desk.url + "/")
    page.wait_for_selector(BOX)

    assert [body for body in bodies(page) if "here" not in body] == [
        "Is the large one back?",
        "On Friday.",
        "Thank you",
    ]
    assert desk.heard() == ["Is the large one back?", "Thank you"]


def test_what_was_written_offline_survives_a_reload_and_is_sent_once(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    page.route("**/messages", lambda route: route.abort("internetdisconnected"))
    write(page, "Keep one for me")
    write(page, "Two, in fact")
    page.wait_for_selector("#support .c-message--pending:nth-child(2)")
    assert bodies(page, "#support .c-thread__pending") == ["Keep one for me", "Two, in fact"]

    page.reload()
    page.wait_for_selector("#support .c-message--pending:nth-child(2)")
    page.unroute("**/messages")
    page.reload()

    wait_for_bubble(page, "Two, in fact")
    page.wait_for_function("() => document.querySelector('#support [data-pending]').childElementCount === 0")
    assert bodies(page)[-2:] == ["Keep one for me", "Two, in fact"]
    assert desk.heard() == ["Is the large one back?", "Keep one for me", "Two, in fact"]


def test_an_answer_that_was_lost_on_the_way_doubles_nothing(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)

    def lose_answer(route):
        route.fetch()
        route.abort("connectionreset")

    page.route("**/messages", lose_answer, times=1)
    write(page, "Only once")

    wait_for_bubble(page, "Only once")
    page.wait_for_function("() => document.querySelector('#support [data-pending]').childElementCount === 0")
    assert bodies(page).count("Only once") == 1
    assert desk.heard().count("Only once") == 1


def test_on_a_phone_what_was_written_offline_goes_out_from_the_next_page_with_the_panel_shut(desk, new_page):
    page = new_page(viewport={"width": 390, "height": 844})
    begin(page, desk)
    page.route("**/messages", lambda route: route.abort("internetdisconnected"))
    write(page, "Keep one for me")
    page.wait_for_selector("#support .c-message--pending")
    page.unroute("**/messages")

    with page.expect_response("**/messages"):
        page.goto(desk.url + PAGE)

    assert page.locator("#support").count() == 0
    assert desk.heard() == ["Is the large one back?", "Keep one for me"]
    page.locator("[data-support]").click()
    wait_for_bubble(page, "Keep one for me")


def test_with_the_keyboard_alone(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    page.goto(desk.url + PAGE)
    page.locator("[data-support]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#support[open]")
    page.wait_for_function("() => document.activeElement.closest('#support')")
    for _ in range(8):
        if page.evaluate("document.activeElement.id") == "body":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(BOX)
    page.wait_for_function("() => document.activeElement.matches('.c-composer textarea')")
    page.keyboard.type("First line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line")
    page.keyboard.press("Enter")
    page.locator(BUBBLE, has_text="second line").wait_for()
    assert desk.heard() == ["By keyboard", "First line\nsecond line"]

    page.keyboard.press("Escape")

    page.wait_for_selector("#support:not([open])", state="attached")
    assert page.evaluate("document.activeElement.matches('[data-support]')")
    assert page.locator("[data-support]").get_attribute("aria-expanded") == "false"


def test_replies_are_noticed_while_the_panel_is_shut(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    page.get_by_role("button", name="Close support").click()
    page.goto(desk.url + PAGE)
    page.wait_for_function("() => document.title.startsWith('Cup')")

    desk.reply("On Friday.")

    page.wait_for_function("() => /^\\(\\d+\\) Cup/.test(document.title)")
    assert page.locator("[data-support-count]").is_visible()
    assert "1 new message from Mira" in page.locator("[data-support-said]").inner_text()
    page.locator("[data-support]").click()
    wait_for_bubble(page, "On Friday.")
    page.wait_for_function("() => document.title.startsWith('Cup')")
    assert page.locator("[data-support-count]").is_hidden()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_way_to_support_steps_aside_for_what_can_be_pressed(desk, new_page, width):
    page = new_page(viewport={"width": width, "height": 844})
    page.goto(desk.url + PAGE)
    covered = """() => {
        const corner = document.querySelector('[data-support]').getBoundingClientRect();
        return [...document.querySelectorAll('main :is(a, button, input, .c-price)')].filter((each) => {
            const box = each.getBoundingClientRect();
            return box.width && box.right > corner.left && box.left < corner.right
                && box.bottom > corner.top && box.top < corner.bottom;
        }).map((each) => each.outerHTML.slice(0, 80));
    }"""
    button = page.get_by_role("button", name="Add to cart")
    for offset in (0, 30, 60, 100):
        page.evaluate(
            "([button, offset]) => scrollTo(0, button.getBoundingClientRect().bottom + scrollY - innerHeight + offset)",
            [button.element_handle(), offset],
        )
        page.wait_for_function(f"() => ({covered})().length === 0")
