"""The mail folder: what the shop would have sent, where it sends nothing."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, abort, current_app, make_response, render_template

from app.core import clock, navigation
from app.core.database import db
from app.core.mail import Mail
from app.security.access import current_user
from app.security.headers import write_policy

NEWEST = 100
# A mail brings its own styles, and nothing in it runs or leads anywhere but into a tab of its own.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
HEAD = "<head>"
NEW_TAB = '<base target="_blank">'

bp = Blueprint("operations", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    settings = app.config["SETTINGS"]
    if settings.is_demo and not settings.MAIL_URL:
        navigation.register(app, 80, "Mails", "/mails", ("staff", "agent"))


def expect_folder() -> None:
    """In the demo everybody's mail is shown to everybody, which is the point on one's own machine and nowhere else."""
    settings = current_app.config["SETTINGS"]
    if settings.is_production or settings.MAIL_URL or not (settings.is_demo or is_admin()):
        abort(404)


def is_admin() -> bool:
    user = current_user()
    return user is not None and user.role == "admin"


@bp.get("/mails")
def list_mails() -> str:
    expect_folder()
    mails = db.session.scalars(sa.select(Mail).order_by(Mail.id.desc()).limit(NEWEST))
    return render_template("core/mails.html", mails=[shown(mail) for mail in mails])


@bp.get("/mails/<int(max=2147483647):mail_id>")
def show_mail(mail_id: int) -> Response:
    page = make_response(render_template("core/mail.html", mail=shown(get_mail(mail_id))))
    page.headers["Content-Security-Policy"] = write_policy(frame_src="'self'")
    return page


@bp.get("/mails/<int(max=2147483647):mail_id>/html")
def show_html(mail_id: int) -> Response:
    mail = get_mail(mail_id)
    if not mail.html:
        abort(404)
    page = make_response(mail.html.replace(HEAD, HEAD + NEW_TAB, 1))
    page.headers["Content-Security-Policy"] = MAIL_POLICY
    return page


def get_mail(mail_id: int) -> Mail:
    expect_folder()
    mail: Mail = db.session.get(Mail, mail_id) or abort(404)
    return mail


def shown(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "to": mail.to,
        "subject": mail.subject,
        "body": mail.body,
        "path": mail.path,
        "has_html": bool(mail.html),
        "unsubscribe_url": mail.unsubscribe_url,
        "sent_at": clock.from_ms(mail.sent_at) if mail.sent_at else None,
        "failed_at": clock.from_ms(mail.failed_at) if mail.failed_at else None,
        "error": mail.error,
    }


@bp.get("/dev/ui")
def show_components() -> str:
    if not current_app.config["SETTINGS"].is_demo:
        abort(404)
    return render_template("shared/kitchen.html")
