"""The page behind a mail's link: no more mails of this kind.

The link only shows a page and its button acts, because programs that look through mails follow every link. A mail program
posts to the same address by itself (RFC 8058): it has no cookie and no token of a form, and needs none.
"""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from app.core.database import run_transaction
from app.core.errors import NotFound
from app.core.http import needs_no_form, see_other
from app.notifications.categories import Category, get_category
from app.notifications.choices import unsubscribe

bp = Blueprint("notification_unsubscribe", __name__, url_prefix=unsubscribe.PATH)


@bp.get("/<token>")
def show_question(token: str) -> str:
    _, category = read(token)
    return render_template("notifications/unsubscribe.html", category=category, token=token)


@bp.post("/<token>")
@needs_no_form
def post_unsubscribe(token: str) -> str | Response:
    subject, category = read(token)
    run_transaction(lambda: unsubscribe.end_mails(subject, category.name))
    if request.form.get("List-Unsubscribe") == "One-Click":
        return Response("", 200)
    return see_other(f"{unsubscribe.PATH}/{token}/done")


@bp.get("/<token>/done")
def show_done(token: str) -> str:
    _, category = read(token)
    return render_template("notifications/unsubscribed.html", category=category)


def read(token: str) -> tuple[str, Category]:
    found = unsubscribe.read_token(token)
    if found is None:
        raise NotFound("This link is not one of ours; it may have been cut off in the mail")
    return found[0], get_category(found[1])
