"""Simulated shoppers: they buy, they never pile up before a slow shop, and they leave when the time is over."""

import re
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sqlalchemy as sa

from app import create_app
from app.core.database import db
from app.demo.accounts import DEMO_ACCOUNTS
from app.demo.simulate import SHOPPERS
from app.inventory.verification import verify
from app.orders.models import Order
from app.security.users import create_user
from tests.factories import make_product
from tests.support.shop import CORE, open_shop

pytestmark = pytest.mark.timeout(60)

STAY_S = 0.3


class SlowShop(BaseHTTPRequestHandler):
    """One product, whose page takes its time."""

    present, most = 0, 0
    lock = threading.Lock()

    def do_GET(self):
        if self.path.startswith("/products/"):
            self.stay()
        self.answer(b'{"items": [{"productId": "CUP"}], "available": 5}' if "/api/" in self.path else PAGE)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b"{}")

    def stay(self):
        with self.lock:
            SlowShop.present += 1
            SlowShop.most = max(self.most, self.present)
        time.sleep(STAY_S)
        with self.lock:
            SlowShop.present -= 1

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


PAGE = b'<a href="/categories/cups">Cups</a> <a href="/products/cup">Cup</a>'


@pytest.fixture
def slow_shop():
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlowShop)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def simulate(app):
    return lambda *options: app.test_cli_runner().invoke(args=["simulate", *options])


@pytest.fixture(scope="module")
def lived_in_shop():
    """With every process, and the demo's staff."""
    with open_shop(*CORE, "worker", seed=with_staff) as shop:
        yield shop


def with_staff():
    for number in range(4):
        make_product(sku=f"CUP-{number}", slug=f"cup-{number}", name="Cup", stock=60, threshold=0)
    for role, email, password in DEMO_ACCOUNTS:
        create_user(email, "Tomás Rey", role, password)


def counted(result):
    """The figures of the last line."""
    assert result.exit_code == 0, result.output
    return {name: int(count) for name, count in re.findall(r"([a-z]+) (\d+)", result.output.split("\r")[-1])}


def statuses_and_findings(shop):
    app = create_app(shop.settings)
    with app.app_context():
        found = Counter(db.session.scalars(sa.select(Order.status)))
        findings = [str(finding) for finding in verify()]
        db.session.remove()
        db.engine.dispose()
    return found, findings


@pytest.mark.slow
def test_they_buy_decline_leave_cancel_and_send_back_on_the_shops_own_pages(lived_in_shop, simulate):
    mix = {"abandon": 25, "decline": 25, "late": 15, "cancel": 25, "pack": 60, "returns": 50}
    options = [part for name, percent in mix.items() for part in (f"--{name}", str(percent))]

    seen = counted(simulate("--url", lived_in_shop.url, "--rate", "6", "--seconds", "8", *options))

    assert seen["failed"] == 0
    ended = sum(seen[end] for end in ("placed", "waiting", "abandoned", "short"))
    assert ended <= seen["looked"] <= ended + seen["declined"]
    found, findings = statuses_and_findings(lived_in_shop)
    assert findings == []
    assert found["cancelled"] == seen["cancelled"]
    assert found["shipped"] + found["returned"] == seen["packed"] >= seen["returned"]
    bought = sum(count for status, count in found.items() if status not in ("checkout", "expired"))
    assert bought == seen["placed"] + seen["waiting"] > 5
    assert all(seen[name] for name in ("declined", "abandoned", "cancelled", "packed"))


@pytest.mark.parametrize(
    ("options", "ends_as"),
    [
        (("--abandon", "100"), "abandoned"),
        (("--abandon", "0", "--decline", "0", "--late", "0"), "placed"),
        (("--abandon", "0", "--decline", "0", "--late", "100"), "waiting"),
    ],
)
def test_the_mix_is_what_one_asks_for(lived_in_shop, simulate, options, ends_as):
    seen = counted(simulate("--url", lived_in_shop.url, "--rate", "5", "--seconds", "2", *options))

    assert seen["looked"] == seen[ends_as] > 1


def test_a_percentage_that_is_none_is_refused(simulate):
    assert "0<=x<=100" in simulate("--url", "http://127.0.0.1:9", "--returns", "101").output


def test_a_slow_shop_gets_fewer_visits_and_not_more_at_once(slow_shop, simulate):
    started = time.monotonic()

    seen = counted(simulate("--url", slow_shop, "--rate", "300", "--seconds", "0.6"))

    assert SlowShop.most == SHOPPERS
    assert seen["skipped"] > seen["looked"] > 0
    assert time.monotonic() - started < 0.6 + 5 * STAY_S


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf"])
def test_a_rate_that_is_no_rate_is_refused_with_a_reason(simulate, rate):
    result = simulate("--url", "http://127.0.0.1:9", "--rate", rate)

    assert result.exit_code != 0
    assert "--rate" in result.output and "above 0" in result.output
