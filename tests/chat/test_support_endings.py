"""The shopper's side without a script: how it stands, its end, what it was worth, and the way to it from every page."""

import re

import sqlalchemy as sa

from app.chat.models import Rating
from app.core.database import db
from tests.chat.asking import HTMX, ask, resolve, the_room, write
from tests.chat.desk import add_agent, change_room
from tests.chat.talking import MIRA, say
from tests.factories import make_user
from tests.security.test_login import csrf_of, sign_in


def test_the_state_is_told_in_the_shoppers_words(app, client):
    add_agent(capacity=1)
    path = ask(client).headers["Location"]
    room = the_room()
    assert "has your message and answers next" in client.get(path).text

    say(room, MIRA, "On Friday.")
    assert "You are talking to <strong>Mira</strong>" in client.get(f"{path}/state", headers=HTMX).text

    other = app.test_client()
    waiting = ask(other, "Me too").headers["Location"]
    assert "You are next in line" in other.get(waiting).text


def test_a_shopper_ends_the_conversation_and_rates_it_and_may_think_again(app, client):
    add_agent()
    path = ask(client).headers["Location"]
    room = the_room()
    say(room, MIRA, "On Friday.")
    token = csrf_of(client, path)

    assert client.post(f"/chat/rooms/{room.public_id}/end", data={"csrf_token": token}).status_code == 303
    assert "How was it?" in client.get(path).text
    for score, comment in (("2", "Slow"), ("5", "Not slow at all")):
        rated = client.post(
            f"/chat/rooms/{room.public_id}/rating",
            data={"csrf_token": token, "score": score, "comment": comment},
        )
        assert rated.status_code == 303

    rating = db.session.scalars(sa.select(Rating)).one()
    assert (rating.score, rating.comment, rating.agent) == (5, "Not slow at all", MIRA.subject)
    assert "Change the rating" in client.get(path).text


def test_a_rating_without_a_number_keeps_the_comment(app, client):
    add_agent()
    path = ask(client).headers["Location"]
    resolve(the_room())

    form = {"csrf_token": csrf_of(client, path), "comment": "Kind"}
    answer = client.post(f"/chat/rooms/{the_room().public_id}/rating", data=form, headers=HTMX)

    assert answer.status_code == 422
    assert "Choose one" in answer.text
    assert ">Kind</textarea>" in answer.text


def test_what_goes_on_cannot_be_rated_and_nobody_rates_for_others(app, client):
    add_agent()
    path = ask(client).headers["Location"]
    room = the_room()
    form = {"csrf_token": csrf_of(client, path), "score": "5"}

    assert client.post(f"/chat/rooms/{room.public_id}/rating", data=form).status_code == 409

    resolve(room)
    make_user("admin", email="ines@example.test")
    admin = app.test_client()
    sign_in(admin, "ines@example.test")
    form["csrf_token"] = csrf_of(admin, "/support")
    assert admin.post(f"/chat/rooms/{room.public_id}/rating", data=form).status_code == 403
    assert (
        client.post(
            f"/chat/rooms/{room.public_id}/rating", data=form | {"csrf_token": csrf_of(client, path)}
        ).status_code
        == 303
    )


def test_what_is_closed_is_only_read_and_offers_a_new_one(app, client):
    add_agent()
    path = ask(client).headers["Location"]
    change_room(the_room(), status="closed")

    page = client.get(path).text
    assert "This conversation is over" in page
    assert 'href="/support?new=1"' in page
    refused = write(client, path, "Hello?")
    assert refused.status_code == 409
    assert ">Hello?</textarea>" in refused.text


def test_every_page_of_the_shop_leads_to_support_and_tells_what_is_unread(app, client):
    add_agent()
    assert 'href="/support"' in client.get("/").text
    assert "data-room=" not in client.get("/").text

    ask(client)
    say(the_room(), MIRA, "On Friday.")

    home = client.get("/").text
    assert f'data-room="{the_room().public_id}"' in home
    unread = int(re.search(r'data-unread="(\d+)"', home)[1])
    assert unread >= 1


def test_staff_pages_have_a_desk_of_their_own(app, client):
    make_user("staff", email="tomas@example.test")
    sign_in(client, "tomas@example.test")

    assert "data-corner" not in client.get("/staff/inventory").text


def test_the_panel_has_the_same_inside_as_the_page(app, client):
    add_agent()
    ask(client)

    panel = client.get("/support/panel?page=/products/cup", headers=HTMX).text
    assert panel.lstrip().startswith("<dialog")
    assert "Is the large one back?" in panel
    assert "<html" not in panel
