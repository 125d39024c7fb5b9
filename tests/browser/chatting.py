"""The shopper's panel and the agent at the other end, as browser tests use them."""

import itertools
import re

import sqlalchemy as sa

from app import create_app
from app.chat import messages, reads
from app.chat.desk import assignment, endings
from app.chat.lines import Draft
from app.chat.models import Message, Room
from app.core.database import db, read_now, run_transaction
from tests.chat.desk import add_agent, change_agent
from tests.chat.talking import MIRA
from tests.factories import PASSWORD, make_product, make_user

DAY_MS = 24 * 3600_000
JONAS = "jonas@example.test"
PAGE = "/products/cup"
BOX = "#support .c-composer textarea"
BUBBLE = "#support .c-thread__list .c-message"
numbers = itertools.count(1)


class Desk:
    """Mira, who answers the conversation that began last."""

    def __init__(self, shop):
        self.url = shop.url
        self.app = create_app(shop.settings)

    def stay(self):
        """She has no console open here, so that the clock would take her for gone."""
        with self.app.app_context():
            change_agent(MIRA, lease_until=read_now() + DAY_MS, chosen_status="online")

    def reply(self, body):
        draft = Draft(f"mira-{next(numbers):06}", body)
        self.act(lambda room: messages.post_message(room, MIRA, draft))

    def resolve(self):
        """Only who has a conversation ends it."""
        self.act(lambda room: assignment.claim_room(room, MIRA))
        self.act(lambda room: endings.resolve_room(room, MIRA))

    def read(self):
        self.act(lambda room: reads.mark_read(room, MIRA.subject, "p", room.head_p))

    def sign_in(self, page):
        """A page of somebody else at the desk."""
        page.goto(f"{self.url}/login")
        page.locator("#email").fill(JONAS)
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        return page

    def act(self, do):
        with self.app.app_context():
            room = db.session.scalars(sa.select(Room).order_by(Room.id.desc())).first()
            run_transaction(lambda: do(room))

    def heard(self):
        """What the shopper of that conversation has said, as it is stored."""
        with self.app.app_context():
            newest = sa.select(sa.func.max(Room.id)).scalar_subquery()
            said = sa.select(Message.body).where(Message.room_id == newest, Message.side == "shopper")
            return list(db.session.scalars(said.order_by(Message.seq)))


def staffed_shop():
    make_product(sku="CUP", slug="cup", name="Cup", stock=10)
    add_agent(capacity=50, lease_ms=DAY_MS)
    make_user("agent", email=JONAS, name="Jonas")


def open_panel(page, desk, path=PAGE):
    desk.stay()
    page.goto(desk.url + path)
    page.locator("[data-support]").click()
    page.wait_for_selector("#support[open]")


def begin(page, desk, body="Is the large one back?"):
    open_panel(page, desk)
    page.locator("#support .c-opening textarea").fill(body)
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_selector(BOX)


def write(page, body):
    page.locator(BOX).fill(body)
    page.locator(BOX).press("Enter")


def wait_for_bubble(page, body):
    page.locator(f"{BUBBLE} .c-message__body", has_text=re.compile(f"^{re.escape(body)}$")).wait_for()


def bodies(page, of=BUBBLE):
    return page.locator(f"{of} .c-message__body").all_inner_texts()
