"""Who works here: the list, and the page of one account."""

from collections.abc import Callable

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from app.core.forms import OnceForm, answer_form
from app.core.http import see_other
from app.security import users
from app.security.access import current_caller
from app.security.staff import invitations, people
from app.security.staff.forms import FindForm, InviteForm, ResetForm, RoleForm
from app.security.staff.views.guard import admins_only, doer

PATH = "/staff/people"

bp = Blueprint("people", __name__, url_prefix=PATH)


@bp.get("")
@admins_only
def show_people() -> str:
    return people_page()


@bp.get("/find")
@admins_only
def find_account() -> Response:
    """Of shoppers too, whom nobody lists."""
    form = FindForm(request.args)
    if not form.validate():
        return make_response(people_page(find=form), 422)
    found = users.find_user(form.email.data)
    if found is None:
        form.email.errors = ["Nobody has an account with this address"]
        return make_response(people_page(find=form), 404)
    return see_other(f"{PATH}/{found.public_id}")


@bp.get("/<public_id>")
@admins_only
def show_person(public_id: str) -> str:
    return person_page(public_id)


@bp.post("/<public_id>/role")
@admins_only
def post_role(public_id: str) -> Response:
    form, person = RoleForm(), people.get_person(public_id)

    def act() -> str:
        users.change_role(person.email, form.role.data, doer())
        return f"{person.name} is {form.role.data} now and signs in anew."

    return answer(public_id, form, act)


@bp.post("/<public_id>/disabled")
@admins_only
def post_disabled(public_id: str) -> Response:
    person = people.get_person(public_id)

    def act() -> str:
        users.disable_user(person.email, doer())
        return f"{person.name} is signed out and cannot sign in."

    return answer(public_id, OnceForm(), act)


@bp.post("/<public_id>/enabled")
@admins_only
def post_enabled(public_id: str) -> Response:
    person = people.get_person(public_id)

    def act() -> str:
        users.enable_user(person.email, doer())
        return f"{person.name} can sign in again."

    return answer(public_id, OnceForm(), act)


@bp.post("/<public_id>/sessions")
@admins_only
def post_sessions(public_id: str) -> Response:
    def act() -> str:
        people.end_sessions(public_id, doer())
        return "They are signed out everywhere."

    return answer(public_id, OnceForm(), act)


@bp.post("/<public_id>/second-factor")
@admins_only
def post_reset(public_id: str) -> Response:
    form = ResetForm()

    def act() -> str:
        people.reset_factor(public_id, form.reason.data, doer())
        return "Their second factor is gone. We told them by mail."

    return answer(public_id, form, act)


def answer(public_id: str, form: OnceForm, act: Callable[[], str]) -> Response:
    path = f"{PATH}/{public_id}"
    return answer_form(form, current_caller().name, path, act, lambda: person_page(public_id, form))


def people_page(invite: InviteForm | None = None, find: FindForm | None = None) -> str:
    return render_template(
        "security/people.html",
        path=PATH,
        people=people.list_staff(),
        invitations=invitations.list_invitations(),
        form=invite or InviteForm(formdata=None, role="agent"),
        find_form=find or FindForm(formdata=None),
        button_form=OnceForm(formdata=None),
    )


def person_page(public_id: str, form: OnceForm | None = None) -> str:
    """`form` is one that was refused, and shows why."""
    person = people.get_person(public_id)
    return render_template(
        "security/person.html",
        path=PATH,
        person=person,
        is_self=current_caller().name == f"user:{public_id}",
        codes_left=people.count_codes(public_id),
        reasons=people.REASONS,
        refused=form,
        role_form=form if isinstance(form, RoleForm) else RoleForm(formdata=None, role=person.role),
        reset_form=form if isinstance(form, ResetForm) else ResetForm(formdata=None),
        button_form=OnceForm(formdata=None),
    )
