"""Whatever was written past the ledger is found and named, on both databases; what is right is left in peace."""

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.core.redis import RedisDown
from app.inventory import verification
from app.inventory.proofs import Finding
from app.inventory.verification import verify
from tests.factories import make_product, unlock_ledger
from tests.inventory.holding import ADA, JUN, process, release, reserve
from tests.inventory.past import change


def by_hand(statement, **values):
    with transaction():
        db.session.execute(sa.text(statement), values)


def lived_in():
    """A SKU with every kind of past: 12 on hand, 3 reserved, 1 unavailable, at version 9."""
    make_product(sku="CUP", stock=10, threshold=0)
    change("CUP", "receive", 5)
    change("CUP", "sale", 1)
    process("A-1", reserve(ADA, CUP=2))
    release(reserve(JUN, CUP=1))
    reserve(ADA, CUP=3)
    change("CUP", "damage", 1)


def lines():
    return [str(finding) for finding in verify()]


def test_a_shop_that_has_been_lived_in_is_right(any_app):
    lived_in()
    make_product(sku="BOWL", stock=0)

    assert verify() == []


def test_a_deleted_movement_is_named(any_app):
    lived_in()
    unlock_ledger()
    by_hand("DELETE FROM stock_movement WHERE version = 2")

    (finding,) = verify()

    assert (finding.sku, finding.location, finding.version) == ("CUP", "Shelf", 3)
    assert str(finding).startswith("CUP at Shelf, version 3: movement 2 is missing before it. ")


def test_a_deleted_end_of_the_history_is_named(any_app):
    lived_in()
    unlock_ledger()
    by_hand("DELETE FROM stock_movement WHERE version >= 8")

    (finding,) = verify()

    assert (finding.version, finding.wrong) == (9, "movements 8 to 9 are missing at the end")


def test_a_changed_movement_is_named_with_its_arithmetic(any_app):
    lived_in()
    unlock_ledger()
    by_hand("UPDATE stock_movement SET d_on_hand = 6 WHERE version = 2")

    (finding,) = verify()

    assert (finding.version, finding.wrong) == (2, "the movement says on hand 10 +6 = 15")


def test_a_movement_that_left_what_cannot_be_is_named(any_app):
    lived_in()
    unlock_ledger()
    by_hand("UPDATE stock_movement SET reserved_after = 99 WHERE version = 4")

    wrong = [(finding.version, finding.wrong) for finding in verify()]

    assert (4, "the movement left what cannot be: 14 on hand, 99 reserved, 0 unavailable") in wrong
    assert {version for version, _ in wrong} == {4, 5}


@pytest.mark.parametrize(
    ("figure", "value", "wrong"),
    [
        ("on_hand", 13, "the level has 13 on hand, its ledger 12"),
        ("unavailable", 2, "the level has 2 unavailable, its ledger 1"),
        ("version", 7, "the ledger goes on to version 9"),
        ("version", 10, "movement 10 is missing at the end"),
    ],
)
def test_a_level_that_was_changed_past_the_ledger_is_named(any_app, figure, value, wrong):
    lived_in()
    by_hand(f"UPDATE stock_level SET {figure} = :value", value=value)

    assert wrong in [finding.wrong for finding in verify() if finding.sku == "CUP"]


def test_a_lost_line_of_an_open_hold_is_found(any_app):
    make_product(sku="CUP", stock=10, threshold=0)
    held = reserve(ADA, CUP=3)
    by_hand("DELETE FROM reservation_line WHERE reservation_id = :id", id=held.id)

    (finding,) = verify()

    assert str(finding).startswith("CUP at Shelf, version 2: 3 reserved, but the open holds take 0. ")


def test_a_lost_line_of_a_sold_hold_is_found(any_app):
    make_product(sku="CUP", stock=10, threshold=0)
    held = process("A-1", reserve(ADA, CUP=3))
    by_hand("DELETE FROM reservation_line WHERE reservation_id = :id", id=held.id)

    (finding,) = verify()

    assert finding.wrong == f"3 sold from hold:{held.id}, whose line says nothing"


def test_a_hold_that_counts_as_sold_without_a_sale_is_found(any_app):
    make_product(sku="CUP", stock=10, threshold=0)
    held = reserve(ADA, CUP=3)
    by_hand("UPDATE reservation SET status = 'committed', closed_at = created_at WHERE id = :id", id=held.id)

    assert f"hold:{held.id} counts as sold with 3, but no sale took them" in [
        finding.wrong for finding in verify()
    ]


def test_an_alert_that_is_not_what_the_stock_asks_for_is_found(any_app):
    make_product(sku="CUP", stock=3)
    any_app.extensions["outbox_marks"].flush()
    assert verify() == []

    by_hand("UPDATE stock_alert SET resolved_at = 1")

    assert lines() == [
        "CUP, version 1: with 3 left its alert must be low. The clock's check sees to it; see that it runs."
    ]


def test_what_a_missing_index_let_in_is_found(any_app):
    make_product(sku="CUP", stock=10, threshold=0)
    reserve(ADA, CUP=1), reserve(JUN, CUP=1)
    by_hand("DROP INDEX uq_reservation_owner_held")
    by_hand("UPDATE reservation SET owner = 'ext:ada'")
    by_hand("DROP INDEX uq_stock_alert_open")
    for _ in range(2):
        by_hand(
            "INSERT INTO stock_alert (variant_id, kind, opened_at, opened_version, available_at_open)"
            " SELECT id, 'low', 1, 1, 1 FROM variant"
        )

    wrong = [finding.wrong for finding in verify()]

    assert "the owner ext:ada has 2 open holds" in wrong
    assert "2 alerts are open" in wrong


def test_redis_that_shows_another_version_is_found(any_app, redis):
    make_product(sku="CUP", stock=10, threshold=0)
    any_app.extensions["outbox_marks"].flush()
    assert verify() == []

    for version, wrong in ((9, "Redis shows version 9, the database has 1"), (0, "and no event is waiting")):
        redis.hset("rt:c:stock:CUP", "version", version)
        (finding,) = verify()
        assert finding.sku == "CUP" and wrong in finding.wrong


def test_what_is_on_its_way_to_redis_is_no_fault_for_a_minute(any_app, redis):
    any_app.config["OUTBOX_DELIVERS"] = False
    make_product(sku="CUP", stock=10, threshold=0)
    assert verify() == []

    by_hand("UPDATE outbox SET created_at = created_at - 61000")

    assert lines()[0].startswith("1 events of stock_changed have waited for more than a minute. ")


def test_half_a_proof_is_none(any_app, monkeypatch):
    make_product(sku="CUP", stock=10, threshold=0)

    def down(*_):
        raise RedisDown()

    monkeypatch.setattr(verification, "published_versions", down)

    with pytest.raises(RedisDown):
        verify()


def test_other_packages_add_checks_of_their_own(any_app):
    make_product(sku="CUP", stock=10, threshold=0)
    verification.register(any_app, lambda: [Finding("the alert is late", "Wait", "CUP")])

    assert lines() == ["CUP: the alert is late. Wait."]


def test_the_command_says_that_all_is_right_or_fails_with_a_line_for_each(any_app):
    lived_in()
    runner = any_app.test_cli_runner()

    right = runner.invoke(args=["verify"])
    by_hand("UPDATE stock_level SET on_hand = 13")
    wrong = runner.invoke(args=["verify"])

    assert right.exit_code == 0 and right.output.startswith("All 1 SKUs are right (")
    assert wrong.exit_code == 1
    assert wrong.output.startswith("CUP at Shelf, version 9: the level has 13 on hand, its ledger 12. ")
    assert "1 findings among 1 SKUs" in wrong.output
