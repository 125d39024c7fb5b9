"""The agent's own standing at the desk: chosen status, how many at once, and that somebody is there."""

from flask import Blueprint, flash, jsonify, render_template
from werkzeug.wrappers import Response

from app.chat.access import current_actor
from app.chat.desk import agents
from app.chat.forms.console import StatusForm
from app.chat.models import Agent
from app.core import http
from app.core.database import run_transaction
from app.core.http import see_other
from app.security.access import current_user, role_required
from app.security.models import User

PATH = "/staff/chat"

bp = Blueprint("chat_agent", __name__, url_prefix=PATH)


@bp.get("/status")
@role_required("agent")
def show_status() -> Response:
    return status_answer()


@bp.post("/status")
@role_required("agent")
def post_status() -> Response:
    """Online, away or offline, and how many conversations at once."""
    form, user, subject = StatusForm(), current_user(), current_actor().subject
    if form.validate_on_submit() and user:
        run_transaction(lambda: choose(user, subject, form))
        return status_answer() if http.is_fragment_request() else see_other(PATH)
    problem = " ".join(text for texts in form.errors.values() for text in texts)
    if http.is_fragment_request():
        return status_answer(422, problem=problem)
    flash(problem, "error")
    return see_other(PATH)


def status_answer(status: int = 200, *, problem: str = "") -> Response:
    return http.fresh(render_template("chat/console/_agent.html", me=find_me(), problem=problem), status)


@bp.post("/activity")
@role_required("agent")
def post_activity() -> Response:
    """Somebody types or clicks here: whoever does not for long is away."""
    subject = current_actor().subject
    return jsonify(noted=run_transaction(lambda: agents.note_activity(subject)))


def choose(user: User, subject: str, form: StatusForm) -> None:
    agents.enrol_agent(user)
    agents.set_status(subject, form.status.data)
    if form.capacity.data is not None:
        agents.set_capacity(subject, form.capacity.data)


def find_me() -> Agent | None:
    """This agent as the desk knows it; whoever never chose anything is offline. None for staff who do not answer."""
    actor = current_actor()
    if actor.role not in agents.ROLES:
        return None
    unknown = Agent(
        agent=actor.subject, name=actor.name, chosen_status="offline", capacity=agents.CAPACITY, open_count=0
    )
    return agents.find_agent(actor.subject) or unknown
