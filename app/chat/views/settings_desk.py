"""Who works at the desk, and when it is open."""

from typing import Any

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from app.chat.access import current_actor
from app.chat.desk import agents, departments, opening_times
from app.chat.desk.hours import read_week
from app.chat.forms.settings import AgentForm, ButtonForm, DepartmentForm, HolidayForm, WeekForm
from app.chat.views.settings_pages import PAGES, PATH
from app.core.forms import OnceForm, answer_form
from app.security.access import current_caller, role_required

HOURS = f"{PATH}/hours"

bp = Blueprint("chat_settings_desk", __name__, url_prefix=PATH)


@bp.get("")
@role_required()
def show_departments() -> str:
    return departments_page()


def departments_page(**sent: OnceForm) -> str:
    """`sent` are forms to show again: `new`, `d<id>` of a department, `a<place>` of an agent."""
    rows = departments.list_departments()
    people, belongs = agents.list_agents(), agents.departments_by_agent()
    return render_template(
        "chat/settings/departments.html",
        pages=PAGES,
        path=PATH,
        rows=rows,
        form=sent.get("new") or DepartmentForm(formdata=None),
        forms={
            row.id: sent.get(f"d{row.id}") or DepartmentForm(formdata=None, name=row.name) for row in rows
        },
        agents=[(each, sent.get(each.agent) or agent_form(each, belongs)) for each in people],
    )


def agent_form(agent: Any, belongs: dict[str, set[int]]) -> AgentForm:
    chosen = sorted(belongs.get(agent.agent, ()))
    return AgentForm(formdata=None, departments=chosen, capacity=agent.capacity)


@bp.post("/departments")
@role_required()
def post_department() -> Response:
    form = DepartmentForm()

    def act() -> str:
        return (
            f"{departments.add_department(form.name.data or '', current_actor()).name} is a department now."
        )

    return answer_form(form, current_caller().name, PATH, act, lambda: departments_page(new=form))


@bp.post("/departments/<int:department_id>")
@role_required()
def post_name(department_id: int) -> Response:
    form = DepartmentForm()

    def act() -> str:
        departments.rename_department(department_id, form.name.data or "", current_actor())
        return "The name is changed."

    return answer_form(
        form, current_caller().name, PATH, act, lambda: departments_page(**{f"d{department_id}": form})
    )


@bp.post("/departments/<int:department_id>/deletion")
@role_required()
def post_deletion(department_id: int) -> Response:
    form = ButtonForm()

    def act() -> str:
        departments.delete_department(department_id, current_actor())
        return "The department is gone."

    return answer_form(
        form,
        current_caller().name,
        PATH,
        act,
        lambda: departments_page(**{f"d{department_id}": sent_again(form)}),
    )


def sent_again(form: OnceForm) -> DepartmentForm:
    """The errors of the button beside it, on the department's own form."""
    shown = DepartmentForm(formdata=None)
    shown.form_errors.extend(form.form_errors)
    return shown


@bp.post("/agents/<agent>")
@role_required()
def post_agent(agent: str) -> Response:
    form = AgentForm()

    def act() -> str:
        before = agents.describe_work(agent)
        agents.set_departments(agent, form.departments.data or [])
        agents.set_capacity(agent, form.capacity.data or 0)
        current_caller().note("chat_agent_changed", agent, before, agents.describe_work(agent))
        return f"{agents.name_of(agent)} is saved."

    return answer_form(form, current_caller().name, PATH, act, lambda: departments_page(**{agent: form}))


@bp.get("/hours")
@role_required()
def show_hours() -> str:
    return hours_page(None, HolidayForm(formdata=None))


def hours_page(week: WeekForm | None, holiday: HolidayForm) -> str:
    return render_template(
        "chat/settings/hours.html",
        pages=PAGES,
        path=HOURS,
        week=week or stored_week(),
        form=holiday,
        holidays=opening_times.list_holidays(),
        button_form=ButtonForm(formdata=None),
    )


def stored_week() -> WeekForm:
    week = read_week()
    return WeekForm(
        formdata=None, **{f"day{day}": opening_times.write_times(week.get(day, [])) for day in range(7)}
    )


@bp.post("/hours")
@role_required()
def post_week() -> Response:
    form = WeekForm()

    def act() -> str:
        opening_times.set_week({day: form[f"day{day}"].data or "" for day in range(7)}, current_actor())
        return "The opening hours are saved."

    return answer_form(
        form, current_caller().name, HOURS, act, lambda: hours_page(form, HolidayForm(formdata=None))
    )


@bp.post("/hours/holidays")
@role_required()
def post_holiday() -> Response:
    form = HolidayForm()

    def act() -> str:
        opening_times.add_holiday(form.day.data, form.name.data or "", current_actor())
        return "The desk is closed on that day."

    return answer_form(form, current_caller().name, HOURS, act, lambda: hours_page(None, form))


@bp.post("/hours/holidays/<day>/deletion")
@role_required()
def post_holiday_deletion(day: str) -> Response:
    form = ButtonForm()

    def act() -> str:
        opening_times.delete_holiday(day, current_actor())
        return "That day is a day like others again."

    def again() -> str:
        holiday = HolidayForm(formdata=None)
        holiday.form_errors.extend(form.form_errors)
        return hours_page(None, holiday)

    return answer_form(form, current_caller().name, HOURS, act, again)
