"""Rules of the socket process that need no socket."""

import pytest

from app.realtime.live.connection import Connection
from app.realtime.live.heartbeat import Heartbeat
from app.realtime.live.limits import TokenBucket, client_address, is_loopback, network_of


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=10, burst=20, now=0.0)

    assert [bucket.take(0.0) for _ in range(21)] == [True] * 20 + [False]
    assert [bucket.take(0.1), bucket.take(0.1)] == [True, False]


def test_excesses_are_forgiven_when_the_bucket_is_full_again() -> None:
    bucket = TokenBucket(rate=10, burst=2, now=0.0)
    for _ in range(6):
        bucket.take(0.0)
    assert bucket.is_abused

    bucket.take(10.0)

    assert bucket.excesses == 0 and not bucket.is_abused


@pytest.mark.parametrize(
    "forwarded, proxies, address",
    [
        ("", 0, "9.9.9.9"),
        ("1.1.1.1", 0, "9.9.9.9"),
        ("1.1.1.1", 1, "1.1.1.1"),
        ("6.6.6.6, 1.1.1.1", 1, "1.1.1.1"),
        ("6.6.6.6, 1.1.1.1, 10.0.0.1", 2, "1.1.1.1"),
        ("1.1.1.1", 2, "9.9.9.9"),
    ],
)
def test_only_trusted_proxies_say_who_connects(forwarded: str, proxies: int, address: str) -> None:
    environ = {"REMOTE_ADDR": "9.9.9.9", "HTTP_X_FORWARDED_FOR": forwarded}

    assert client_address(environ, proxies) == address


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_loopback(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["10.0.0.1", "", "x", "::ffff:10.0.0.1", "2001:db8::1"])
def test_everywhere_else(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:0:1:aaaa::1", "2001:db8:0:1::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_what_counts_as_one_client(address: str, network: str) -> None:
    assert network_of(address) == network


class Listening:
    """A connection as far as the end of its tokens is concerned."""

    def __init__(self) -> None:
        self.channels = {"shop": None, "user:7": 1000.0, "user:8": 2000.0}
        self.told: list[dict[str, object]] = []

    def tell(self, body: dict[str, object]) -> bool:
        self.told.append(body)
        return True


class Dropping:
    def drop(self, connection: Connection, names: list[str]) -> list[str]:
        return [name for name in names if connection.channels.pop(name)]


@pytest.mark.parametrize(
    "now, told", [(1029.0, []), (1031.0, [{"type": "unsubscribed", "channels": ["user:7"]}])]
)
def test_a_private_channel_ends_thirty_seconds_after_its_token(
    now: float, told: list[dict[str, object]]
) -> None:
    connection = Listening()

    Heartbeat(Dropping(), None, 30000).end_expired(connection, now)  # type: ignore[arg-type]

    assert connection.told == told
    assert "shop" in connection.channels and "user:8" in connection.channels
