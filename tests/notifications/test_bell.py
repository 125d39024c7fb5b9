"""The bell: how much is unread, the list, and reading, which counts wherever it was done."""

import re

import pytest

from app.core.database import db, transaction
from app.notifications import notify
from app.notifications.inbox import inbox
from tests.notifications.telling import find, register, tell


@pytest.fixture
def mine(app, client):
    """The subject of the client."""
    register(app)
    client.get("/notifications")
    with client.session_transaction() as session:
        return f"visitor:{session['visitor']}"


def token(client):
    return re.search(r'csrf-token" content="([^"]+)', client.get("/notifications").text)[1]


def read(client, headers=None, **fields):
    return client.post(
        "/notifications/read", data={"csrf_token": token(client), **fields}, headers=headers or {}
    )


def unread(page):
    return re.findall(r'data-unread id="told-list-(\w+)"', page.text)


def test_the_header_counts_what_is_unread(client, mine):
    assert '<span class="c-count">' not in client.get("/notifications").text.split("data-cart")[0]
    tell(mine), tell(mine), tell("visitor:kim")

    assert '<span class="c-count">2</span>' in client.get("/").text
    assert '<span class="c-count">2</span>' in client.get("/notifications/count").text


def test_the_list_says_so_when_there_is_nothing(client, mine):
    assert "Nothing yet" in client.get("/notifications").text
    assert "Nothing yet" in client.get("/notifications/newest").text


def test_the_list_comes_by_pages(client, mine):
    told = [tell(mine) for _ in range(inbox.PAGE + 3)][::-1]

    first = client.get("/notifications")
    before = re.search(r"before=(\w+)", first.text)[1]
    second = client.get(f"/notifications?before={before}")

    assert unread(first) + unread(second) == told
    assert "Earlier" not in second.text
    assert unread(client.get("/notifications?before=nonsense")) == unread(first)


def test_the_bell_opens_the_newest_five(client, mine):
    told = [tell(mine) for _ in range(7)]

    page = client.get("/notifications/newest").text

    assert re.findall(r'id="told-newest-(\w+)"', page) == told[:1:-1]
    assert 'href="/notifications"' in page


def test_who_goes_where_it_leads_has_read_it(client, mine):
    told = tell(mine, number="P-9")

    ahead = client.get(f"/notifications/{told}", headers={"Sec-Purpose": "prefetch"})
    assert (ahead.location, find(told).read_at) == ("/parcels/P-9", None)
    answer = client.get(f"/notifications/{told}")

    assert (answer.status_code, answer.location) == (303, "/parcels/P-9")
    assert find(told).read_at is not None


def test_nobody_opens_or_reads_what_is_somebody_elses(client, mine):
    told = tell("visitor:kim")

    assert client.get(f"/notifications/{told}").status_code == 404
    read(client, id=told)
    read(client)

    assert find(told).read_at is None


def test_without_a_script_one_or_all_are_marked_by_forms(client, mine):
    first, second, third = tell(mine), tell(mine), tell(mine)

    answer = read(client, id=second)
    assert (answer.status_code, answer.location) == (303, "/notifications")
    assert unread(client.get("/notifications")) == [third, first]
    read(client)

    assert unread(client.get("/notifications")) == []
    assert "All read" in client.get("/notifications").text


def test_a_script_gets_the_part_that_it_shows(client, mine):
    told, other = tell(mine), tell(mine)
    htmx = {"HX-Request": "true"}

    page = read(client, htmx, id=told, before="")
    assert "<html" not in page.text
    assert unread(page) == [other]
    assert "told-newest" in read(client, htmx, id=told).text


def test_a_form_of_another_site_reads_nothing(client, mine):
    told = tell(mine)

    assert client.post("/notifications/read", data={"id": told}).status_code == 400
    assert find(told).read_at is None


def test_open_pages_are_told_of_it_and_of_its_being_read(client, mine, published):
    told = tell(mine, name="<b>Ada</b>")
    first = published.wait_for(1)[0]
    published.clear()
    read(client, id=told)
    second = published.wait_for(1)[0]

    assert (first["channel"], first["event"], first["data"]["unread"]) == (mine, "notification", 1)
    assert "&lt;b&gt;Ada&lt;/b&gt;" in first["content"]["en"]
    assert f'href="/notifications/{told}"' in first["content"]["en"]
    assert (second["channel"], second["event"]) == (mine, "notifications_read")
    assert second["data"] == {"id": told, "unread": 0}


def test_reading_all_and_what_is_settled_are_said_too(client, mine, published):
    tell(mine, about="parcel:1")
    tell(mine)
    published.wait_for(2)
    published.clear()

    with transaction():
        notify.withdraw("parcel:1")
    (settled,) = published.wait_for(1)
    assert settled["data"]["unread"] == 1
    published.clear()
    read(client)

    assert published.wait_for(1)[0]["data"] == {"id": None, "unread": 0}


def test_what_is_not_for_the_page_is_not_there(client, mine, published):
    told = tell(mine)
    published.wait_for(1)
    with transaction():
        db.session.query(type(find(told))).filter_by(public_id=told).update({"in_page": False})

    assert "Nothing yet" in client.get("/notifications").text
    assert inbox.count_unread(mine) == 0
