"""The panel beyond its main path: refusals, a long history, the end, no script, every width."""

import pytest

from tests.browser.chatting import BOX, BUBBLE, PAGE, begin, bodies, open_panel, wait_for_bubble, write
from tests.browser.test_pages import overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.slow]


def test_the_way_to_support_keeps_still_while_the_page_beneath_it_is_updated(desk, new_page):
    page = new_page(viewport={"width": 390, "height": 844})
    page.add_init_script("""
        window.watchers = window.moves = 0;
        window.update = () => {
            const [text, target] = ['', document.body];
            return htmx.swap({ text, target, sourceElement: target, swap: 'none', transition: false });
        };
        window.IntersectionObserver = class extends IntersectionObserver {
            constructor(...all) { super(...all); window.watchers += 1; }
        };""")
    page.goto(desk.url + PAGE)
    corner = page.locator("[data-support]")
    corner.evaluate("""(corner) => {
        const { top, left } = corner.getBoundingClientRect();
        const button = document.querySelector('main').appendChild(document.createElement('button'));
        Object.assign(button.style, { position: 'fixed', top: `${top}px`, left: `${left}px`, width: '2rem' });
        return update();
    }""")
    page.wait_for_selector("[data-support][data-aside]")

    watchers = corner.evaluate("""async (corner) => {
        new MutationObserver(() => (window.moves += 1)).observe(corner, { attributeFilter: ['data-aside'] });
        const before = window.watchers;
        for (let i = 0; i < 5; i += 1) await update();
        return before;
    }""")

    page.wait_for_function("(before) => window.watchers > before", arg=watchers)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert page.evaluate("window.moves") == 0


def test_a_refused_message_keeps_its_text_and_may_be_deleted(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    refusal = {"status": 422, "json": {"errors": [{"message": "This may not be sent here"}]}}
    page.route("**/messages", lambda route: route.fulfill(**refusal))
    write(page, "Buy cheap pots")

    failed = page.locator("#support [data-state=failed]")
    failed.get_by_text("This may not be sent here").wait_for()
    assert failed.get_by_text("Buy cheap pots").is_visible()
    page.unroute("**/messages")
    failed.get_by_role("button", name="Delete").click()
    write(page, "A fair question")

    wait_for_bubble(page, "A fair question")
    assert desk.heard() == ["Is the large one back?", "A fair question"]


def test_what_arrives_while_the_newest_page_is_fetched_stays(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    page.route_web_socket("**/ws", lambda socket: socket.close())
    begin(page, desk)
    held = []

    def hold(route):
        held.append((route, route.fetch()))
        page.evaluate("window.isHeld = true")

    page.route("**/history?*", hold, times=1)
    gone = {"json": {"events": [], "head": 10_000, "reset": True}}
    page.route("**/events?*", lambda route: route.fulfill(**gone), times=1)
    page.wait_for_function("() => window.isHeld")
    write(page, "Meanwhile")
    wait_for_bubble(page, "Meanwhile")

    ((route, before),) = held
    with page.expect_response("**/history?*"):
        route.fulfill(response=before)

    page.wait_for_function("() => !document.querySelector('#support [data-pending]').childElementCount")
    assert bodies(page)[-1] == "Meanwhile"


def test_earlier_messages_come_on_demand_and_leave_the_view_where_it_is(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    for n in range(70):
        desk.reply(f"Reply {n}")
    page.goto(desk.url + "/support")
    top = page.locator(".c-thread__list .c-message").first
    first = top.inner_text()
    log = page.locator("[data-log]")
    log.evaluate("log => (log.scrollTop = 0)")
    before = page.get_by_text(first.splitlines()[-1], exact=True).bounding_box()["y"]

    page.get_by_role("link", name="Earlier messages").click()

    page.get_by_text("Is the large one back?").wait_for(state="attached")
    assert abs(page.get_by_text(first.splitlines()[-1], exact=True).bounding_box()["y"] - before) < 60
    shown = [int(text.split()[-1]) for text in bodies(page, ".c-thread__list") if text.startswith("Reply")]
    assert shown == list(range(70))


def test_new_messages_do_not_pull_away_whoever_reads_further_up(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    for n in range(30):
        desk.reply(f"Reply {n}")
    wait_for_bubble(page, "Reply 29")
    log = page.locator("#support [data-log]")
    log.evaluate("log => (log.scrollTop = 0)")
    page.wait_for_function("() => document.querySelector('#support [data-log]').scrollTop === 0")

    desk.reply("One more")
    desk.reply("And another")

    page.get_by_role("button", name="2 new messages").wait_for()
    assert log.evaluate("log => log.scrollTop") == 0
    page.get_by_role("button", name="2 new messages").click()
    page.wait_for_function(
        "() => { const log = document.querySelector('#support [data-log]');"
        " return log.scrollHeight - log.scrollTop - log.clientHeight < 2; }"
    )


def test_the_end_asks_how_it_was(desk, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    begin(page, desk)
    desk.reply("On Friday.")
    wait_for_bubble(page, "On Friday.")
    desk.resolve()

    page.get_by_text("How was it?").wait_for()
    page.get_by_role("radio", name="5 of 5, good").check()
    page.get_by_label("Anything to add? (optional)").fill("Quick")
    page.get_by_role("button", name="Send the rating").click()

    page.get_by_role("button", name="Change the rating").wait_for()


def test_without_a_script_a_shopper_is_served_too(desk, new_page):
    desk.stay()
    page = new_page(java_script_enabled=False)
    page.goto(desk.url + PAGE)
    page.get_by_role("link", name="Support").click()
    page.get_by_label("Your message").fill("Is the large one back?")
    page.get_by_role("button", name="Send").click()
    desk.reply("On Friday.")
    page.get_by_role("link", name="Check for new messages").click()
    assert page.get_by_text("On Friday.").is_visible()

    page.get_by_label("Your message").fill("Thank you")
    page.get_by_role("button", name="Send", exact=True).click()

    assert page.get_by_text("Thank you").is_visible()
    assert desk.heard() == ["Is the large one back?", "Thank you"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1440])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(desk, new_page, width, scheme):
    page = new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    open_panel(page, desk)
    found = {"opening": [violations(page), overflow(page)]}
    page.locator("#support .c-opening textarea").fill("https://example.com/" + "long" * 60)
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_selector(BOX)
    write(page, "Donaudampfschifffahrtsgesellschaft" * 3)
    desk.reply("On Friday. " * 20)
    page.locator(f"{BUBBLE}[data-side=agent]").wait_for()
    found["talk"] = [violations(page), overflow(page)]
    page.goto(desk.url + "/support")
    found["page"] = [violations(page), overflow(page)]
    desk.resolve()
    page.goto(desk.url + "/support")
    found["rating"] = [violations(page), overflow(page)]

    assert {name: what for name, what in found.items() if what != [[], 0]} == {}
