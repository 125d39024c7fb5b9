"""Whatever a client sends, and however the network cuts it."""

import random
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from app.realtime.live.assembly import Breach
from app.realtime.live.reader import Event, Reader
from tests.realtime.live.deflating import pack
from tests.realtime.live.wire import BINARY, CONTINUATION, PING, PONG, RSV1, TEXT, Frame

MOST = 4096
EXAMPLES = settings(max_examples=300, deadline=None, database=None, derandomize=True)
Heard = tuple[list[Event], int | None]


def listen(pieces: Iterable[bytes], deflate: bool = True) -> Heard:
    """Every event, and the code of the breach that ended it."""
    reader, events = Reader(MOST, deflate), []
    try:
        for piece in pieces:
            for event in reader.read(piece):
                events.append(event)
    except Breach as breach:
        return events, breach.code
    return events, None


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    at = sorted({place % (len(data) + 1) for place in places})
    return [data[start:stop] for start, stop in zip([0, *at], [*at, len(data)], strict=True) if start < stop]


@st.composite
def messages(draw: st.DrawFn) -> tuple[bytes, list[Event]]:
    """One message as a client may write it, and what is to be heard of it."""
    opcode = draw(st.sampled_from((TEXT, BINARY)))
    body = draw(st.text(max_size=300)) if opcode == TEXT else draw(st.binary(max_size=300))
    payload = body.encode() if isinstance(body, str) else body
    compressed = draw(st.booleans())
    pieces = cut(pack(payload) if compressed else payload, draw(st.lists(st.integers(0, 400), max_size=4)))
    pieces = pieces or [b""]
    stream, heard = b"", list[Event]()
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        rsv = RSV1 if compressed and number == 0 else 0
        stream += Frame(CONTINUATION if number else opcode, piece, fin=last, rsv=rsv).encode()
        heard.append((opcode, body) if last else (CONTINUATION, b""))
        if draw(st.booleans()):
            control = draw(st.sampled_from((PING, PONG))), draw(st.binary(max_size=125))
            stream += Frame(*control).encode()
            heard.append(control)
    return stream, heard


@EXAMPLES
@given(st.lists(messages(), max_size=4), st.lists(st.integers(0, 3000), max_size=30))
def test_the_same_is_heard_however_a_stream_is_cut(
    said: list[tuple[bytes, list[Event]]], places: list[int]
) -> None:
    stream = b"".join(part for part, _ in said)
    heard = [event for _, events in said for event in events]

    assert listen([stream]) == (heard, None)
    assert listen(cut(stream, places)) == (heard, None)
    assert listen(cut(stream, range(len(stream)))) == (heard, None)


@EXAMPLES
@given(st.binary(max_size=400), st.booleans())
def test_rubbish_is_a_breach_or_nothing(data: bytes, deflate: bool) -> None:
    whole, bytewise = listen([data], deflate), listen(cut(data, range(len(data))), deflate)

    assert whole == bytewise and whole[1] in (None, 1002, 1007, 1009)


@EXAMPLES
@given(messages(), st.integers(0, 5000), st.integers(1, 255))
def test_one_wrong_byte_is_the_same_however_it_comes(
    said: tuple[bytes, list[Event]], place: int, change: int
) -> None:
    stream = bytearray(said[0])
    stream[place % len(stream)] ^= change
    data = bytes(stream)

    whole, bytewise = listen([data]), listen(cut(data, range(len(data))))

    assert whole[0] == bytewise[0]
    # Both too large and no text when inflated: whichever is seen first.
    assert (whole[1] is None) == (bytewise[1] is None)


def test_twenty_thousand_random_frames_raise_nothing_else() -> None:
    dice = random.Random(5)
    for _ in range(4_000):
        frames = [
            Frame(
                dice.choice((0, 1, 1, 2, 8, 9, 10, dice.randrange(16))),
                dice.randbytes(dice.choice((0, 1, 2, 5, 130, 600))),
                fin=dice.random() < 0.6,
                rsv=dice.choice((0, 0, 0, RSV1, dice.randrange(8))),
                masked=dice.random() < 0.98,
            )
            for _ in range(5)
        ]
        _, code = listen([frame.encode() for frame in frames])
        assert code in (None, 1002, 1007, 1009)


def test_an_idle_reader_keeps_nothing_of_a_message() -> None:
    reader = Reader(MOST, deflate=True)
    stream = Frame(TEXT, pack(b"*" * 4000), rsv=RSV1).encode() + Frame(TEXT, b"*" * 4000).encode()

    for byte in stream:
        list(reader.read(bytes([byte])))

    assert {name: getattr(reader, name) for name in ("_pending", "_assembly", "_mask", "_left")} == {
        "_pending": b"",
        "_assembly": None,
        "_mask": None,
        "_left": 0,
    }
