"""The timeline answers "why is it 47?", on both databases."""

from app.core.database import transaction
from app.inventory import history, queries
from app.inventory.history import FigureStep
from app.inventory.ledger import Change, Origin, apply
from tests.factories import make_product, make_user
from tests.inventory.holding import ADA, process, reserve
from tests.inventory.past import change
from tests.inventory.test_ledger import add_second_location


def entries(sku="CUP", **options):
    return history.list_timeline(sku, **options).entries


def test_an_entry_says_what_changed_from_what_to_what(any_app):
    make_product(sku="CUP", stock=48)
    held = process("A-1", reserve(ADA, CUP=1))

    sold, reserved, opened = entries()

    assert (sold.what, sold.main, sold.location) == ("Sold", FigureStep("on_hand", 48, 47), "Shelf")
    assert sold.steps[1] == FigureStep("reserved", 1, 0)
    assert (reserved.what, reserved.main.words, reserved.source) == ("Held", "reserved", f"hold:{held.id}")
    assert (opened.what, opened.why) == ("Opening stock", "Opening stock")


def test_whoever_did_it_has_a_readable_name(any_app):
    make_product(sku="CUP", stock=1)
    ada = make_user("staff", name="Ada Novak")
    names = {
        f"user:{ada.public_id}": "Ada Novak",
        "user:gone": "a former user",
        "token:import": "program import",
        "clock": "the clock",
        "visitor:cd34": "a visitor",
        "somebody": "somebody",
    }
    for actor in names:
        with transaction():
            level = queries.get_level("CUP").id
            apply(level, "CUP", Change("adjust", on_hand=1), Origin(actor, "because"))

    assert [entry.who for entry in entries()] == [*reversed(names.values()), "test"]


def test_pages_meet_without_a_gap_or_a_double_over_all_locations(any_app):
    make_product(sku="CUP", stock=1)
    add_second_location("CUP", 1)
    for _ in range(5):
        change("CUP", "add", 1)
        change("CUP", "add", 1, location="cellar")
    whole = [entry.id for entry in entries()]

    pages, cursor = [], None
    while True:
        page = history.list_timeline("CUP", before=cursor, limit=5)
        pages += [entry.id for entry in page.entries]
        cursor = page.next
        if cursor is None:
            break

    assert len(whole) == 12 and pages == whole == sorted(whole, reverse=True)


def test_a_page_that_is_just_full_is_the_last(any_app):
    make_product(sku="CUP", stock=1)
    change("CUP", "add", 1)

    assert history.list_timeline("CUP", limit=2).next is None
    assert history.list_timeline("CUP", limit=1).next is not None


def test_an_unknown_sku_has_no_history(any_app):
    assert history.list_timeline("NOPE") == history.Timeline((), None)
