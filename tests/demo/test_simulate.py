"""Simulated shoppers: they buy, they never pile up before a slow shop, and they leave when the time is over."""

import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.demo.simulate import SHOPPERS

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


def counted(result):
    """The figures of the last line."""
    assert result.exit_code == 0, result.output
    return {name: int(count) for name, count in re.findall(r"([a-z]+) (\d+)", result.output.split("\r")[-1])}


def test_they_look_and_buy_in_a_running_shop(module_shop, simulate):
    before = sum(module_shop.stock(sku)["version"] for sku in ("CUP", "VASE", "LAMP"))

    seen = counted(simulate("--url", module_shop.url, "--rate", "20", "--seconds", "2"))

    after = sum(module_shop.stock(sku)["version"] for sku in ("CUP", "VASE", "LAMP"))
    assert seen["looked"] > 5 and seen["failed"] == 0
    assert after - before == 2 * seen["bought"] + seen["restocked"]  # a purchase holds, then takes


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
