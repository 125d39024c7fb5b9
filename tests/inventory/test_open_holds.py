"""Who holds what, and ending a hold by hand."""

from app.core.database import run_transaction
from app.inventory import open_holds
from app.inventory.reservations import Party
from tests.factories import make_product, make_user
from tests.inventory.holding import ADA, BY_TEST, JUN, age, figures, process, release, reserve


def release_all(*holds):
    return run_transaction(lambda: open_holds.release_all([held.id for held in holds], BY_TEST, role="staff"))


def owners(page):
    return [held.owner_name for held in page.holds]


def test_owners_are_called_what_staff_know_them_by(any_app):
    make_product(sku="CUP", stock=20)
    user = make_user(name="Ada Novak")
    for owner in (f"user:{user.public_id}", "visitor:cd34ef", "ext:till-2", "order:KM-7", "user:gone"):
        reserve(Party(owner), CUP=1)

    names = {held.owner: held.owner_name for held in open_holds.list_holds_of("CUP")}

    assert names == {
        f"user:{user.public_id}": "Ada Novak",
        "visitor:cd34ef": "Visitor cd34ef",
        "ext:till-2": "Program till-2",
        "order:KM-7": "Order KM-7",
        "user:gone": "Account gone",
    }


def test_a_skus_page_lists_what_is_open_on_it_and_only_its_lines(any_app):
    make_product(sku="CUP", stock=20)
    make_product(sku="MUG", stock=20)
    reserve(ADA, CUP=2, MUG=3)
    reserve(JUN, MUG=1)
    release(reserve(Party("ext:kim"), CUP=1))
    process("KM-1", reserve(Party("ext:lea"), CUP=1))

    (held,) = open_holds.list_holds_of("CUP")

    assert [(line.sku, line.units) for line in held.lines] == [("CUP", 2)]
    assert (held.owner_name, held.units, held.ms_left > 0) == ("Program ada", 2, True)


def test_those_that_end_first_come_first_page_by_page(any_app, monkeypatch):
    monkeypatch.setattr(open_holds, "PAGE", 2)
    make_product(sku="CUP", stock=20)
    for seconds, name in ((100, "a"), (3000, "past"), (50, "b")):
        age(reserve(Party(f"ext:{name}"), CUP=1), seconds)

    first = open_holds.list_holds()
    second = open_holds.list_holds(after=first.next)

    assert owners(first) == ["Program past", "Program a"]
    assert first.holds[0].ms_left < 0
    assert (owners(second), second.next, second.total) == (["Program b"], None, 3)


def test_holds_are_found_by_owner_account_and_sku(any_app):
    make_product(sku="CUP", stock=20)
    make_product(sku="MUG", stock=20)
    user = make_user(name="Mira Quist")
    reserve(Party(f"user:{user.public_id}"), CUP=1)
    reserve(ADA, MUG=1)

    assert owners(open_holds.list_holds(owner="quist")) == ["Mira Quist"]
    assert owners(open_holds.list_holds(owner="ext:ada")) == ["Program ada"]
    assert owners(open_holds.list_holds(sku="mug")) == ["Program ada"]
    assert open_holds.list_holds(owner="%").total == 0


def test_one_address_with_many_holds_shows(any_app):
    make_product(sku="CUP", stock=20)
    for name in "ab":
        reserve(Party(f"visitor:{name}", client="same"), CUP=1)
    reserve(ADA, CUP=1)

    peers = {held.owner: held.peers for held in open_holds.list_holds_of("CUP")}

    assert peers == {"visitor:a": 2, "visitor:b": 2, "ext:ada": 0}


def test_several_are_released_at_once_and_those_that_ended_are_left_out(any_app):
    make_product(sku="CUP", stock=20)
    make_product(sku="MUG", stock=20)
    first, second = reserve(ADA, CUP=2, MUG=3), reserve(JUN, MUG=1)
    gone = reserve(Party("ext:kim"), CUP=4)
    release(gone)

    released = release_all(first, second, gone)

    assert {held.id for held in released} == {first.id, second.id}
    assert (figures("CUP"), figures("MUG")) == ((20, 0, 20), (20, 0, 20))
    assert release_all(first) == []
