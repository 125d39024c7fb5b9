"""Search over a table of words: prefixes first, then words that are a typo away. Good to about 10,000 products."""

import re
import unicodedata

import sqlalchemy as sa
from rapidfuzz import fuzz, process

from app.catalogue.models import Product, SearchTerm
from app.core.database import db, transaction

NAME_WEIGHT, GLAZE_WEIGHT, CATEGORY_WEIGHT, TEXT_WEIGHT = 8, 4, 3, 1
CLOSE_ENOUGH = 75
MOST_WORDS = 8


def words_of(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return [word[:60] for word in re.findall(r"[a-z0-9]+", plain)]


def index_product(product: Product) -> None:
    """Replace the words that find this product; none find one that is not in the shop. Call inside transaction()."""
    weights = weigh_words(product) if product.is_in_shop else {}
    db.session.execute(sa.delete(SearchTerm).where(SearchTerm.product_id == product.id))
    if weights:
        db.session.execute(
            sa.insert(SearchTerm),
            [{"term": word, "product_id": product.id, "weight": weight} for word, weight in weights.items()],
        )


def weigh_words(product: Product) -> dict[str, int]:
    weights: dict[str, int] = {}
    for text, weight in (
        (product.name, NAME_WEIGHT),
        (product.category.name, CATEGORY_WEIGHT),
        (" ".join(f"{v.glaze} {v.sku}" for v in product.offered), GLAZE_WEIGHT),
        (f"{product.tagline} {product.description}", TEXT_WEIGHT),
    ):
        for word in words_of(text):
            weights[word] = max(weight, weights.get(word, 0))
    return weights


def index_category(category_id: int) -> None:
    """Find the products of a category by its new name: a job, one product at a time."""
    for product_id in db.session.scalars(
        sa.select(Product.id).where(Product.category_id == category_id)
    ).all():
        with transaction():
            index_product(db.session.get_one(Product, product_id))


def find_products(query: str) -> list[int]:
    """Product ids that match every word of the query, best first."""
    ranks: dict[int, int] | None = None
    for word in words_of(query)[:MOST_WORDS]:
        found = find_word(word)
        ranks = (
            found if ranks is None else {key: ranks[key] + found[key] for key in ranks.keys() & found.keys()}
        )
    return sorted(ranks or {}, key=lambda product_id: (-(ranks or {})[product_id], product_id))


def find_word(word: str) -> dict[int, int]:
    ranks = score(
        sa.or_(*(SearchTerm.term.startswith(form, autoescape=True) for form in forms_of(word))), word
    )
    if ranks or len(word) < 3:
        return ranks
    vocabulary = db.session.scalars(sa.select(SearchTerm.term).distinct()).all()
    close = process.extract(word, vocabulary, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH, limit=5)
    return score(SearchTerm.term.in_([term for term, _, _ in close]), word) if close else {}


def forms_of(word: str) -> set[str]:
    """A plural finds its singular: mugs finds mug, dishes finds dish."""
    return {word, *(word.removesuffix(ending) for ending in ("es", "s") if len(word) - len(ending) >= 3)}


def score(condition: sa.ColumnElement[bool], word: str) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(SearchTerm.product_id, SearchTerm.term, SearchTerm.weight).where(condition)
    )
    ranks: dict[int, int] = {}
    for product_id, term, weight in rows:
        rank = weight * (2 if term == word else 1)
        ranks[product_id] = max(rank, ranks.get(product_id, 0))
    return ranks
