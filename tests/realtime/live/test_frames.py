"""Frames on the wire: lengths, and what deflate may and may not touch."""

import json
import zlib
from typing import Any

import pytest

from app.realtime.channels import find_channel
from app.realtime.live.frames import close_frame, text_frame
from app.realtime.live.handshake import agree_on_deflate
from app.realtime.live.message import Message
from tests.realtime.live.conftest import Publish
from tests.realtime.live.peers import RawPeer
from tests.realtime.live.servers import LiveServer

HTML = {"en": "<span class='c-badge'>Only 3 left é</span>" * 60}
AGREED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"


def make_message(name: str, **more: Any) -> Message:
    channel = find_channel(name)
    assert channel
    return Message(
        name,
        channel,
        1,
        "e",
        json.dumps({"event": "x", "ts": 1, "data": {}, "content": HTML, **more}).encode(),
    )


def inflate(payload: bytes) -> bytes:
    return zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff")


@pytest.mark.parametrize(
    "length, header",
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65535, b"\x81\x7e\xff\xff"),
        (65536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_the_length_is_told_in_the_shortest_form(length: int, header: bytes) -> None:
    assert text_frame(b"x" * length) == header + b"x" * length


def test_close_frames_fit_into_a_control_frame() -> None:
    assert len(close_frame(1011, "x" * 500)) == 127
    assert close_frame(1011, "é" * 100)[4:].decode() == "é" * 61
    assert close_frame(None) == b"\x88\x00"


def test_a_message_is_encoded_once_for_all_sockets_of_a_language() -> None:
    message = make_message("stock:A")

    assert message.frame("en", True) is message.frame("fr", True)
    assert message.frame("en", False) is message.frame("xx-YY", False)


def test_only_large_public_messages_are_deflated() -> None:
    public, private, small = (
        make_message("stock:A"),
        make_message("user:7"),
        make_message("stock:A", content={"en": "<b>3</b>"}),
    )

    assert public.frame("en", True)[0] & 0x40
    assert private.frame("en", True) == private.frame("en", False)
    assert small.frame("en", True) == small.frame("en", False)


def test_what_does_not_get_smaller_is_sent_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.realtime.live.message.deflate", lambda text: text)

    assert make_message("stock:A").frame("en", True) == make_message("stock:A").frame("en", False)


def test_text_that_is_no_unicode_does_not_stop_the_others() -> None:
    assert make_message("stock:A", content={"en": "\ud800"}).frame("en", False)


@pytest.mark.parametrize(
    "offers, window",
    [
        ("", None),
        ("permessage-deflate", 15),
        ("permessage-deflate; client_max_window_bits", 15),
        ("permessage-deflate; client_max_window_bits=10", 15),
        ("permessage-deflate;client_no_context_takeover ; server_no_context_takeover", 15),
        ("permessage-deflate; server_max_window_bits=15", 15),
        ('permessage-deflate; server_max_window_bits = "15"', 15),
        ("permessage-deflate; server_max_window_bits=9", 9),
        ("permessage-deflate; server_max_window_bits=8", 8),
        ("permessage-deflate; server_max_window_bits=9, permessage-deflate", 15),
        ("x-other; server_max_window_bits=9, permessage-deflate; server_max_window_bits=12", 12),
        ("permessage-deflate; unknown, permessage-deflate", 15),
        ("permessage-deflate; server_max_window_bits", None),
        ("permessage-deflate; server_max_window_bits=16", None),
        ("permessage-deflate; server_max_window_bits=7", None),
        ("permessage-deflate; server_max_window_bits=09", None),
        ('permessage-deflate; server_max_window_bits="15', None),
        ("permessage-deflate; client_max_window_bits=99", None),
        ("permessage-deflate; client_max_window_bits=", None),
        ("permessage-deflate; server_no_context_takeover=1", None),
        ("permessage-deflate; client_no_context_takeover=true", None),
        ("permessage-deflate; client_max_window_bits; client_max_window_bits=10", None),
        ("permessage-deflate; server_no_context_takeover; server_no_context_takeover", None),
        ("permessage-deflate; unknown=1", None),
        ("permessage-deflate;", None),
        ("permessage-deflate=1", None),
        ("x-webkit-deflate-frame", None),
        (",;=,", None),
    ],
)
def test_the_best_offer_that_can_be_kept_is_agreed_on(offers: str, window: int | None) -> None:
    agreement = agree_on_deflate(offers)

    assert (agreement.window_bits if agreement else None) == window


@pytest.mark.parametrize(
    "offer, answer",
    [
        ("permessage-deflate; client_max_window_bits", AGREED),
        ("permessage-deflate; server_max_window_bits=15", f"{AGREED}; server_max_window_bits=15"),
        ("permessage-deflate; server_max_window_bits=10", f"{AGREED}; server_max_window_bits=10"),
    ],
)
def test_a_window_that_was_asked_for_is_confirmed(offer: str, answer: str) -> None:
    agreement = agree_on_deflate(offer)

    assert agreement and agreement.answer == answer


@pytest.mark.parametrize(
    "offer, agreed, deflated",
    [
        ("permessage-deflate; client_max_window_bits", True, True),
        ("", False, False),
        # What all share refers further back than this one can remember.
        ("permessage-deflate; server_max_window_bits=9", True, False),
    ],
)
def test_a_message_arrives_bit_for_bit(
    live: LiveServer, send: Publish, offer: str, agreed: bool, deflated: bool
) -> None:
    peer = RawPeer(live.port, {"Sec-WebSocket-Extensions": offer})
    peer.next_frame()
    peer.send({"type": "subscribe", "channel": "stock:BIT"})
    version = json.loads(peer.next_frame()[2])["channels"]["stock:BIT"]["version"] or 0

    send("stock:BIT", version=version + 1, content=HTML)
    send("stock:BIT", version=version + 2, content={"en": "small"})
    send("stock:BIT", version=version + 3, content=HTML)
    frames = [peer.next_frame() for _ in range(3)]

    assert (AGREED in peer.head) is agreed
    assert [rsv1 for _, rsv1, _ in frames] == [deflated, False, deflated]
    texts = [json.loads(inflate(payload) if rsv1 else payload)["content"] for _, rsv1, payload in frames]
    assert texts == [HTML["en"], "small", HTML["en"]]


def test_a_compressed_message_of_a_client_is_understood(live: LiveServer) -> None:
    peer = RawPeer(live.port, {"Sec-WebSocket-Extensions": "permessage-deflate"})
    peer.next_frame()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b'{"type":"ping","id":8}') + packer.flush(zlib.Z_SYNC_FLUSH)

    for _ in range(2):
        peer.send_frame(1, packed[:-4], rsv1=True)
        assert json.loads(peer.next_frame()[2])["id"] == 8


def test_compression_can_be_switched_off(start_live: Any) -> None:
    peer = RawPeer(
        start_live(WEBSOCKET_ENABLE_COMPRESSION="false").port,
        {"Sec-WebSocket-Extensions": "permessage-deflate"},
    )

    assert "Sec-WebSocket-Extensions" not in peer.head
