"""What the tests of presence look at: the figures that a client was told."""

import time

from tests.realtime.live.peers import Peer

# The lease of a process whose beat is three seconds.
SHORT_BEAT, LEASE_S = "3000", 9.5
GRACE_S = 3.0
INTERVAL_S = 2.0
ROOM = "viewers:7"


def counts(peer: Peer) -> list[int]:
    return [body["count"] for body in peer.received if body["type"] == "presence"]


def wait_count(peer: Peer, count: int, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while counts(peer)[-1:] != [count]:
        left = deadline - time.monotonic()
        assert left > 0, f"no count of {count}, but {counts(peer)}"
        peer.next(left)


def listen(peer: Peer, seconds: float) -> None:
    """Read whatever comes in that time."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        peer.socket.settimeout(left)
        peer.next(left)
