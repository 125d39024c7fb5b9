"""The demo's mail folder: what the shop would have sent."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, current_app, render_template

from app.core import clock
from app.core.database import db
from app.core.mail import Mail

NEWEST = 100

bp = Blueprint("operations", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.before_request
def only_in_demo() -> None:
    """Everybody's mail is shown to everybody, which is the point on one's own machine and nowhere else."""
    if not current_app.config["SETTINGS"].is_demo:
        abort(404)


@bp.get("/mails")
def list_mails() -> str:
    mails = db.session.scalars(sa.select(Mail).order_by(Mail.id.desc()).limit(NEWEST))
    return render_template("core/mails.html", mails=[shown(mail) for mail in mails])


@bp.get("/mails/<int(max=2147483647):mail_id>")
def show_mail(mail_id: int) -> str:
    mail = db.session.get(Mail, mail_id) or abort(404)
    return render_template("core/mail.html", mail=shown(mail))


def shown(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "to": mail.to,
        "subject": mail.subject,
        "body": mail.body,
        "path": mail.path,
        "sent_at": clock.from_ms(mail.sent_at) if mail.sent_at else None,
    }


@bp.get("/dev/ui")
def show_components() -> str:
    return render_template("shared/kitchen.html")
