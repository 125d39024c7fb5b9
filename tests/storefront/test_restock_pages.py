"""The form for what is sold out, and the pages behind the links of its mails."""

import pytest
import sqlalchemy as sa

from app.core.database import db
from app.inventory import restocks
from app.inventory.models import RestockRequest
from tests.factories import add_variant, make_product, make_user
from tests.inventory.waiting_list import change, mails, newest_mail, token_of
from tests.security.test_login import csrf_of, sign_in
from tests.storefront.shelf import change as set_values

ADA = "ada@example.test"
PAGE = "/products/cup"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cup(app):
    """Sold out in Chalk, in stock in Sea."""
    product = make_product(sku="CUP", slug="cup", name="Cup", stock=0)
    add_variant(product, "CUP-SEA", glaze="Sea", stock=20)
    return product


def ask(client, email=ADA, *, sku="CUP", headers=None, **fields):
    form = {"email": email, "sku": sku, "csrf_token": csrf_of(client, "/"), "key": "k1", **fields}
    return client.post(f"{PAGE}/back-in-stock", data=form, headers=headers or {})


def press(client, path, **fields):
    page = client.get(path).text
    key = page.split('name="key" value="')[1].split('"')[0]
    form = {"key": key, "csrf_token": csrf_of(client, path), **fields}
    return client.post(path, data=form)


def requests():
    db.session.rollback()
    return db.session.scalars(sa.select(RestockRequest)).all()


def test_without_a_script_the_form_leads_back_to_the_variant_and_says_what_comes_next(cup, client):
    answer = ask(client)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/products/cup?sku=CUP")
    assert "link we sent to ada@example.test" in client.get(answer.headers["Location"]).text
    assert mails() == [ADA]


def test_with_htmx_the_answer_is_the_part_alone(cup, client):
    answer = ask(client, headers=HTMX)

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<section")
    assert "link we sent to ada@example.test" in answer.text


def test_the_answer_is_the_same_for_an_address_on_the_list_and_for_one_with_an_account(cup, client):
    restocks.ask("CUP", "known@example.test")
    make_user(email="account@example.test")

    emails = ("new@example.test", "known@example.test", "account@example.test")
    answers = [ask(client, email, headers=HTMX, key=email) for email in emails]

    texts = {answer.text.replace(email, "X") for answer, email in zip(answers, emails, strict=True)}
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("email", "problem"),
    [
        ("", "Enter your email address"),
        ("ada", "Enter an address like"),
        ("ada@example.test, eve@example.test", "Enter an address like"),
        ("Eve <eve@example.test>", "Enter an address like"),
        ("a..b@example.test", "Enter an address like"),
        ("ada@example.test\r\nBcc: eve@example.test", "Enter an address like"),
        ("a" * 250 + "@example.test", "Enter a shorter address"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_no_address_is_shown_again_with_the_reason(cup, client, email, problem, headers):
    answer = ask(client, email, headers=headers)

    assert answer.status_code == 422
    assert problem in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert str(email[:6].split("<")[0]) in answer.text
    assert ("<h1" in answer.text) is (headers == {})
    assert requests() == []


def test_what_came_back_meanwhile_is_said_and_the_address_is_kept(cup, client):
    change("CUP", "receive", 1)

    answer = ask(client)

    assert answer.status_code == 409
    assert "in stock again" in answer.text
    assert 'value="ada@example.test"' in answer.text


def test_the_form_asks_for_the_chosen_variant(cup, client):
    assert 'name="sku" value="CUP"' in client.get(f"{PAGE}?sku=CUP").text
    assert 'name="sku" value="CUP-SEA"' in client.get(f"{PAGE}?sku=CUP-SEA").text


def test_a_variant_of_another_product_is_not_there(cup, client):
    make_product(sku="BOWL", stock=0)

    assert ask(client, sku="BOWL").status_code == 404
    assert requests() == []


def test_what_is_no_longer_made_has_no_form_and_takes_no_request(cup, client):
    set_values(cup, status="archived")

    assert ask(client).status_code == 410
    assert requests() == []


def test_a_double_click_asks_once(cup, client):
    answers = [ask(client) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert (len(requests()), mails()) == (1, [ADA])


def test_an_account_finds_its_address_and_later_that_it_is_on_the_list(cup, client):
    make_user(email=ADA)
    sign_in(client, ADA)
    assert 'value="ada@example.test"' in client.get(f"{PAGE}?sku=CUP").text

    ask(client)

    assert "You are on the list. We will write to ada@example.test" in client.get(f"{PAGE}?sku=CUP").text
    assert 'name="email"' in client.get(f"{PAGE}?sku=CUP-SEA").text
    path = f"/back-in-stock/{token_of(ADA)}/stop"
    answer = press(client, path, next="/products/cup?sku=CUP")
    assert answer.headers["Location"] == "/products/cup?sku=CUP"
    assert "You are off the list" in client.get(answer.headers["Location"]).text
    assert requests() == []


def test_the_link_of_the_mail_asks_first_and_its_button_confirms(cup, client):
    ask(client)
    path = "/back-in-stock/" + newest_mail().split("/back-in-stock/")[1].split()[0]
    stranger = client.application.test_client()

    assert "Shall we tell you?" in stranger.get(path).text
    assert requests()[0].confirmed_at is None
    answer = press(stranger, path)

    assert answer.headers["Location"] == path
    assert "You are on the list" in stranger.get(path).text
    assert restocks.count_waiting("CUP") == 1


def test_a_scanner_that_follows_the_links_neither_confirms_nor_leaves(cup, client):
    ask(client)
    token = token_of(ADA)

    for path in (f"/back-in-stock/{token}", f"/back-in-stock/{token}/stop"):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200

    assert [row.confirmed_at for row in requests()] == [None]


def test_the_other_link_leaves_the_list_and_then_opens_nothing(cup, client):
    ask(client)
    path = f"/back-in-stock/{token_of(ADA)}/stop"

    answer = press(client, path)

    assert answer.headers["Location"] == "/back-in-stock/stopped"
    assert "You are off the list" in client.get(answer.headers["Location"]).text
    assert requests() == []
    for used in (path, path.removesuffix("/stop")):
        gone = client.get(used)
        assert gone.status_code == 404
        assert "expired or was used" in gone.text


@pytest.mark.parametrize("path", ["/back-in-stock/nope", "/back-in-stock/nope/stop"])
def test_a_wrong_token_is_not_there(app, client, path):
    assert client.get(path).status_code == 404
    assert client.post(path, data={"csrf_token": csrf_of(client, "/"), "key": "k"}).status_code == 404


@pytest.mark.parametrize("path", ["{}", "{}/stop"])
def test_the_pages_of_a_mail_are_neither_found_by_search_engines_nor_told_of_to_others(cup, client, path):
    ask(client)
    page = client.get("/back-in-stock/" + path.format(token_of(ADA))).text

    assert 'name="robots" content="noindex"' in page
    assert 'name="referrer" content="no-referrer"' in page


def test_one_address_is_not_asked_more_than_twenty_times_an_hour(cup, app):
    """Each from another visitor: what counts is whose letter box it is."""
    answers = [ask(app.test_client(), key=f"k{number}") for number in range(21)]

    assert {answer.status_code for answer in answers[:20]} == {303}
    assert answers[20].status_code == 429


def test_one_visitor_is_not_heard_more_than_twenty_times(cup, client):
    answers = [ask(client, f"p{number}@example.test", key=f"k{number}") for number in range(21)]

    assert answers[19].status_code == 303
    assert answers[20].status_code == 429


def test_staff_see_how_many_wait(app):
    words = app.jinja_env.get_template("inventory/_waiting.html")

    assert "1 person waits" in words.render(waiting=1)
    assert "3 people wait" in words.render(waiting=3)
