"""The pages of promotions, as staff use them without JavaScript."""

import secrets

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.notifications.campaigns import campaigns, expansion
from app.notifications.models import Campaign
from tests.factories import make_user
from tests.notifications.telling import ADA
from tests.notifications.test_campaigns import ask_for, send, write
from tests.security.test_login import csrf_of, sign_in

PATH = "/staff/notifications/campaigns"
FIELDS = {"name": "Autumn", "title": "Autumn glazes", "body": "Twelve new cups.", "path": "/new"}


@pytest.fixture
def mira(app, client):
    make_user("staff", email="mira@example.test")
    sign_in(client, "mira@example.test")
    ask_for(ADA, "page")
    return client


def post(client, address, /, **fields):
    token = csrf_of(client, f"{PATH}/new")
    return client.post(address, data={"csrf_token": token, "key": secrets.token_hex(16), **fields})


def test_a_promotion_from_its_first_word_to_its_end(app, mira):
    preview = post(mira, f"{PATH}/preview", **FIELDS)
    assert "Twelve new cups." in preview.text and "p-look__card" in preview.text
    assert not campaigns.list_campaigns()

    assert post(mira, PATH, **FIELDS).status_code == 303
    (draft,) = campaigns.list_campaigns()
    page = f"{PATH}/{draft.public_id}"
    assert "1 person" in mira.get(page).text
    assert "Autumn" in mira.get(PATH).text

    assert "Tick this first" in post(mira, f"{page}/sending").text
    assert post(mira, f"{page}/sending", is_sure="yes").status_code == 303
    assert "Stop it" in mira.get(page).text
    expansion.expand()

    assert "<dt>People told</dt><dd>1</dd>" in mira.get(f"{page}/progress").text
    assert "Stop it" not in mira.get(page).text


def test_a_draft_that_is_previewed_stays_that_draft(app, mira):
    draft = write()

    page = post(mira, f"{PATH}/{draft}/wording/preview", **{**FIELDS, "title": "Winter glazes"}).text

    assert "Change Autumn" in page and "Winter glazes" in page
    assert (
        f'action="{PATH}/{draft}/wording"' in page and f'formaction="{PATH}/{draft}/wording/preview"' in page
    )
    db.session.expire_all()
    assert campaigns.get_campaign(draft).facts["title"] == "Autumn glazes"


def test_a_page_is_loaded_anew_when_all_is_sent(app, mira):
    sent = write()
    send(sent)
    assert "HX-Refresh" not in mira.get(f"{PATH}/{sent}/progress").headers

    expansion.expand()

    assert mira.get(f"{PATH}/{sent}/progress").headers["HX-Refresh"] == "true"


def test_one_that_was_written_before_a_rule_is_still_shown(app, mira):
    draft = write()
    facts = {"title": "Autumn glazes", "body": "Twelve new cups.", "path": "/search?q=cups"}
    with transaction():
        db.session.execute(sa.update(Campaign).values(facts=facts))

    assert mira.get(f"{PATH}/{draft}").status_code == 200


def test_a_draft_is_changed_and_deleted(app, mira):
    draft = write()
    assert 'value="Autumn glazes"' in mira.get(f"{PATH}/{draft}/wording").text

    assert post(mira, f"{PATH}/{draft}/wording", **{**FIELDS, "title": "Winter glazes"}).status_code == 303
    db.session.expire_all()
    assert campaigns.get_campaign(draft).facts["title"] == "Winter glazes"

    assert post(mira, f"{PATH}/{draft}/deletion").status_code == 303
    assert not campaigns.list_campaigns()


def test_what_is_under_way_is_stopped(app, mira):
    sent = write()
    send(sent)

    assert post(mira, f"{PATH}/{sent}/stop").status_code == 303

    assert "Stopped" in mira.get(f"{PATH}/{sent}").text


@pytest.mark.parametrize(("field", "value"), [("title", ""), ("path", "https://evil.example"), ("name", "")])
def test_a_mistake_is_shown_at_its_field_and_what_was_typed_stays(app, mira, field, value):
    answer = post(mira, PATH, **{**FIELDS, field: value})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Twelve new cups." in answer.text


@pytest.mark.parametrize("role", ["agent", "shopper"])
def test_nobody_else_sees_them(app, client, role):
    make_user(role, email="max@example.test")
    sign_in(client, "max@example.test")

    assert client.get(PATH).status_code == 403
    assert client.get(f"{PATH}/new").status_code == 403
