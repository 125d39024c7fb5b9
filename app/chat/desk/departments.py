"""The departments that shoppers ask for and agents belong to."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.chat.access import Actor
from app.chat.models import AgentDepartment, Department, Room
from app.core.database import db
from app.core.errors import DomainError, Invalid, NotFound
from app.security import audit

LONGEST_NAME = 60


class DepartmentInUse(DomainError):
    code, kind, title = "department_in_use", "conflict", "Conversations were held here; rename it instead"


def list_departments() -> Sequence[Department]:
    return db.session.scalars(sa.select(Department).order_by(Department.position, Department.id)).all()


def add_department(name: str, actor: Actor) -> Department:
    """Inside the running transaction, as everything here. Raises Invalid."""
    name = check_name(name)
    last = db.session.scalar(sa.select(sa.func.max(Department.position))) or 0
    department = Department(name=name, position=last + 1)
    db.session.add(department)
    db.session.flush()
    record("chat_department_added", department, actor)
    return department


def rename_department(department_id: int, name: str, actor: Actor) -> None:
    """Raises NotFound, Invalid."""
    department = get_department(department_id)
    department.name = check_name(name, department_id)
    record("chat_department_renamed", department, actor)


def delete_department(department_id: int, actor: Actor) -> None:
    """Raises NotFound, and DepartmentInUse when it has conversations."""
    department = get_department(department_id)
    if db.session.scalar(sa.select(sa.exists().where(Room.department_id == department_id))):
        raise DepartmentInUse()
    db.session.execute(sa.delete(AgentDepartment).where(AgentDepartment.department_id == department_id))
    record("chat_department_deleted", department, actor)
    db.session.delete(department)


def get_department(department_id: int) -> Department:
    department = db.session.get(Department, department_id)
    if department is None:
        raise NotFound("There is no such department")
    return department


def check_name(name: str, own_id: int | None = None) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise wrong(f"Between 1 and {LONGEST_NAME} characters")
    same = sa.func.lower(Department.name) == name.lower()
    if db.session.scalar(sa.select(sa.exists().where(same, Department.id != (own_id or 0)))):
        raise wrong("There is a department of this name")
    return name


def wrong(message: str) -> Invalid:
    return Invalid(message, errors=[{"field": "name", "message": message}])


def record(action: str, department: Department, actor: Actor) -> None:
    audit.record(action, f"chat_department:{department.id}", actor=actor.subject, role=actor.role)
