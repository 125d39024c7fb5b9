"""What goes into a cart, what comes out, and what becomes of it at login."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.database import run_transaction, transaction
from app.core.errors import DomainError, Invalid
from app.inventory.errors import InsufficientStock, NotForSale, UnknownSku
from app.orders import carts, queries
from app.orders.errors import NotInCart
from tests.factories import make_product, make_user
from tests.orders.buying import ADA, JUN, fill_in, put
from tests.security.test_login import csrf_of, sign_in

OWNER = ADA.owner


def change(action, *args, **options):
    return run_transaction(lambda: action(*args, **options))


def items():
    return [(item.sku, item.quantity) for item in queries.read_cart(OWNER).items]


def test_adding_again_adds_up_and_the_shelf_is_the_limit(any_app):
    make_product(sku="CUP", stock=3)
    put(ADA, CUP=1)
    put(ADA, CUP=2)

    assert items() == [("CUP", 3)]
    with pytest.raises(InsufficientStock):
        put(ADA, CUP=1)
    assert items() == [("CUP", 3)]


def test_quantities_are_set_and_nothing_takes_the_line_out(any_app):
    make_product(sku="CUP", stock=3)
    put(ADA, CUP=1)

    change(carts.set_quantity, OWNER, "CUP", 3)
    assert items() == [("CUP", 3)]
    with pytest.raises(InsufficientStock):
        change(carts.set_quantity, OWNER, "CUP", 4)
    change(carts.set_quantity, OWNER, "CUP", 0)
    assert items() == []


def at_once(app, *actions):
    """Each in a thread of its own. Returns what each raised, or None."""
    start = threading.Barrier(len(actions))

    def run(action):
        with app.app_context():
            start.wait(10)
            try:
                action()
            except DomainError as error:
                return type(error)
            return None

    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result(30) for future in [pool.submit(run, action) for action in actions]]


def test_tabs_that_add_at_once_add_up(any_app):
    make_product(sku="CUP", stock=9)

    assert at_once(any_app, *[lambda: put(ADA, CUP=1)] * 6) == [None] * 6

    assert items() == [("CUP", 6)]


def test_tabs_that_take_out_at_once_take_out_once(any_app):
    make_product(sku="CUP", stock=9)
    put(ADA, CUP=2)

    answers = at_once(any_app, *[lambda: change(carts.remove_line, OWNER, "CUP")] * 4)

    assert (answers.count(None), answers.count(NotInCart)) == (1, 3)
    assert items() == []


def test_what_was_taken_out_can_be_put_back(any_app):
    make_product(sku="CUP", stock=3)
    put(ADA, CUP=2)

    assert change(carts.remove_line, OWNER, "CUP") == 2
    with pytest.raises(NotInCart):
        change(carts.remove_line, OWNER, "CUP")


def test_what_is_held_already_counts_as_there_for_its_owner_alone(any_app):
    make_product(sku="CUP", stock=3)
    put(ADA, CUP=3)
    fill_in(ADA)

    change(carts.set_quantity, OWNER, "CUP", 1)
    change(carts.set_quantity, OWNER, "CUP", 3)

    assert items() == [("CUP", 3)]
    with pytest.raises(InsufficientStock, match="Sold out"):
        put(JUN, CUP=1)


def test_saved_for_later_is_not_bought(any_app):
    make_product(sku="CUP", stock=3)
    make_product(sku="VASE", stock=3)
    put(ADA, CUP=1, VASE=1)

    change(carts.save_for_later, OWNER, "CUP", saved=True)

    assert items() == [("VASE", 1)]
    assert [item.sku for item in queries.read_cart(OWNER).saved] == ["CUP"]
    assert queries.count_cart(OWNER) == 1
    assert [line.sku for line in fill_in(ADA).lines] == ["VASE"]


def test_a_line_says_when_there_is_less_and_when_the_price_moved(any_app):
    product = make_product(sku="CUP", stock=3, price=2400)
    put(ADA, CUP=3)
    from tests.inventory.test_ledger import change as change_stock

    change_stock("CUP", "remove", 2)
    with transaction():
        product.variants[0].price_minor = 2600

    item = queries.read_cart(OWNER).items[0]
    assert (item.is_short, item.available, item.seen_price_minor, item.price_minor) == (True, 1, 2400, 2600)
    change(carts.accept_prices, OWNER)
    assert queries.read_cart(OWNER).items[0].seen_price_minor == 2600


def test_what_left_the_shop_cannot_be_added(any_app):
    product = make_product(sku="CUP", stock=3)
    put(ADA, CUP=1)
    with transaction():
        product.status = "archived"

    with pytest.raises(NotForSale):
        put(ADA, CUP=1)
    with pytest.raises(UnknownSku):
        put(ADA, NOPE=1)
    assert queries.read_cart(OWNER).items[0].is_gone


@pytest.mark.parametrize("quantity", [0, -1, 51])
def test_quantities_have_bounds(app, quantity):
    make_product(sku="CUP", stock=100)

    with pytest.raises(Invalid):
        put(ADA, CUP=quantity)


def test_at_login_the_guests_cart_and_checkout_become_the_accounts(any_app):
    client = any_app.test_client()
    make_product(sku="CUP", stock=5)
    make_product(sku="VASE", stock=5)
    user = make_user(email="ada@example.test")
    csrf_of(client)
    with client.session_transaction() as session:
        session["visitor"] = "ada"
    put(ADA, CUP=2)
    run_transaction(lambda: carts.add_to_cart(f"user:{user.public_id}", "CUP", 1))
    run_transaction(lambda: carts.add_to_cart(f"user:{user.public_id}", "VASE", 1))
    order = fill_in(ADA)

    sign_in(client, "ada@example.test")

    mine = queries.read_cart(f"user:{user.public_id}")
    assert sorted((item.sku, item.quantity) for item in mine.items) == [("CUP", 2), ("VASE", 1)]
    assert items() == []
    assert queries.find_open(f"user:{user.public_id}").number == order.number
