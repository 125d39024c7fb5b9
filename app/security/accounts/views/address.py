"""The link that goes to an account's new address."""

from flask import Blueprint, flash, render_template
from werkzeug.wrappers import Response

from app.core.http import see_other
from app.security import limits
from app.security.accounts import address
from app.security.accounts.views.account import PATH, owner, signed_in

bp = Blueprint("account_address", __name__, url_prefix=address.PATH)


@bp.get("/<token>")
@signed_in
def show_confirmation(token: str) -> str:
    change = address.find_change(owner().id, token)
    return render_template("security/address.html", email=change.email, token=token)


@bp.post("/<token>")
@limits.limiter.limit(limits.LOGIN)
@signed_in
def confirm(token: str) -> Response:
    email = address.confirm_change(owner().id, token)
    flash(f"Your address is {email} now.", "success")
    return see_other(PATH)
