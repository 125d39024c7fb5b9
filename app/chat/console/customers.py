"""Who the shopper of a conversation is: account, cart, orders and earlier conversations, for the agent's pane."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.chat.access import Actor, at_desk
from app.chat.accounts import find_account
from app.chat.console.inbox_rows import Row, make_rows, selected
from app.chat.models import Participant, Room
from app.core.database import db
from app.orders import queries as orders
from app.orders.models import Order
from app.orders.queries import Cart

MOST_ORDERS = 5
MOST_EARLIER = 5


@dataclass(frozen=True)
class Customer:
    """`since` is when the account was made; a guest has none, and is known by what the form was given."""

    name: str
    email: str
    since: int | None
    page: str
    cart: Cart
    orders: Sequence[Order]
    earlier: list[Row]

    @property
    def is_guest(self) -> bool:
        return self.since is None


def read_customer(actor: Actor, room: Room) -> Customer:
    """For a room that the caller has got through the door; earlier rooms are those that the caller may read."""
    owner = room.owner or ""
    account = find_account(owner)
    shopper = db.session.get(Participant, (room.id, owner))
    return Customer(
        name=room.name or (account.name if account else "") or (shopper.name if shopper else "") or "Guest",
        email=room.email or (account.email if account else ""),
        since=account.created_at if account else None,
        page=room.page,
        cart=orders.read_cart(owner),
        orders=orders.list_orders(owner, MOST_ORDERS),
        earlier=list_earlier(actor, room),
    )


def list_earlier(actor: Actor, room: Room) -> list[Row]:
    if room.owner is None:
        return []
    found = db.session.execute(
        selected()
        .where(at_desk(actor), Room.owner == room.owner, Room.id != room.id, Room.head_p > 0)
        .order_by(Room.id.desc())
        .limit(MOST_EARLIER)
    ).all()
    return make_rows(actor, found)
