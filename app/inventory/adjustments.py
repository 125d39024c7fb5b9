"""Changing stock by hand or by program: add, remove, set, receive, damage, return, and what a sale takes."""

from app.core.errors import Invalid
from app.inventory import queries
from app.inventory.errors import StaleVersion, VersionRequired
from app.inventory.ledger import Change, Figures, Origin, apply

OPERATIONS = ("add", "remove", "set", "receive", "damage", "return", "sale", "undamage")
LARGEST_QUANTITY = 1_000_000


def change_stock(
    sku: str,
    operation: str,
    quantity: int,
    origin: Origin,
    *,
    location: str | None = None,
    expect: int | None = None,
) -> Figures:
    """Change a SKU at one location (the first one by default). Call inside transaction().

    `set` needs `expect`, the version that the caller saw, so that it cannot undo what happened since. Setting what is
    there already changes nothing. Raises UnknownSku, InsufficientStock, StaleVersion, VersionRequired or Invalid.
    """
    if not 0 <= quantity <= LARGEST_QUANTITY or (quantity == 0 and operation != "set"):
        raise Invalid(errors=[{"field": "quantity", "message": f"Between 1 and {LARGEST_QUANTITY}"}])
    level = queries.get_level(sku, location)
    if operation == "set" and expect is None:
        raise VersionRequired()
    if expect is not None:
        require_version(sku, expect)
    change = change_for(operation, quantity, level.on_hand)
    if change == Change(change.kind):
        return Figures(level.on_hand, level.reserved, level.unavailable, level.version)
    return apply(level.id, sku, change, origin, expect=None if expect is None else level.version)


def require_version(sku: str, expect: int) -> None:
    """Callers know the version of the SKU over all locations; the ledger then guards the one level that was read."""
    stock = queries.get_stock(sku)
    if stock.version != expect:
        raise StaleVersion(
            f"{sku} is at version {stock.version}, not {expect}",
            productId=sku,
            version=stock.version,
            onHand=stock.on_hand,
        )


def change_for(operation: str, quantity: int, on_hand: int) -> Change:
    match operation:
        case "add":
            return Change("adjust", on_hand=quantity)
        case "remove":
            return Change("adjust", on_hand=-quantity)
        case "set":
            return Change("adjust", on_hand=quantity - on_hand)
        case "receive" | "return":
            return Change(operation, on_hand=quantity)
        case "damage":
            return Change("damage", unavailable=quantity)
        case "undamage":
            return Change("undamage", unavailable=-quantity)
        case "sale":
            return Change("sale", on_hand=-quantity)
    raise Invalid(errors=[{"field": "operation", "message": f"One of {', '.join(OPERATIONS)}"}])
