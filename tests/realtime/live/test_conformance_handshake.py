"""The opening (RFC 6455, 4.2) and what is agreed about compression (RFC 7692, 7.1)."""

import random

import pytest

from tests.realtime.live.conformance import DEFLATE, EXTENSIONS, Opening, Row, Section, said
from tests.realtime.live.deflating import deflated
from tests.realtime.live.servers import ORIGIN, LiveServer

AGREED = f"{DEFLATE}; server_no_context_takeover; client_no_context_takeover"
# Nothing repeats within 20,000 characters, and then all of it: a frame that refers too far back is noticed.
PAGE = random.Random(7).randbytes(10_000).hex() * 2
# By offer: what is answered.
OFFERS = {
    DEFLATE: AGREED,
    "Permessage-Deflate": AGREED,
    f"{DEFLATE}; server_no_context_takeover": AGREED,
    f"{DEFLATE}; client_no_context_takeover": AGREED,
    f"{DEFLATE}; client_no_context_takeover; server_no_context_takeover": AGREED,
    f"{DEFLATE}; client_max_window_bits": AGREED,
    **{f"{DEFLATE}; client_max_window_bits={bits}": AGREED for bits in (8, 9, 12, 15)},
    f'{DEFLATE}; client_max_window_bits="10"': AGREED,
    **{
        f"{DEFLATE}; server_max_window_bits={bits}": f"{AGREED}; server_max_window_bits={bits}"
        for bits in range(8, 16)
    },
    f'{DEFLATE}; server_max_window_bits="11"': f"{AGREED}; server_max_window_bits=11",
    f"{DEFLATE}; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; "
    "client_max_window_bits=10": f"{AGREED}; server_max_window_bits=10",
    f" {DEFLATE} ;  client_max_window_bits = 15 ": AGREED,
    f"{DEFLATE}; server_max_window_bits=9, {DEFLATE}": AGREED,
    f"{DEFLATE}; server_max_window_bits=9, {DEFLATE}; server_max_window_bits=11": f"{AGREED}; server_max_window_bits=11",
    f"{DEFLATE}; server_max_window_bits=99, {DEFLATE}; client_max_window_bits": AGREED,
    f"{DEFLATE}; unknown, {DEFLATE}": AGREED,
    f"x-webkit-deflate-frame, {DEFLATE}": AGREED,
    "x-webkit-deflate-frame": "",
    f"{DEFLATE}; unknown": "",
    f"{DEFLATE}; unknown=1": "",
    f"{DEFLATE}; server_max_window_bits": "",
    **{
        f"{DEFLATE}; server_max_window_bits={bits}": "" for bits in ("7", "16", "09", "-9", "9.0", "x", "1e1")
    },
    **{f"{DEFLATE}; client_max_window_bits={bits}": "" for bits in ("7", "16", "010", "x")},
    f"{DEFLATE}; server_no_context_takeover=1": "",
    f"{DEFLATE}; client_no_context_takeover=true": "",
    f"{DEFLATE}; server_no_context_takeover; server_no_context_takeover": "",
    f"{DEFLATE}; client_max_window_bits; client_max_window_bits=10": "",
    f"{DEFLATE}; server_max_window_bits=10; server_max_window_bits=12": "",
    f'{DEFLATE}; server_max_window_bits="10': "",
    f"{DEFLATE}; server_max_window_bits=": "",
    f"{DEFLATE};": "",
    f"{DEFLATE}=15": "",
    ",;=,": "",
}

OPENINGS = [
    Opening("an ordinary one"),
    Opening("names in other cases", {"Upgrade": "WebSocket", "Connection": "UPGRADE"}),
    Opening("among other hops", {"Connection": "keep-alive, Upgrade"}),
    Opening("of a page elsewhere, to the echo", {"Origin": "https://elsewhere.example"}),
    Opening("of a page of the shop", {"Origin": ORIGIN}, path="/ws"),
    Opening("of a page elsewhere", {"Origin": "https://elsewhere.example"}, 403, path="/ws"),
    Opening("of a page without an origin", {"Origin": "null"}, 403, path="/ws"),
    Opening("no Upgrade", {"Upgrade": ""}, 426),
    Opening("Upgrade to something else", {"Upgrade": "h2c"}, 426),
    Opening("no Connection", {"Connection": ""}, 426),
    Opening("Connection that upgrades nothing", {"Connection": "keep-alive"}, 426),
    Opening("no version", {"Sec-WebSocket-Version": ""}, 426),
    *(
        Opening(f"version {version}", {"Sec-WebSocket-Version": version}, 426)
        for version in ("0", "8", "12", "14", "x")
    ),
    Opening("no key", {"Sec-WebSocket-Key": ""}, 400),
    Opening("a key of 15 bytes", {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAA"}, 400),
    Opening("a key of 17 bytes", {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAAA="}, 400),
    Opening("a key that is no base64", {"Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!=="}, 400),
]
NEGOTIATIONS = [
    Opening(offer.strip(), {EXTENSIONS: offer}, agreed=agreed) for offer, agreed in OFFERS.items()
]
KEPT = [
    Row(offer.strip(), [deflated(PAGE.encode())] * 2, [said(PAGE)] * 2, offer=offer)
    for offer, agreed in OFFERS.items()
    if agreed
]
SECTIONS = [
    Section("Opening", OPENINGS),
    Section("Offers of compression", NEGOTIATIONS),
    Section("Offers, kept in both directions", KEPT),
]


@pytest.mark.parametrize("row", [row for section in SECTIONS for row in section.rows], ids=str)
def test_an_opening_is_answered_and_kept(live: LiveServer, row: Opening | Row) -> None:
    row.play(live.port)
