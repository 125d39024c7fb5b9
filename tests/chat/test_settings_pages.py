"""The desk's settings: what admins type is checked, kept when it is wrong, and obeyed when it is right."""

import pytest

from app.chat import filters
from app.chat.desk import agents, hours, opening_times
from app.chat.keeping import retention
from app.chat.models import AgentDepartment, Department, FilterRule, Holiday, Retention, Room
from app.core.database import db, transaction
from app.security.models import AuditEntry
from tests.chat.talking import open_room
from tests.factories import make_user
from tests.inventory.stock_pages import client_of, fields_of, words

PAGE = "/staff/chat/settings"


@pytest.fixture
def admin(app):
    return client_of(app, "admin")


def send(client, page, path=None, **typed):
    return client.post(path or page, data=fields_of(client.get(page).text, **typed))


def audited():
    return [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]


@pytest.mark.parametrize("path", ["", "/hours", "/filters", "/keeping"])
def test_only_admins_set_up_the_desk(app, client, path):
    assert client_of(app, "agent").get(PAGE + path).status_code == 403
    assert client_of(app, "admin").get(PAGE + path).status_code == 200
    assert client.get(PAGE + path).status_code == 303


def test_a_department_is_added_renamed_and_deleted(any_app):
    admin = client_of(any_app, "admin")

    assert send(admin, PAGE, f"{PAGE}/departments", name=" Glazes  & clay ").status_code == 303
    row = db.session.query(Department).one()
    assert row.name == "Glazes & clay"
    assert send(admin, PAGE, f"{PAGE}/departments/{row.id}", name="Glazes").status_code == 303
    assert "Glazes" in admin.get(PAGE).text
    assert send(admin, PAGE, f"{PAGE}/departments/{row.id}/deletion").status_code == 303
    db.session.rollback()
    assert db.session.query(Department).count() == 0
    assert audited()[-3:] == [f"chat_department_{done}" for done in ("added", "renamed", "deleted")]


def test_a_department_that_cannot_be_is_kept_as_typed(admin):
    send(admin, PAGE, f"{PAGE}/departments", name="Glazes")

    again = send(admin, PAGE, f"{PAGE}/departments", name="glazes")

    assert again.status_code == 422
    assert "There is a department of this name" in again.text
    assert 'value="glazes"' in again.text
    assert send(admin, PAGE, f"{PAGE}/departments", name="").status_code == 422


def test_a_department_with_conversations_is_not_deleted(admin):
    send(admin, PAGE, f"{PAGE}/departments", name="Glazes")
    row_id = db.session.query(Department).one().id
    open_room(department_id=row_id)

    refused = send(admin, PAGE, f"{PAGE}/departments/{row_id}/deletion")

    assert (refused.status_code, "rename it instead" in refused.text) == (409, True)


def test_an_agent_gets_departments_and_slots(admin):
    send(admin, PAGE, f"{PAGE}/departments", name="Glazes")
    row_id = db.session.query(Department).one().id
    with transaction():
        agent = agents.enrol_agent(make_user("agent", name="Mira")).agent

    saved = send(admin, PAGE, f"{PAGE}/agents/{agent}", departments=str(row_id), capacity="7")
    wrong = send(admin, PAGE, f"{PAGE}/agents/{agent}", departments=str(row_id), capacity="many")

    assert saved.status_code == 303
    assert agents.find_agent(agent).capacity == 7
    assert db.session.query(AgentDepartment).one().department_id == row_id
    assert (wrong.status_code, 'value="many"' in wrong.text) == (422, True)


def test_the_week_is_read_as_it_is_written(any_app):
    admin = client_of(any_app, "admin")

    assert send(admin, f"{PAGE}/hours", day0="9-12:30, 13:30-18:00", day5="10:00 to 24:00").status_code == 303

    assert hours.read_week() == {0: [(540, 750), (810, 1080)], 5: [(600, 1440)]}
    page = admin.get(f"{PAGE}/hours").text
    assert 'value="09:00-12:30, 13:30-18:00"' in page
    assert send(admin, f"{PAGE}/hours").status_code == 303
    assert hours.read_week() == {}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("18:00-09:00", "closes before it opens"),
        ("09:00-09:00", "closes before it opens"),
        ("09:00-12:00, 11:00-15:00", "must not overlap"),
        ("noon", "is not understood"),
        ("09:00-25:00", "is no time of a day"),
        ("09:75-12:00", "is no time of a day"),
    ],
)
def test_hours_that_cannot_be_are_kept_as_typed(admin, typed, said):
    again = send(admin, f"{PAGE}/hours", day0="09:00-17:00", day2=typed)

    assert again.status_code == 422
    assert said in words(again.text)
    assert f'value="{typed}"' in again.text
    assert 'value="09:00-17:00"' in again.text
    assert hours.read_week() == {}


def test_times_may_touch():
    assert opening_times.read_times("12:00-14:00, 10:00-12:00") == [(600, 720), (720, 840)]


def test_a_holiday_is_added_once_and_deleted(admin):
    page = f"{PAGE}/hours"

    assert send(admin, page, f"{page}/holidays", day="2026-12-25", name="Christmas").status_code == 303
    assert send(admin, page, f"{page}/holidays", day="2026-12-25").status_code == 422
    assert send(admin, page, f"{page}/holidays", day="").status_code == 422
    assert "Christmas" in admin.get(page).text
    assert send(admin, page, f"{page}/holidays/2026-12-25/deletion").status_code == 303
    assert db.session.query(Holiday).count() == 0


def test_a_rule_is_added_tried_switched_and_deleted(admin):
    page = f"{PAGE}/filters"

    assert send(admin, page, pattern="spam*", action="block").status_code == 303
    assert "because of “spammer”" in send(admin, page, f"{page}/try", text="you spammer").text
    assert "as it is" in send(admin, page, f"{page}/try", text="hello").text
    rule = db.session.query(FilterRule).one()
    assert [each.id for each in filters.active_rules()] == [rule.id]
    send(admin, page, f"{page}/{rule.id}/off")
    assert "as it is" in send(admin, page, f"{page}/try", text="you spammer").text
    assert send(admin, page, f"{page}/{rule.id}/deletion").status_code == 303
    assert db.session.query(FilterRule).count() == 0


@pytest.mark.parametrize(
    "typed", [{"pattern": "*"}, {"pattern": ""}, {"pattern": "spam", "action": "explode"}]
)
def test_a_rule_that_cannot_be_is_refused(admin, typed):
    again = send(admin, f"{PAGE}/filters", **{"action": "flag", **typed})

    assert again.status_code == 422
    assert db.session.query(FilterRule).count() == 0


def test_each_kind_is_kept_for_its_days(any_app):
    admin = client_of(any_app, "admin")
    days = {"support": "10", "sales": "0", "order": "365", "group": "30", "internal": "30"}

    assert 'value="30"' in admin.get(f"{PAGE}/keeping").text
    assert send(admin, f"{PAGE}/keeping", **days).status_code == 303

    assert (retention.days_of("support"), retention.days_of("sales"), retention.days_of("order")) == (
        10,
        0,
        365,
    )
    again = send(admin, f"{PAGE}/keeping", **{**days, "support": "-3", "sales": "ten"})
    assert again.status_code == 422
    assert 'value="-3"' in again.text and 'value="ten"' in again.text
    assert db.session.query(Retention).count() == 5


def test_a_conversation_is_held_and_released(admin):
    room, page = open_room(), f"{PAGE}/keeping"

    held = send(admin, page, f"{page}/held", room=f"http://shop/staff/chat/rooms/{room.public_id}")
    assert held.status_code == 303
    assert db.session.query(Room).populate_existing().one().legal_hold
    assert send(admin, page, f"{page}/held", room="nonsense").status_code == 404
    assert send(admin, page, f"{page}/held/{room.public_id}/release").status_code == 303
    assert not db.session.query(Room).populate_existing().one().legal_hold
    assert audited()[-2:] == ["chat_legal_hold"] * 2
