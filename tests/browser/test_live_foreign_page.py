"""The client alone: a page of another site imports it from the shop, as docs/api.md shows, and loses nothing either."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.relay import Relay
from tests.support.shop import Shop, open_shop
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PROGRAM = (Path(__file__).resolve().parents[1] / "realtime/client/follow.mjs").read_text()
PAGE = """<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,"><script type="module">
import {{ connect }} from '{shop}/static/js/live/client.js';
{program}
window.said = [];
follow(connect, '{url}', {{ shop: undefined, 'stock:CUP': {{ version: 0 }} }}, {{}}, (what) => window.said.push(what));
</script>"""


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    """Another site, which serves one page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def numbers(page: Page) -> list[int]:
    return page.evaluate("said.filter(({ event }) => event === 'notice').map(({ data }) => data.n)")


def notify(shop: Shop, n: int) -> None:
    notice = {"type": "notice", "payload": {"n": n}}
    shop.send(
        "POST", "/api/realtime/websocket", {"type": "broadcast", "targetChannel": "shop", "data": notice}
    )


def test_a_foreign_page_hears_each_message_once_through_cuts(
    site: ThreadingHTTPServer, tmp_path: Path, page: Page
) -> None:
    origin = f"http://127.0.0.1:{site.server_port}"
    relay = Relay(0)
    with open_shop(ALLOWED_ORIGINS=origin) as shop:
        relay.target = shop.settings.WEBSOCKET_PORT
        url = f"ws://127.0.0.1:{relay.port}/ws"
        text = PAGE.format(shop=shop.url, url=url, program=PROGRAM.replace("export ", ""))
        (tmp_path / "index.html").write_text(text)
        page.goto(f"{origin}/index.html")
        page.wait_for_function("() => window.said?.findLast(({ state }) => state)?.state === 'live'")

        for n in range(30):
            notify(shop, n)
            if n in (9, 19):
                wait_for(lambda: numbers(page), 5, "a message")
                relay.cut()
        shop.change_stock("CUP", "remove", 7)

        wait_for(lambda: len(numbers(page)) >= 30, 10, "all messages")
        assert numbers(page) == list(range(30))
        newest = "said.filter(({ channel }) => channel === 'stock:CUP').at(-1)?.data.available"
        wait_for(lambda: page.evaluate(newest) == 3, 5, "the stock")
    relay.close()
