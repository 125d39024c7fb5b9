"""The client alone: a page of another site imports it from the shop, as docs/api.md shows, and loses nothing either."""

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.factories import make_user
from tests.support.relay import Relay
from tests.support.shop import Shop, open_shop, small_assortment
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PROGRAM = (Path(__file__).resolve().parents[1] / "realtime/client/follow.mjs").read_text()
PAGE = """<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,"><script type="module">
import {{ connect }} from '{shop}/static/js/live/client.js';
{program}
const askForTicket = async () => (await fetch('/ticket')).text();
window.said = [];
follow(connect, {url}, {channels}, {options}, (what) => window.said.push(what));
</script>"""


class Site(SimpleHTTPRequestHandler):
    """Another site, whose server has a token for the shop's API."""

    tickets: list[str] = []
    ask_for_ticket: Callable[[], str]

    def do_GET(self) -> None:
        if self.path != "/ticket":
            super().do_GET()
            return
        self.tickets.append(type(self).ask_for_ticket())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.tickets[-1].encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    Site.tickets = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Site, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page(site: ThreadingHTTPServer, tmp_path: Path, page: Page) -> Callable[..., None]:
    """A page of the other site, which follows these channels; live when this returns."""

    def open_it(shop: Shop, url: str, channels: dict[str, object], **options: object) -> None:
        text = PAGE.format(
            shop=shop.url,
            url=url,
            channels=json.dumps(channels),
            options=json.dumps(options),
            program=PROGRAM.replace("export ", ""),
        )
        (tmp_path / "index.html").write_text(text)
        page.goto(f"http://127.0.0.1:{site.server_port}/index.html")
        page.wait_for_function("() => window.said?.findLast(({ state }) => state)?.state === 'live'")

    return open_it


def numbers(page: Page) -> list[int]:
    return page.evaluate("said.filter(({ event }) => event === 'notice').map(({ data }) => data.n)")


def available(page: Page) -> int | None:
    return page.evaluate("said.filter(({ channel }) => channel === 'stock:CUP').at(-1)?.data.available")


def notify(shop: Shop, n: int, **whom: str) -> None:
    kind = "send" if "targetUser" in whom else "broadcast"
    data = {"type": "notice", "payload": {"n": n}}
    shop.send("POST", "/api/realtime/websocket", {"type": kind, "data": data, **whom})


@pytest.mark.slow
def test_a_foreign_page_hears_each_message_once_through_cuts(
    site: ThreadingHTTPServer, open_page: Callable[..., None], page: Page
) -> None:
    relay = Relay(0)
    with open_shop(ALLOWED_ORIGINS=f"http://127.0.0.1:{site.server_port}") as shop:
        relay.target = shop.settings.WEBSOCKET_PORT
        url = f"'ws://127.0.0.1:{relay.port}/ws'"
        open_page(shop, url, {"shop": None, "stock:CUP": {"version": 0}})

        for n in range(30):
            notify(shop, n, targetChannel="shop")
            if n in (9, 19):
                wait_for(lambda: numbers(page), 5, "a message")
                relay.cut()
        shop.change_stock("CUP", "remove", 7)

        wait_for(lambda: len(numbers(page)) >= 30, 10, "all messages")
        assert numbers(page) == list(range(30))
        wait_for(lambda: available(page) == 3, 5, "the stock")
    relay.close()


def test_a_foreign_page_with_tickets_hears_what_is_its_user_s_and_asks_over_http_meanwhile(
    site: ThreadingHTTPServer, open_page: Callable[..., None], page: Page
) -> None:
    relay, accounts = Relay(0), []

    def seed() -> None:
        small_assortment()
        accounts.append(make_user("shopper").public_id)

    origin = f"http://127.0.0.1:{site.server_port}"
    address = f"ws://127.0.0.1:{relay.port}/ws"
    with open_shop(seed=seed, ALLOWED_ORIGINS=origin, WEBSOCKET_URL=address) as shop:
        relay.target = shop.settings.WEBSOCKET_PORT
        (user,) = accounts
        ask = {"userId": user}
        Site.ask_for_ticket = lambda: shop.send("POST", "/api/realtime/tickets", ask)["url"]
        channels = {f"user:{user}": None, "stock:CUP": {"version": 0}}
        open_page(shop, "askForTicket", channels, recoverUrl=f"{shop.url}/live/recover")

        notify(shop, 0, targetUser=user)
        wait_for(lambda: numbers(page) == [0], 5, "the first message")
        relay.refuse()
        notify(shop, 1, targetUser=user)
        shop.change_stock("CUP", "remove", 7)
        wait_for(lambda: available(page) == 3, 15, "the stock over HTTP")
        assert numbers(page) == [0]
        relay.admit()

        wait_for(lambda: len(numbers(page)) == 2, 15, "the message that was missed")
        assert numbers(page) == [0, 1]
        assert len(Site.tickets) == len(set(Site.tickets)) >= 2
    relay.close()
