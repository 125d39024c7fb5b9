"""Clients behind a proxy that the socket process trusts, so that each has an address of its own."""

from tests.realtime.live.peers import Peer
from tests.realtime.live.servers import LiveServer

ATTACKER, NEIGHBOUR = "203.0.113.9", "203.0.113.10"


def of(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


def connect(server: LiveServer, address: str = ATTACKER, path: str = "/ws") -> Peer:
    peer = Peer(server.port, path, header=of(address))
    peer.wait("hello")
    return peer


def is_blocked(server: LiveServer, address: str = ATTACKER) -> bool:
    peer = connect(server, address)
    peer.send({"type": "ping"})
    while peer.closed_with is None and (body := peer.next(2)) and body["type"] != "pong":
        pass
    code = peer.closed_with
    peer.close()
    assert code in (None, 4429)
    return code == 4429
