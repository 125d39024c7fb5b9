"""What all processes of a real shop write while it is used: whose request it was everywhere, and no secret anywhere."""

import http.client
import json
import re
import secrets
import signal
import urllib.error
import urllib.parse
import urllib.request

import pytest
from websocket import create_connection

from tests.factories import PASSWORD, make_user
from tests.support.shop import open_shop, small_assortment
from tests.support.waiting import PATIENCE_S, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.slow]
OURS = secrets.token_hex(16)
EMAIL = "ada@example.test"
PROCESSES = ("web", "live", "worker", "clock")


def seed():
    small_assortment()
    make_user("admin", email=EMAIL)


@pytest.fixture(scope="module")
def shop():
    with open_shop("redis", *PROCESSES, seed=seed, TRUSTED_PROXIES="1") as shop:
        yield shop


def lines(shop, name):
    """What the process wrote, which is JSON line by line and nothing else."""
    return [json.loads(line) for line in (shop.folder / f"{name}.log").read_text().splitlines()]


def of_ours(shop, name):
    return [line for line in lines(shop, name) if line.get("request_id") == OURS]


def ask(shop, path, data=None, headers=None):
    """Status, text and headers, as anybody gets them who comes through a proxy that names requests."""
    request = urllib.request.Request(
        shop.url + path, data, {"X-Forwarded-For": "203.0.113.9", **(headers or {})}
    )
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=PATIENCE_S) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def test_one_request_is_found_in_every_process_that_it_reached(shop):
    socket = create_connection(shop.socket_url, timeout=PATIENCE_S, suppress_origin=True)
    socket.send(json.dumps({"type": "subscribe", "channel": "stock:CUP"}))
    while json.loads(socket.recv())["type"] != "subscribed":
        pass
    # Not through the proxy: the demo's own calls come from this machine. 10 cups less raise an alert, which is a mail.
    body = json.dumps({"productId": "CUP", "quantity": 10, "operation": "remove", "reason": "test"}).encode()
    headers = {"Content-Type": "application/json", "X-Request-ID": OURS}
    with urllib.request.urlopen(
        urllib.request.Request(f"{shop.url}/api/realtime/inventory", body, headers), timeout=PATIENCE_S
    ) as answer:
        assert answer.headers["X-Request-ID"] == OURS

    wait_for(lambda: of_ours(shop, "worker"), what="a job's line")
    wait_for(lambda: of_ours(shop, "live"), what="a line of the message")
    socket.close()

    (access,) = [line for line in of_ours(shop, "web") if line["logger"] == "app.access"]
    assert (access["route"], access["status"], access["actor"]) == ("/api/realtime/inventory", 200, "demo")
    assert any(line["message"] == "job done" and line["ms"] >= 0 for line in of_ours(shop, "worker"))
    assert of_ours(shop, "live")[0]["channel"] == "stock"


def test_secrets_that_pass_through_are_in_no_log(shop):
    planted = plant_secrets(shop)
    web = shop.worker_pids("web")[0]
    # Also what gunicorn itself says of a request that it cannot read, and of a child that is killed.
    send_rubbish(shop, planted["in_rubbish"])
    shop.processes["web"].send_signal(signal.SIGCHLD)
    assert web
    wait_for(lambda: any(line["route"] == "/login" for line in access_lines(shop)), what="the lines")

    told = "\n".join((shop.folder / f"{name}.log").read_text() for name in PROCESSES)

    assert {name for name, secret in planted.items() if secret in told} == set()


def access_lines(shop):
    return [line for line in lines(shop, "web") if line["logger"] == "app.access"]


def plant_secrets(shop):
    """Each in a place where such a one is sent; by name, for whoever reads a failure."""
    planted = {
        name: f"{name}-{secrets.token_urlsafe(32)}"
        for name in ("password", "bearer", "link", "cookie", "query", "endpoint", "in_rubbish")
    }
    ask(shop, "/api/monitoring/metrics", headers={"Authorization": f"Bearer {planted['bearer']}"})
    ask(shop, f"/password/{planted['link']}")
    ask(shop, "/", headers={"Cookie": f"sid={planted['cookie']}"})
    ask(shop, f"/search?q={planted['query']}")
    device = {"endpoint": f"https://push.example/{planted['endpoint']}", "keys": {"p256dh": "x", "auth": "y"}}
    headers = {"Content-Type": "application/json"}
    ask(shop, "/api/realtime/push/subscriptions", json.dumps(device).encode(), headers)
    sign_in(shop, planted["password"])
    planted["session"] = sign_in(shop, PASSWORD)
    planted["own_password"] = PASSWORD
    return planted


def sign_in(shop, password):
    """The session's id; empty when it is refused."""
    _, page, headers = ask(shop, "/login")
    visitor = headers["Set-Cookie"].split(";")[0]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    form = urllib.parse.urlencode({"email": EMAIL, "password": password, "csrf_token": token}).encode()
    status, _, headers = ask(shop, "/login", form, {"Cookie": visitor})
    cookies = headers.get_all("Set-Cookie") or []
    found = [cookie.split(";")[0].partition("=")[2] for cookie in cookies if cookie.startswith("sid=")]
    return found[0] if status == 303 else ""


def send_rubbish(shop, secret):
    address = urllib.parse.urlsplit(shop.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE_S)
    connection.connect()
    connection.sock.sendall(f"GET /{secret} HTTP/9.9\r\nHost: x\r\n\r\n".encode())
    connection.sock.recv(1000)
    connection.close()


def test_whatever_a_client_sends_each_line_is_a_record(shop):
    forged = 'x\n{"level": "error", "message": "forged"}'
    ask(shop, "/" + urllib.parse.quote(forged))
    ask(shop, "/", headers={"User-Agent": "x\t{}", "X-Request-ID": '"}{'})

    assert all("forged" not in line["message"] for name in PROCESSES for line in lines(shop, name))
