"""Who is told something, and what they chose, as browser tests of the notifications use them."""

import itertools

import sqlalchemy as sa

from app import create_app
from app.core.database import db, run_transaction
from app.notifications import notify
from app.notifications.choices import preferences, quiet
from app.notifications.inbox import inbox
from app.notifications.notify import Notice
from app.security.models import User
from tests.factories import PASSWORD, make_product, make_user

ADA, TOMAS = "ada@example.test", "tomas@example.test"
TOAST, UNREAD, OPEN = "[data-toast]", ".c-told[data-unread]", "#newest:popover-open"
numbers = itertools.count(1)


class Teller:
    def __init__(self, shop):
        self.url = shop.url
        self.app = create_app(shop.settings)

    def subject(self, email=ADA):
        with self.app.app_context():
            return f"user:{db.session.scalar(sa.select(User.public_id).where(User.email == email))}"

    def tell(self, key="order_shipped"):
        number = f"K-{next(numbers)}"
        facts = {"number": number, "token": "ab12", "pieces": 2, "total": 7200, "status": "paid"}
        notice = Notice(self.subject(), key, f"test:{number}", facts)
        with self.app.app_context():
            run_transaction(lambda: notify.notify(notice))
        return number

    def read_all(self):
        subject = self.subject()
        with self.app.app_context():
            run_transaction(lambda: inbox.mark_read(subject))

    def chosen(self):
        subject = self.subject()
        with self.app.app_context():
            return preferences.stored_of(subject).get("order_status", {})

    def quiet(self):
        subject = self.subject()
        with self.app.app_context():
            return quiet.read_quiet(subject)


def people():
    make_product(sku="CUP", slug="cup", name="Cup", stock=10)
    make_user("shopper", email=ADA)
    make_user("staff", email=TOMAS, name="Tomás Rey")


def sign_in(browser, url, email):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/login")
    page.locator("#email").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("[popovertarget=account]").wait_for()
    cookies = context.storage_state()
    context.close()
    return cookies


def look(page, shop, path="/products/cup"):
    page.goto(shop.url + path)
    page.wait_for_selector("[data-live-chip][data-state=live]")
    return page


def count(page):
    return page.locator("[data-bell-count] .c-count").all_inner_texts()
