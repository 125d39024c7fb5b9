"""The shopper's side without a script: beginning a conversation, and writing in it."""

import re

import pytest

from tests.chat.asking import HTMX, ask, bodies, hidden, newest_room, the_room, write
from tests.chat.desk import add_agent, add_department, change_room
from tests.factories import make_product, make_user
from tests.orders import buying
from tests.orders.buying import buy
from tests.security.test_login import csrf_of, sign_in


def test_the_first_message_opens_the_conversation_and_leads_to_it(app, client):
    add_agent()
    answer = ask(client, name="Ada", page="/products/cup")

    room = the_room()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/support/{room.public_id}")
    page = client.get(answer.headers["Location"]).text
    assert "Is the large one back?" in page
    assert (room.name, room.page) == ("Ada", "/products/cup")


def test_with_htmx_the_answer_is_the_conversation_alone(app, client):
    add_agent()
    answer = ask(client, headers=HTMX)

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<section")
    assert "Is the large one back?" in answer.text


def test_the_same_form_sent_twice_is_one_conversation_with_one_message(app, client):
    add_agent()
    page = client.get("/support").text
    form = {name: hidden(page, name) for name in ("clientId", "csrf_token")} | {"body": "Hello"}

    client.post("/support", data=form)
    client.post("/support", data=form)

    assert bodies() == ["Hello"]


def test_the_page_shows_the_conversation_that_goes_on(app, client):
    add_agent()
    ask(client)

    assert "Is the large one back?" in client.get("/support").text


def test_a_mistake_keeps_what_was_typed(app, client):
    add_agent()
    answer = ask(client, "x" * 1001, name="Ada Novak", email="ada@")

    assert answer.status_code == 422
    assert "x" * 1001 in answer.text
    assert 'value="Ada Novak"' in answer.text
    assert "Enter an address like name@example.com" in answer.text
    answer = ask(client, "x" * 1001)
    assert "1001 characters; at most 1000" in answer.text
    assert bodies() == []


def test_without_anybody_there_an_address_is_needed_and_the_page_says_so(app, client):
    page = client.get("/support").text
    assert "Nobody is at the desk now" in page

    refused = ask(client, "When do you fire next?")
    assert refused.status_code == 422
    assert "Enter your email address" in refused.text
    assert "When do you fire next?" in refused.text

    taken = ask(client, "When do you fire next?", email="ada@example.test")
    assert taken.status_code == 303
    assert "We have ada@example.test to reach you" in client.get(taken.headers["Location"]).text
    assert the_room().status == "offline"


def test_an_account_gives_its_address_and_sees_the_same_room_on_another_device(app):
    make_user("shopper", email="ada@example.test", name="Ada Novak")
    phone, desk = app.test_client(), app.test_client()
    for client in (phone, desk):
        sign_in(client, "ada@example.test")

    assert 'name="email"' not in phone.get("/support").text
    ask(phone, "From the phone")

    assert the_room().email == "ada@example.test"
    assert "From the phone" in desk.get("/support").text


def test_a_conversation_is_nobody_elses(app):
    ada, other = app.test_client(), app.test_client()
    add_agent()
    path = ask(ada).headers["Location"]

    assert ada.get(path).status_code == 200
    assert other.get(path).status_code == 404
    assert other.get(f"{path}/state").status_code == 404
    assert "Is the large one back?" not in other.get("/support").text


def test_a_department_may_be_chosen(app, client):
    glazes = add_department("Glazes")
    add_agent(departments=(glazes,))

    assert "Glazes" in client.get("/support").text
    ask(client, department=str(glazes))

    assert the_room().department_id == glazes


def test_writing_without_a_script_comes_back_to_the_thread(app, client):
    add_agent()
    path = ask(client).headers["Location"]

    answer = write(client, path, "And the small one?")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}#latest")
    assert "And the small one?" in client.get(path).text


@pytest.mark.parametrize(("body", "said"), [("x" * 1001, "at most 1000"), ("  ", "Write something first")])
def test_a_message_that_is_refused_stays_in_the_box(app, client, body, said):
    add_agent()
    path = ask(client).headers["Location"]

    answer = write(client, path, body)

    assert answer.status_code == 422
    assert said in answer.text
    assert f">{body}</textarea>" in answer.text
    assert bodies() == ["Is the large one back?"]


def test_too_many_at_once_are_refused_with_the_time_and_the_text_kept(app, client):
    add_agent()
    path = ask(client).headers["Location"]
    answers = [write(client, path, f"Message {n}") for n in range(12)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert "That was too fast. Try again in" in refused[0].text
    assert re.search(r">Message \d+</textarea>", refused[0].text)


def test_a_visitor_may_begin_six_conversations_in_half_a_day(app, client):
    add_agent()
    for _ in range(6):
        ask(client)
        change_room(newest_room(), status="closed")

    answer = ask(client, "Once more")

    assert answer.status_code == 422
    assert "Try again in" in answer.text
    assert "Once more" in answer.text


def test_an_order_is_asked_about_in_a_room_of_its_own(app, client):
    make_product(sku="CUP", stock=5, threshold=0)
    add_agent()
    order = buy(buying.ADA, CUP=1)
    query = f"?order={order.number}&token={order.token}"

    assert f"Ask about order {order.number}" in client.get(f"/support{query}").text
    ask(client, "Where is it?", query=query, order=order.number, token=order.token)

    room = the_room()
    assert (room.kind, room.order_id) == ("order", order.id)
    assert "Where is it?" in client.get(f"/support{query}").text


def test_an_order_of_somebody_else_is_not_talked_about(app, client):
    make_product(sku="CUP", stock=5, threshold=0)
    order = buy(buying.ADA, CUP=1)

    assert client.get(f"/support?order={order.number}").status_code == 404
    form = {"csrf_token": csrf_of(client, "/support"), "body": "Where?", "order": order.number}
    assert client.post("/support", data=form).status_code == 404
    assert client.get("/support?order=KM-1").status_code == 404
