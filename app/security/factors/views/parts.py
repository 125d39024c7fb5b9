"""The two pages that setting up has at a sign-in and in an account: the picture for the phone, and the codes on paper."""

from flask import current_app, render_template, request
from werkzeug.wrappers import Response

from app.core.http import fresh, safe_next
from app.security.factors import pending, second_factor, totp
from app.security.factors.errors import SetUpTooOld
from app.security.factors.forms import SetUpForm
from app.security.models import User


def set_up_page(user: User, form: SetUpForm, path: str, status: int = 200) -> Response:
    try:
        secret = second_factor.read_offer(user, form.sealed.data or "")
    except SetUpTooOld:
        form.sealed.data = second_factor.offer_secret(user)
        secret = second_factor.read_offer(user, form.sealed.data)
    shop = current_app.config["SETTINGS"].SHOP_NAME
    page = render_template(
        "security/second_factor_set_up.html",
        form=form,
        path=path,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        drawing=totp.draw_key(secret, user.email, shop),
        is_forced=pending.lacks_factor(user),
        next=way_back(),
    )
    return fresh(page, status)


def way_back() -> str:
    return safe_next(request.values.get("next"))


def codes_page(codes: list[str], next_path: str) -> Response:
    """The only answer that has them: who loads it again is told so."""
    return fresh(render_template("security/recovery_codes.html", codes=codes, next=next_path))
