"""The words of notifications in the hands of staff: looked at, tried, saved, published and taken back."""

import re

import pytest

from app.notifications.texts import templates
from tests.factories import PASSWORD, make_user
from tests.notifications.telling import WORDS, find, register, tell

PATH = "/staff/notifications/templates"
EDITOR = f"{PATH}/{WORDS.key}"
TYPED = {
    "title": "Sent, {{ name }}",
    "body": "{{ count | plural('piece', 'pieces') }} left.",
    "url": "/parcels/{{ number }}",
}


def sign_in(client, role):
    user = make_user(role=role, name="Mira Holt")
    csrf = re.search(r'csrf-token" content="([^"]+)', client.get("/").text)[1]
    client.post("/login", data={"email": user.email, "password": PASSWORD, "csrf_token": csrf})


@pytest.fixture
def staff(app, client):
    register(app)
    sign_in(client, "staff")
    return client


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def send(client, path=EDITOR, **fields):
    page = client.get(EDITOR).text
    own = {name: hidden(page, name) for name in ("csrf_token", "key", "seen")}
    return client.post(path, data=own | fields)


def statuses():
    templates.db.session.expire_all()
    return {each.version: each.status for each in templates.list_versions(WORDS.key)}


@pytest.mark.parametrize(
    ("role", "status"), [("staff", 200), ("admin", 200), ("agent", 403), ("shopper", 403)]
)
def test_admins_and_staff_write_them(app, client, role, status):
    register(app)
    assert client.get(EDITOR).status_code == 303
    sign_in(client, role)

    assert (client.get(PATH).status_code, client.get(EDITOR).status_code) == (status, status)


def test_the_list_reads_as_people_get_it_and_writes_nothing(staff):
    page = staff.get(PATH).text

    assert "Ada, your parcel is on its way" in page
    assert "2 pieces left us today." in page
    assert statuses() == {}
    send(staff, **TYPED)
    assert '<span class="c-tag">Draft</span>' in staff.get(PATH).text


def test_a_draft_is_saved_shown_again_and_sent_to_nobody(staff):
    answer = send(staff, **TYPED)
    page = staff.get(answer.location).text

    assert (answer.status_code, answer.location) == (303, EDITOR)
    assert 'value="Sent, {{ name }}"' in page
    assert "This is a draft" in page
    assert "Mira Holt" in page
    assert find(tell()).title == "Ada, your parcel is on its way"


def test_publishing_says_it_from_now_on_and_an_earlier_version_can_come_back(staff):
    send(staff, **TYPED, publish="1")
    assert find(tell()).title == "Sent, Ada"
    assert statuses() == {1: "retired", 2: "published"}

    send(staff, f"{EDITOR}/versions/1")

    assert find(tell()).title == "Ada, your parcel is on its way"
    assert statuses() == {1: "retired", 2: "retired", 3: "published"}


def test_buttons_keep_the_name_that_clicks_are_counted_by(staff):
    send(staff, **TYPED, actions_0_title="Follow it", actions_0_url="/parcels", publish="1")
    assert templates.get_published(WORDS.key).actions == [
        {"action": "track", "title": "Follow it", "url": "/parcels"}
    ]

    send(staff, **TYPED, actions_1_title="Ask us", actions_1_url="/support", publish="1")
    assert [each["title"] for each in find(tell()).actions] == ["Ask us"]


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"title": ""}, "title"),
        ({"body": "{{ nobody }}"}, "body"),
        ({"body": "{% for a in name %}{% endfor %}"}, "body"),
        ({"url": "https://evil.test/"}, "url"),
        ({"actions_0_title": "Go"}, "actions_0_url"),
        ({"actions_1_title": "{{ name | shout }}", "actions_1_url": "/"}, "actions_1_title"),
    ],
)
def test_a_mistake_stands_at_its_field_and_nothing_is_saved(staff, typed, at):
    answer = send(staff, **(TYPED | typed))

    assert answer.status_code == 422
    assert f'id="{at}-error"' in answer.text
    assert len(re.findall(r'id="\w+-error"', answer.text)) == 1
    assert statuses() == {1: "published"}


def test_the_preview_shows_the_examples_or_what_is_wrong(staff):
    page = send(staff, f"{EDITOR}/preview", **TYPED, actions_0_title="<b>Go</b>", actions_0_url="/x").text
    assert "<html" not in page
    assert page.count("Sent, Ada") == page.count("2 pieces left.") == 2
    assert "&lt;b&gt;Go&lt;/b&gt;" in page

    page = send(staff, f"{EDITOR}/preview", **(TYPED | {"title": "{{ nam }}"})).text
    assert "there is no &#39;nam&#39; here; there is count, name, number" in page
    assert statuses() == {1: "published"}


def test_who_saves_over_the_draft_of_somebody_else_is_told(staff):
    page = staff.get(EDITOR).text
    send(staff, **TYPED)
    late = {name: hidden(page, name) for name in ("csrf_token", "key", "seen")}

    answer = staff.post(EDITOR, data=late | TYPED | {"title": "Mine"})

    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text
    assert templates.find(WORDS.key, "en", templates.DRAFT).title == TYPED["title"]


def test_a_draft_can_be_thrown_away(staff):
    send(staff, **TYPED)

    send(staff, f"{EDITOR}/draft/deletion")

    assert statuses() == {1: "published"}


def test_words_that_are_not_there_are_a_404(staff):
    assert staff.get(f"{PATH}/nonsense").status_code == 404
    assert send(staff, f"{EDITOR}/versions/99").status_code == 404
