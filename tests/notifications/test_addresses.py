"""Where a push may go: whatever a name leads to, no machine inside is ever called."""

import asyncio
import socket
import threading
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.notifications.delivery import drain
from app.notifications.delivery.sender import Blocked, Sender
from app.notifications.devices.addresses import UnsafeAddress, VettedResolver, is_public
from app.notifications.models import Delivery, Subscription
from tests.notifications.devices import Browser, subscribe
from tests.notifications.telling import ADA, register, tell

HOST = "updates.push.services.mozilla.com"
PUBLIC = "142.250.74.42"
INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.5",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.5",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:5",
    "2002:7f00:1::",
    "2001::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2a00:1450:4001:82a::200a", "::ffff:142.250.74.42"])
def test_addresses_of_push_services_are_public(address):
    assert is_public(address)


def answering(monkeypatch, *turns):
    """The name leads to each of these in turn, the last of them for ever. How often it was asked for."""
    asked = []

    def getaddrinfo(host, port, *_, **__):
        asked.append(host)
        addresses = turns[min(len(asked), len(turns)) - 1]
        return [
            (
                socket.AF_INET6 if ":" in each else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (each, port, 0, 0) if ":" in each else (each, port),
            )
            for each in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def resolve():
    return asyncio.run(VettedResolver().resolve(HOST, 443))


@pytest.mark.parametrize("bad", ["127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"])
def test_one_bad_address_among_good_ones_is_enough_to_refuse_a_name(monkeypatch, bad):
    answering(monkeypatch, [PUBLIC, bad])

    with pytest.raises(UnsafeAddress):
        resolve()


def test_a_name_without_addresses_is_refused(monkeypatch):
    answering(monkeypatch, [])

    with pytest.raises(UnsafeAddress):
        resolve()


def test_what_was_looked_at_is_what_is_dialled(monkeypatch):
    asked = answering(monkeypatch, [PUBLIC], ["127.0.0.1"])

    (found,) = resolve()

    assert (found["host"], found["hostname"], found["flags"]) == (PUBLIC, HOST, socket.AI_NUMERICHOST)
    assert asked == [HOST]


@contextmanager
def listening():
    """A machine inside: its port, and who has called."""
    callers = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept():
            try:
                while True:
                    connection, _ = server.accept()
                    callers.append(connection)
                    connection.close()
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1], callers
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def send(url):
    async def act():
        async with Sender() as sender:
            return await sender.send(url, url.rpartition("/")[0], {}, b"x")

    return asyncio.run(act())


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_a_name_that_leads_inside_is_not_called(monkeypatch, address):
    with listening() as (port, callers):
        answering(monkeypatch, [address])
        with pytest.raises(Blocked):
            send(f"http://{HOST}:{port}/x")

    assert not callers


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]"])
def test_an_address_without_a_name_is_not_called(host):
    with listening() as (port, callers), pytest.raises(Blocked):
        send(f"http://{host}:{port}/x")

    assert not callers


def test_a_name_that_nobody_knows_is_no_attack(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    answer, _ = send(f"https://{HOST}/x")

    assert answer.status == 0


def test_a_name_that_leads_inside_only_when_something_is_sent_is_tried_later_and_costs_no_device(
    any_app, monkeypatch
):
    """Rebinding, or one bad answer: every device of a push service has its name, and they are well."""
    register(any_app)
    subscribe(ADA, Browser())
    tell()
    answering(monkeypatch, ["127.0.0.1"])

    drain.drain()

    assert db.session.execute(sa.select(Delivery.state, Delivery.reason)).one() == ("retry", "unsafe_address")
    assert db.session.execute(sa.select(Subscription.status, Subscription.errors)).one() == ("active", 0)


def test_an_endpoint_without_a_name_that_got_into_the_database_is_not_called(any_app):
    register(any_app)
    subscribe(ADA, Browser())
    with listening() as (port, callers):
        with transaction():
            db.session.execute(sa.update(Subscription).values(endpoint=f"https://127.0.0.1:{port}/x"))
        tell()
        drain.drain()

    assert not callers
    assert db.session.execute(sa.select(Delivery.state, Delivery.reason)).one() == ("failed", "blocked")
