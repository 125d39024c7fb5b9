"""An agent and a shopper with their browsers, and their conversation about a cup."""

import pytest

from app.chat import queries
from tests.chat.shelf.pages import come_in
from tests.chat.talking import open_room, say
from tests.factories import add_variant, make_product


@pytest.fixture
def desk(app):
    return come_in(app, "agent", "Mira")[0]


@pytest.fixture
def jun(app):
    return come_in(app, "shopper", "Jun")


@pytest.fixture
def room(app, jun):
    product = make_product(sku="CUP", name="Cup", stock=3, threshold=0, price=1990)
    add_variant(product, "CUP-L", glaze="Cobalt", stock=1)
    room = open_room(jun[1], page=product.path)
    say(room, jun[1], "Is it back?")
    return queries.get_room(room.id)
