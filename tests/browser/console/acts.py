"""What agents and shoppers do on the pages of the chat."""

DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}}


def choose_status(page, status):
    page.locator("#agent summary").click()
    page.get_by_role("radio", name=status).check()
    page.get_by_role("button", name="Save").click()
    page.locator(f"#agent [data-status={status.lower()}]").wait_for()


def open_room(page, name):
    page.locator("#inbox").get_by_text(name, exact=True).click()
    page.locator("#talk-title").get_by_text(name).wait_for()


def claim(page):
    """Until the answer is there: the buttons above the conversation may know it sooner, by the socket."""
    page.locator("#conversation").evaluate("(shown) => shown.setAttribute('data-before', '')")
    page.get_by_role("button", name="Claim").click()
    page.locator("#conversation:not([data-before])").wait_for()
    page.get_by_role("button", name="Resolve and next").wait_for()


def write(page, text):
    page.locator("[name=body]").fill(text)
    page.keyboard.press("Enter")
    said(page, text).wait_for()


def said(page, text):
    return page.locator("[data-list] .c-message", has_text=text)
