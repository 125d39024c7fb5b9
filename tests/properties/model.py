"""What the shop should do, as plain Python over dictionaries: no SQL, no locks, time in whole seconds."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field

TTL_S, CAP_S = 600, 1800


class Refused(Exception):
    """`args[0]` is the code that the caller hears."""


@dataclass
class Shelf:
    """One SKU at one location; locations give in the order in which they stand here."""

    sku: str
    place: str
    backorder: int = 0
    on_hand: int = 0
    reserved: int = 0
    unavailable: int = 0
    version: int = 0

    @property
    def available(self) -> int:
        return self.on_hand + self.backorder - self.reserved - self.unavailable

    def move(self, on_hand: int = 0, reserved: int = 0, unavailable: int = 0) -> None:
        after = self.on_hand + on_hand, self.reserved + reserved, self.unavailable + unavailable
        if min(after) < 0 or after[1] + after[2] > after[0] + self.backorder:
            raise Refused("insufficient_stock")
        if on_hand or reserved or unavailable:
            self.on_hand, self.reserved, self.unavailable = after
            self.version += 1


@dataclass
class Hold:
    """`left` and `cap` are the seconds until it is due, and until it cannot be renewed."""

    owner: str
    left: int
    cap: int
    units: dict[tuple[str, str], int] = field(default_factory=dict)
    status: str = "held"
    order: str | None = None


class Model:
    def __init__(self, shelves: list[Shelf]):
        self.shelves = {(shelf.sku, shelf.place): shelf for shelf in shelves}
        self.holds: list[Hold] = []

    def of(self, sku: str) -> list[Shelf]:
        return [shelf for shelf in self.shelves.values() if shelf.sku == sku]

    def version(self, sku: str) -> int:
        return sum(shelf.version for shelf in self.of(sku))

    def held_by(self, owner: str) -> Hold | None:
        return next((hold for hold in self.holds if hold.owner == owner and hold.status == "held"), None)

    def newest_of(self, owner: str) -> Hold:
        for hold in reversed(self.holds):
            if hold.owner == owner:
                return hold
        raise Refused("no_reservation")

    def sold_as(self, order: str) -> Hold | None:
        return next((hold for hold in self.holds if hold.order == order), None)

    def change(self, sku: str, place: str, operation: str, quantity: int) -> None:
        shelf = self.shelves[sku, place]
        if operation == "set":
            shelf.move(on_hand=quantity - shelf.on_hand)
        elif operation == "damage":
            shelf.move(unavailable=quantity)
        else:
            shelf.move(on_hand=-quantity if operation == "remove" else quantity)

    def short(self, owner: str, wanted: dict[str, int]) -> list[str]:
        hold = self.held_by(owner)
        own = hold.units if hold else {}
        return [
            sku
            for sku, units in wanted.items()
            if units - sum(held for (held_sku, _), held in own.items() if held_sku == sku)
            > sum(shelf.available for shelf in self.of(sku))
        ]

    def reserve(self, owner: str, wanted: dict[str, int], ttl: int | None) -> Hold:
        self.make_room(owner, wanted)
        return self.set_aside(owner, wanted, ttl)

    def make_room(self, owner: str, wanted: dict[str, int]) -> None:
        while short := self.short(owner, wanted):
            if not self.expire_due(lambda hold: any(sku in short for sku, _ in hold.units)):  # noqa: B023
                raise Refused("insufficient_stock")
            if (own := self.held_by(owner)) and own.cap <= 0:
                break

    def set_aside(self, owner: str, wanted: dict[str, int], ttl: int | None) -> Hold:
        hold = self.held_by(owner)
        if hold and hold.cap <= 0:
            self.expire_due(lambda other: other.owner == owner)
            raise Refused("reservation_gone")
        if hold is None:
            if not any(wanted.values()):
                raise Refused("invalid")
            hold = Hold(owner, 0, CAP_S)
            self.holds.append(hold)
        hold.left = min(TTL_S if ttl is None else ttl, hold.cap)
        for sku, units in wanted.items():
            self.fit(hold, sku, units)
        if not hold.units:
            hold.status = "released"
        return hold

    def fit(self, hold: Hold, sku: str, units: int) -> None:
        """More comes from the first locations, less goes back to the last."""
        more = units - sum(hold.units.get((sku, shelf.place), 0) for shelf in self.of(sku))
        for shelf in self.of(sku) if more > 0 else reversed(self.of(sku)):
            held = hold.units.pop((sku, shelf.place), 0)
            step = min(more, shelf.available) if more > 0 else max(more, -held)
            shelf.move(reserved=step)
            more -= step
            if held + step:
                hold.units[sku, shelf.place] = held + step

    def close(self, hold: Hold, status: str) -> Hold:
        if hold.status != "held":
            raise Refused("reservation_gone")
        sold = status == "committed"
        if sold and any(units > self.shelves[key].on_hand for key, units in hold.units.items()):
            raise Refused("insufficient_stock")
        hold.status = status
        for key, units in hold.units.items():
            self.shelves[key].move(on_hand=-units if sold else 0, reserved=-units)
        return hold

    def release(self, owner: str) -> Hold:
        return self.close(self.newest_of(owner), "released")

    def process(self, order: str, owner: str) -> Hold:
        if done := self.sold_as(order):
            return done
        sold = self.close(self.newest_of(owner), "committed")
        sold.order = order
        return sold

    def sell(self, order: str, wanted: dict[str, int]) -> Hold:
        if done := self.sold_as(order):
            return done
        self.make_room(f"order:{order}", wanted)
        before = deepcopy((self.shelves, self.holds))
        self.set_aside(f"order:{order}", wanted, None)
        try:
            return self.process(order, f"order:{order}")
        except Refused:
            self.shelves, self.holds = before
            raise

    def expire_due(self, chosen: Callable[[Hold], bool] = lambda _: True) -> int:
        due = [hold for hold in self.holds if hold.status == "held" and hold.left <= 0 and chosen(hold)]
        for hold in due:
            self.close(hold, "expired")
        return len(due)

    def age(self, hold: Hold, seconds: int) -> None:
        hold.left -= seconds
        hold.cap -= seconds
