"""The shopper's pages."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, current_app, get_flashed_messages, make_response, render_template, request
from werkzeug.wrappers import Response

from app.catalogue import queries as catalogue
from app.catalogue import search
from app.core.http import is_failing, is_fragment_request, safe_next, see_other
from app.security import limits
from app.storefront import home, listing, product_views, restock_views
from app.storefront.cards import make_suggestions

THEMES = ("system", "light", "dark")
THEME_KEPT_S = 365 * 24 * 3600
LONGEST_QUERY = 80
MOST_SUGGESTIONS = 6
SHORTEST_SUGGESTED = 2
TAGLINE = "small-batch stoneware"

bp = Blueprint("storefront", __name__)


def init_app(app: Flask) -> None:
    for blueprint in (bp, product_views.bp, restock_views.bp):
        app.register_blueprint(blueprint)
    app.context_processor(page_context)


def page_context() -> dict[str, Any]:
    """What the frame around every page shows."""
    settings = current_app.config["SETTINGS"]
    return {
        "shop": {"name": settings.SHOP_NAME, "tagline": TAGLINE, "currency": settings.SHOP_CURRENCY},
        "nav": Nav(),
        "theme": known_theme(request.cookies.get("theme")),
        "messages": get_flashed_messages(with_categories=True),
        "request_path": request.full_path.rstrip("?"),
    }


class Nav:
    """The categories, read only by a page that shows them."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for category in [] if is_failing() else catalogue.list_categories():
            yield {"name": category.name, "path": category.path, "current": request.path == category.path}


@bp.get("/")
def show_home() -> str:
    return render_template("storefront/home.html", **fields_of(home.show()))


@bp.get("/categories/<slug>")
def show_category(slug: str) -> Response:
    category = catalogue.get_category(slug)
    shelf = listing.list_shelf(category.path, request.args, category_id=category.id)
    return page_or_results("storefront/category.html", category=category, listing=shelf, action=category.path)


@bp.get("/search")
@limits.limiter.limit(limits.SEARCH)
def show_search() -> Response:
    query = read_query()
    shelf = listing.list_shelf("/search", request.args, found=search.find_products(query))
    return page_or_results(
        "storefront/search.html",
        query=query,
        listing=shelf,
        action="/search",
        suggestions_for_empty=home.category_tiles(),
    )


@bp.get("/search/suggestions")
@limits.limiter.limit(limits.SEARCH)
def show_suggestions() -> str:
    query = read_query()
    if len(query) < SHORTEST_SUGGESTED:
        return ""
    found = search.find_products(query)[:MOST_SUGGESTIONS]
    return render_template(
        "storefront/_suggestions.html", query=query, suggestions=make_suggestions(found, query)
    )


@bp.post("/theme")
def choose_theme() -> Response:
    response = see_other(safe_next(request.form.get("next")))
    response.set_cookie(
        "theme",
        known_theme(request.form.get("theme")),
        max_age=THEME_KEPT_S,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure,
    )
    return response


def read_query() -> str:
    return request.args.get("q", "").strip()[:LONGEST_QUERY]


def known_theme(name: str | None) -> str:
    return name if name in THEMES else "system"


def page_or_results(template: str, **context: Any) -> Response:
    """A change of the filters replaces the results; without a script the same address is the whole page."""
    name = "storefront/_results.html" if is_fragment_request() else template
    response = make_response(render_template(name, **context))
    response.headers["Vary"] = "HX-Request, HX-History-Restore-Request"
    return response


def fields_of(view: Any) -> dict[str, Any]:
    return {name: getattr(view, name) for name in view.__dataclass_fields__}
