"""A shop with one of everything, and one browser or program for each kind of caller."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.catalogue.imports import files as catalogue_files
from app.catalogue.models import Category, Product
from app.chat import filter_rules
from app.chat.access import Actor
from app.chat.console import canned
from app.chat.desk import agents, departments
from app.chat.models import Attachment, ChatHold
from app.core.database import db, run_transaction
from app.inventory.imports import files as stock_files
from app.inventory.models import Reservation
from app.inventory.reservations import Party
from app.notifications.campaigns import campaigns
from app.notifications.campaigns.campaigns import Offer
from app.notifications.keys import vapid
from app.security.access import Caller
from app.security.tokens import SCOPES, create_token
from tests.chat.files.samples import image
from tests.chat.files.sending import send_checked
from tests.chat.shelf.keeping import hold
from tests.chat.talking import open_group, open_room, say
from tests.factories import make_product, make_user
from tests.notifications import telling
from tests.notifications.devices import Browser, subscribe
from tests.orders.buying import buy
from tests.security.test_login import csrf_of, sign_in

PEOPLE = {"ada": "shopper", "bob": "shopper", "agent": "agent", "staff": "staff", "admin": "admin"}


@dataclass
class Furnished:
    """`things` has the name by which the table calls each object; all that can belong to somebody is Ada's."""

    app: Flask
    things: dict[str, str] = field(default_factory=dict)
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    csrf: dict[str, str] = field(default_factory=dict)


class Restorer:
    """Puts the SQLite database back to what it was, when somebody has written to it."""

    def __init__(self, file: Path):
        self.live = sqlite3.connect(file, timeout=10)
        self.kept = sqlite3.connect(":memory:")
        self.live.backup(self.kept)
        self.seen = self.version()

    def version(self) -> Any:
        return self.live.execute("PRAGMA data_version").fetchone()

    def restore(self) -> None:
        if self.version() != self.seen:
            self.kept.backup(self.live)
            self.seen = self.version()

    def close(self) -> None:
        self.live.close()
        self.kept.close()


def furnish(app: Flask) -> Furnished:
    shop = Furnished(app)
    actors = {name: come_in(shop, name, role) for name, role in PEOPLE.items()}
    shop.clients["guest"] = app.test_client()
    shop.csrf = {name: csrf_of(client, "/orders") for name, client in shop.clients.items()}
    for scope in SCOPES:
        shop.tokens[scope] = create_token(scope, [scope])
        shop.tokens[f"not {scope}"] = create_token(
            f"not {scope}", [other for other in SCOPES if other != scope]
        )
    shop.tokens["all"] = create_token("all", list(SCOPES))
    shop.things |= {"nothing": "nothing", "no_number": "99", "mail": "1"}
    furnish_shelf(shop)
    furnish_orders(shop, actors)
    furnish_chat(shop, actors)
    furnish_desk(shop, actors)
    furnish_inbox(shop, actors)
    furnish_imports(shop, actors)
    db.session.rollback()
    return shop


def come_in(shop: Furnished, name: str, role: str) -> Actor:
    user = make_user(role, email=f"{name}@example.test", name=name.title())
    if role == "agent":
        run_transaction(lambda: agents.enrol_agent(user))
    client = shop.app.test_client()
    sign_in(client, user.email)
    shop.clients[name] = client
    shop.things[name] = user.public_id
    return Actor(f"user:{user.public_id}", name.title(), role)


def furnish_shelf(shop: Furnished) -> None:
    product = make_product(sku="CUP", slug="cup", stock=50, threshold=0)
    empty = Category(slug="empty", name="Empty", blurb="", picture="", position=99)
    run_transaction(lambda: db.session.add(empty))
    found = db.session.get_one(Product, product.id)
    shop.things |= {
        "product": str(found.id),
        "variant": str(found.variants[0].id),
        "picture": str(found.pictures[0].id),
        "category": str(empty.id),
    }


def furnish_orders(shop: Furnished, actors: dict[str, Actor]) -> None:
    order = buy(Party(actors["ada"].subject, "address"), CUP=1)
    shop.things |= {"order": order.number, "order_token": order.token}
    shop.things["paid_hold"] = db.session.scalars(sa.select(Reservation.id)).first() or ""


def furnish_chat(shop: Furnished, actors: dict[str, Actor]) -> None:
    ada, agent = actors["ada"], actors["agent"]
    room = open_room(ada)
    seq = say(room, ada).message.seq
    send_checked(room, image(), "cup.jpg", ada)
    hold(room, agent)
    inside = open_group(agent, "internal", actors["staff"])
    group = open_group(ada, "group")
    say(inside, agent)
    say(group, ada)
    shop.things |= {
        "room": room.public_id,
        "seq": str(seq),
        "file": db.session.scalars(sa.select(Attachment.public_id)).one(),
        "held": db.session.scalars(sa.select(ChatHold.public_id)).one(),
        "inside": inside.public_id,
        "group": group.public_id,
    }


def furnish_desk(shop: Furnished, actors: dict[str, Actor]) -> None:
    admin = actors["admin"]
    department = run_transaction(lambda: departments.add_department("Glazes", admin))
    rule = run_transaction(lambda: filter_rules.add_rule("casino", "mask", admin))
    reply = run_transaction(lambda: canned.add_canned("hello", "Hello", admin))
    shop.things |= {"department": str(department.id), "rule": str(rule.id), "reply": str(reply.id)}


def furnish_inbox(shop: Furnished, actors: dict[str, Actor]) -> None:
    telling.register(shop.app)
    ada = actors["ada"].subject
    shop.things["notice"] = str(telling.tell(ada))
    vapid.ensure_key()
    browser = Browser()
    offered = browser.offer()
    shop.things |= {
        "device": subscribe(ada, browser).public_id,
        "endpoint": offered.endpoint,
        "p256dh": offered.p256dh,
        "auth": offered.auth,
        "shop_key": offered.application_key,
    }
    by = campaigns.Deed(actors["admin"].subject, "admin")
    offer = Offer("Sale", "All cups", "/search")
    draft = run_transaction(lambda: campaigns.save_draft(None, "Sale", offer, by))
    shop.things["promotion"] = draft.public_id


def furnish_imports(shop: Furnished, actors: dict[str, Actor]) -> None:
    caller = Caller(actors["staff"].subject, "staff", ())
    rows = catalogue_files.read_file(b"product,name,category\ncup,Mug,tableware\n")
    shop.things["catalogue_import"] = catalogue_files.keep_rows("cups.csv", rows, caller)
    count = stock_files.make_preview("count.csv", b"sku,on_hand\nCUP,40\n", "Counted", caller.name)
    shop.things["stock_import"] = run_transaction(lambda: stock_files.keep(count))
