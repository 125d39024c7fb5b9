"""The agents' console over HTTP: what it shows to whom, and what its buttons do, all without a script."""

import sqlalchemy as sa

from app.chat.access import Actor
from app.chat.desk import agents
from app.chat.models import AgentDepartment, Room
from app.core.database import db, run_transaction, transaction
from tests.chat.console.pages import CONSOLE, make_agent, make_department, now, path, post, text
from tests.chat.talking import ADA, open_room, say
from tests.factories import make_product, make_user
from tests.security.test_login import sign_in


def test_guests_sign_in_first_and_shoppers_never_get_in(client, room):
    where = [CONSOLE, f"{CONSOLE}/list", path(room), path(room, "customer"), f"{CONSOLE}/search?q=large"]

    assert {client.get(each).status_code for each in where} == {303}
    make_user(email="jun@example.test")
    sign_in(client, "jun@example.test")
    assert {client.get(each).status_code for each in where} == {403}


def test_an_agent_reads_who_waits_and_what_was_said(client, mira, room):
    shown = text(client, f"{CONSOLE}?tab=waiting")

    assert "Ada Novak" in shown
    assert "Is the large one back?" in shown
    assert path(room) in shown
    assert "Is the large one back?" in text(client, path(room))


def test_htmx_gets_the_conversation_without_the_page_around_it(client, mira, room):
    part = text(client, path(room), headers={"HX-Request": "true"})

    assert part.lstrip().startswith('<div class="p-both" id="conversation"')
    assert "<html" not in part


def test_a_room_of_another_department_does_not_exist_for_this_agent(client, mira):
    studio = make_department()
    room = open_room(department_id=studio)
    say(room, ADA, "A secret recipe")

    for part in ([], ["customer"], ["head"], ["transfer"], ["hold"]):
        assert client.get(path(room, *part)).status_code == 404
    for step in ("claim", "resolve", "decline", "resolve-next", "transfer", "hold", "look"):
        assert post(client, path(room, step)).status_code == 404
    assert "secret" not in text(client, f"{CONSOLE}?tab=all")
    assert "recipe" not in text(client, f"{CONSOLE}/search?q=secret")
    assert client.get(f"/chat/rooms/{room.public_id}/transcript").status_code == 404


def test_staff_of_the_store_see_the_rooms_of_orders_and_no_others(client, room):
    make_user("staff", email="tomas@example.test", name="Tomas")
    sign_in(client, "tomas@example.test")
    about_order = open_room(Actor("visitor:bea", "Guest", "guest"), kind="order", name="Bea Ruiz")
    say(about_order, Actor("visitor:bea", "Guest", "guest"), "Where is it?")

    shown = text(client, f"{CONSOLE}?tab=all")

    assert ("Bea Ruiz" in shown, "Ada Novak" in shown) == (True, False)
    assert client.get(path(about_order)).status_code == 200
    assert client.get(path(room)).status_code == 404
    assert client.get(path(about_order, "override")).status_code == 403


def test_claiming_makes_it_mine_and_says_so(client, mira, room):
    answer = post(client, path(room, "claim"))

    assert (answer.status_code, answer.location) == (303, path(room))
    assert now(room).assignee == mira.subject
    shown = text(client, path(room))
    assert "This conversation is yours." in shown
    assert "Resolve and next" in shown


def test_a_form_sent_twice_is_taken_once(client, mira, room):
    post(client, path(room, "claim"))
    version = now(room).version

    post(client, path(room, "claim"))

    assert now(room).version == version


def test_resolving_opens_the_next_that_waits(client, mira, room):
    bea = Actor("visitor:bea", "Guest", "guest")
    second = open_room(bea, name="Bea Ruiz")
    say(second, bea, "Hello")
    post(client, path(room, "claim"))

    answer = post(client, path(room, "resolve-next"))

    assert now(room).status == "resolved"
    assert answer.location == path(second)


def test_after_the_last_one_resolve_and_next_comes_back_to_the_list(client, mira, room):
    post(client, path(room, "claim"))

    assert post(client, path(room, "resolve-next")).location == CONSOLE


def test_what_cannot_be_done_now_is_said_above_the_conversation(client, mira, room):
    post(client, path(room, "decline"))

    shown = text(client, path(room))

    assert "Only the agent who has this conversation may do this." in shown


def test_a_conversation_may_wait_for_any_sku_that_is_sold_out(client, mira, room):
    make_product(sku="VASE", stock=0)
    post(client, path(room, "claim"))
    say(room, mira, "Not before Friday")

    refused = post(client, path(room, "hold"), event="", sku=" ")
    assert refused.status_code == 422
    assert "Choose what it waits for, or write a SKU." in refused.text
    post(client, path(room, "hold"), key="key-of-another-form", event="", sku="VASE")

    assert (now(room).status, now(room).hold_until_event) == ("on_hold", "restock:VASE")


def test_a_transfer_needs_a_receiver_and_a_note(client, mira, room):
    jonas, studio = make_agent("Jonas"), make_department()
    post(client, path(room, "claim"))

    assert "Jonas, offline, 0 of 4" in text(client, path(room, "transfer"))
    refused = post(client, path(room, "transfer"), to=f"department:{studio}", note="")
    assert refused.status_code == 422
    assert "Write what whoever takes over should know." in refused.text
    assert f'value="department:{studio}" selected' in refused.text
    post(client, path(room, "transfer"), to=f"department:{studio}", note="Ask about the glaze")
    assert (now(room).status, now(room).department_id) == ("queued", studio)
    assert jonas.subject != now(room).assignee


def test_whoever_gives_a_room_to_a_department_that_is_not_theirs_comes_back_to_the_list(client, mira, room):
    studio = make_department()
    post(client, path(room, "claim"))

    answer = post(client, path(room, "transfer"), to=f"department:{studio}", note="Ask about the glaze")

    assert answer.location == CONSOLE
    assert client.get(path(room)).status_code == 404


def test_where_nothing_is_left_htmx_gets_an_empty_place_and_the_address(client, mira):
    answer = client.get(CONSOLE, headers={"HX-Request": "true"})

    assert "Choose a conversation" in answer.text
    assert "<html" not in answer.text
    assert answer.headers["HX-Push-Url"] == CONSOLE


def test_a_transfer_to_somebody_who_is_away_is_refused_and_says_why(client, mira, room):
    jonas = make_agent("Jonas")
    post(client, path(room, "claim"))

    post(client, path(room, "transfer"), to=f"agent:{jonas.subject}", note="Yours")

    assert "Jonas is not available now" in text(client, path(room))
    assert now(room).assignee == mira.subject


def test_a_supervisor_gives_a_room_to_an_agent_and_the_reason_stays_as_a_note(client, room):
    jonas = make_agent("Jonas")
    run_transaction(lambda: agents.set_status(jonas.subject, "online"))
    with transaction():
        db.session.execute(sa.text("UPDATE chat_agent SET lease_until = 99999999999999"))
    make_agent("Ines", role="admin")
    sign_in(client, "ines@example.test")

    post(client, path(room, "override"), agent=jonas.subject, reason="He fired this one")

    assert now(room).assignee == jonas.subject
    assert "He fired this one" in text(client, path(room))


def test_an_agent_may_not_overrule(client, mira, room):
    assert client.get(path(room, "override")).status_code == 403
    assert post(client, path(room, "override"), agent=mira.subject, reason="Mine").status_code == 403


def test_two_agents_who_look_at_a_room_are_told_of_each_other(app, client, mira, room):
    other = app.test_client()
    make_agent("Jonas")
    sign_in(other, "jonas@example.test")

    assert [each["name"] for each in post(client, path(room, "look")).json["people"]] == ["Mira"]
    people = post(other, path(room, "look")).json["people"]
    assert {each["name"] for each in people} == {"Mira", "Jonas"}
    people = post(client, path(room, "look"), away="1").json["people"]
    assert [each["name"] for each in people] == ["Jonas"]


def test_notes_and_messages_stand_in_the_order_of_time(client, mira, room):
    say(room, mira, "Ask the studio", stream="i")
    say(room, ADA, "Anybody there?")

    shown = text(client, path(room))

    places = [shown.index(words) for words in ("Is the large one back?", "Ask the studio", "Anybody there?")]
    # The first is also the list's last line, above all of them.
    assert places[1] < places[2] or places[2] < places[0]
    assert shown.index("Ask the studio") < shown.rindex("Anybody there?")


def test_the_navigation_counts_who_waits_for_this_agent(client, mira, room):
    with transaction():
        db.session.execute(sa.update(Room).values(status="queued", queued_at=1))

    assert 'data-waiting-count data-channel="queue"' in text(client, "/staff/inventory")
    assert ">1</span>" in text(client, f"{CONSOLE}/count")


def test_the_filter_and_the_sort_stay_in_the_addresses(client, mira, room):
    shown = text(client, f"{CONSOLE}?tab=all&sort=new&q=ada")

    assert f"{path(room)}?tab=all&amp;sort=new&amp;q=ada" in shown
    assert "/staff/chat?sort=new&amp;q=ada" in shown


def test_departments_of_an_agent_decide_what_the_list_holds(client, room):
    studio = make_department()
    make_agent("Otto", departments=[studio])
    with transaction():
        db.session.execute(sa.update(Room).values(department_id=studio))
    make_agent("Mira")
    sign_in(client, "mira@example.test")

    assert "Ada Novak" not in text(client, f"{CONSOLE}?tab=all")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AgentDepartment)) == 1
