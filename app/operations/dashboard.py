"""The operations page, and the failed jobs that somebody must decide about."""

from typing import Any

from flask import Blueprint, Flask, make_response, render_template
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import AnyOf

from app.core import navigation
from app.core.forms import OnceForm, answer_form
from app.core.redis import RedisDown
from app.operations.board import make_board
from app.operations.failed_jobs import MOST_OF_EACH, FailedJob, delete_job, list_failed, retry_job
from app.security.access import current_caller, role_required

PATH = "/staff/operations"
DECISIONS = {"retry": (retry_job, "runs again"), "delete": (delete_job, "is given up")}

bp = Blueprint("dashboard", __name__, url_prefix=PATH)


class DecisionForm(OnceForm):
    decision = StringField(validators=[AnyOf(list(DECISIONS))])


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    navigation.register(app, 82, "Operations", PATH, (), group="Shop")


@bp.get("")
@role_required("admin")
def show_board() -> str:
    return render_template("operations/board.html", path=PATH, board=make_board())


@bp.get("/board")
@role_required("admin")
def show_board_alone() -> Response:
    """What a page fetches that hears nothing."""
    answer = make_response(render_template("operations/_board.html", board=make_board()))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/failed-jobs")
@role_required("admin")
def show_failed() -> str:
    return failed_page(DecisionForm(formdata=None))


@bp.post("/failed-jobs/<job_id>")
@role_required("admin")
def decide_about(job_id: str) -> Response:
    form = DecisionForm()

    def act() -> str:
        decide, said = DECISIONS[str(form.decision.data)]
        return f"{decide(job_id, current_caller())} {said}."

    return answer_form(form, current_caller().name, f"{PATH}/failed-jobs", act, lambda: failed_page(form))


def failed_page(form: DecisionForm) -> str:
    return render_template("operations/failed_jobs.html", path=PATH, form=form, **read_failed())


def read_failed() -> dict[str, Any]:
    """None when nobody can know."""
    failed: list[FailedJob] | None
    try:
        failed = list_failed()
    except RedisDown:
        failed = None
    return {"failed": failed, "most": MOST_OF_EACH}
