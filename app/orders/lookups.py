"""The way back to an order whose link is lost."""

from app.core.mail import write_mail
from app.orders import queries
from app.orders.errors import UnknownOrder


def send_link(number: str, email: str) -> None:
    """Mail the link to the address that ordered; anything else does nothing, and nobody can tell."""
    try:
        order = queries.get_order(number)
    except UnknownOrder:
        return
    if order.email == email and order.placed_at:
        write_mail(email, "orders/link.mail.txt", order=order, url=queries.link_of(order))
