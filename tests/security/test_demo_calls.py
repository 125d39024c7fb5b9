"""The demo's own curl lines, and everything that only looks like one."""

import json

import pytest

from tests.factories import make_product

URL = "/api/realtime/inventory"
ADD = {"productId": "CUP", "quantity": 5, "operation": "add"}


@pytest.fixture
def demo(make_app):
    app = make_app(APP_ENV="demo")
    with app.app_context():
        make_product(sku="CUP", stock=10)
        yield app.test_client()


def test_a_curl_on_this_machine_may_write(demo):
    assert demo.post(URL, json=ADD).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
def test_nothing_that_a_web_page_can_send_may_write(demo, headers):
    answer = demo.post(URL, data=json.dumps(ADD), headers={"Content-Type": "application/json", **headers})

    assert answer.status_code in (400, 401)


def test_a_browser_with_its_cookie_may_not_write(demo):
    demo.set_cookie("visitor", "x")

    assert demo.post(URL, json=ADD).status_code == 400


def test_another_machine_may_not_write(demo):
    assert demo.post(URL, json=ADD, environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_what_came_through_a_proxy_is_not_from_this_machine(demo, header):
    proxied = demo.post(URL, json=ADD, headers={header: "203.0.113.9"})
    direct = demo.post(URL, json=ADD)

    assert (proxied.status_code, direct.status_code) == (401, 200)


def test_a_token_that_is_wrong_is_wrong_in_the_demo_too(demo):
    assert demo.post(URL, json=ADD, headers={"Authorization": "Bearer nope"}).status_code == 401


@pytest.mark.parametrize("path", ["/staff/inventory", "/staff/inventory/sku/CUP"])
def test_pages_of_the_staff_want_a_login_in_the_demo_too(demo, path):
    assert demo.get(path).headers["Location"].startswith("/login?next=")
