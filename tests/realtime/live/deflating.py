"""Compressed messages as a client may make them (RFC 7692, 7.2.1)."""

import zlib
from typing import Any

from tests.realtime.live.wire import CONTINUATION, RSV1, TEXT, Frame

SYNC_TAIL = b"\x00\x00\xff\xff"


def pack(
    payload: bytes,
    *,
    level: int = 6,
    window_bits: int = 15,
    strategy: int = zlib.Z_DEFAULT_STRATEGY,
    memory: int = 8,
    flush_every: int = 0,
    flush: int = zlib.Z_SYNC_FLUSH,
) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -window_bits, memory, strategy)
    step = flush_every or max(1, len(payload))
    packed = b"".join(
        packer.compress(payload[start : start + step]) + (packer.flush(flush) if flush_every else b"")
        for start in range(0, len(payload), step)
    )
    packed += b"" if packed.endswith(SYNC_TAIL) else packer.flush(zlib.Z_SYNC_FLUSH)
    return packed.removesuffix(SYNC_TAIL)


def pack_final(payload: bytes) -> bytes:
    """A stream with an end of its own."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(payload) + packer.flush(zlib.Z_FINISH)


def deflated(payload: bytes, *, opcode: int = TEXT, cut: int | None = None, **options: Any) -> Frame:
    return Frame(opcode, pack(payload, **options), rsv=RSV1, cut=cut)


def in_fragments(packed: bytes, size: int, opcode: int = TEXT) -> list[Frame]:
    """Only the first says that the message is compressed."""
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    return [
        Frame(CONTINUATION if at else opcode, piece, fin=at == len(pieces) - 1, rsv=0 if at else RSV1)
        for at, piece in enumerate(pieces)
    ]
