"""The address that a notification leads to: it names the delivery to us and tells nobody else anything."""

from app.core.signing import is_signed, sign

PURPOSE = "click"


def click_path(delivery: str, action: str = "") -> str:
    """`delivery` is its public id. Signed, so that nobody can count clicks that nobody made."""
    return f"/n/{write_token(delivery, action)}"


def write_token(delivery: str, action: str) -> str:
    named = f"{delivery}.{action}"
    return f"{named}.{sign(PURPOSE, named)}"


def read_token(token: str) -> tuple[str, str] | None:
    """The delivery and the action; None for one that is not ours."""
    named, _, mark = token.rpartition(".")
    if not is_signed(PURPOSE, named, mark):
        return None
    delivery, _, action = named.partition(".")
    return delivery, action
