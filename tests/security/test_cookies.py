"""What a shop with TLS asks of browsers that keep its cookies."""

import pytest

from tests.factories import PASSWORD, make_user

SHOP = "https://shop.example"


@pytest.fixture
def app(make_app):
    app = make_app(PUBLIC_URL=SHOP)
    with app.app_context():
        yield app


def test_every_cookie_is_for_this_host_and_tls_alone_and_out_of_reach_of_scripts(app):
    make_user(email="ada@example.test")
    client = app.test_client()

    form = client.get("/login", base_url=SHOP)
    token = form.text.split('name="csrf_token" value="')[1].split('"')[0]
    fields = {"email": "ada@example.test", "password": PASSWORD, "csrf_token": token}
    entry = client.post("/login", base_url=SHOP, data=fields, headers={"Referer": f"{SHOP}/login"})

    assert entry.status_code == 303
    told = [*form.headers.getlist("Set-Cookie"), *entry.headers.getlist("Set-Cookie")]
    assert len({cookie.partition("=")[0] for cookie in told}) >= 2, told
    for cookie in told:
        assert cookie.startswith("__Host-"), cookie
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; ")), cookie
        assert "Domain" not in cookie
