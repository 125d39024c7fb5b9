"""What a guest had becomes the account's at login."""

from typing import Any

from app.orders import carts, checkout


def follow_login(_: Any, *, guest: str, owner: str) -> None:
    carts.merge_carts(guest, owner)
    checkout.merge_checkout(guest, owner)
