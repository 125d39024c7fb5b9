"""Clients for tests of the gate. The real attackers of these tests come from an address of an example."""

from flask.testing import FlaskClient

ATTACKER = "203.0.113.66"
NEIGHBOUR = "203.0.113.67"


def client_from(app, address: str = ATTACKER) -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def probe(client, times: int = 2) -> None:
    """What a scanner asks for first: two of it reach the bar."""
    for number in range(times):
        client.get(f"/.git/config{number or ''}", headers={"Accept": "*/*"})
