"""What was done about clients is written down once, holds in all processes, and outlives Redis."""

import json

import pytest
import sqlalchemy as sa

from app.core.database import db, transaction
from app.core.errors import NotFound
from app.core.redis import RedisDown
from app.realtime import blocks, incidents
from app.realtime.keys import REVOCATIONS_KEY, THREATS_KEY
from app.security.access import Caller
from app.security.models import AuditEntry
from app.security.threats import lifting, records
from app.security.threats.models import SecurityEvent
from tests.factories import make_user
from tests.realtime.live.test_incidents import INCIDENT
from tests.security.test_login import sign_in
from tests.security.threats.clients import ATTACKER, NEIGHBOUR, client_from, probe
from tests.support.waiting import wait_for

MIRA = Caller("user:mira", "admin", ())


def events():
    db.session.rollback()
    return list(db.session.scalars(sa.select(SecurityEvent).order_by(SecurityEvent.id)))


def actions():
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def told_sockets(redis):
    entries = [fields for _, fields in redis.xrange(REVOCATIONS_KEY)]
    return [{name.decode(): value.decode() for name, value in fields.items()} for fields in entries]


def test_a_block_is_a_row_an_audit_entry_and_a_word_to_the_sockets(any_app, redis):
    probe(client_from(any_app))

    assert (records.write_down(), records.write_down()) == (1, 0)

    (event,) = events()
    assert (event.client, event.kind, event.times, event.reasons) == (
        ATTACKER,
        "blocked",
        1,
        {"scanner_path": 100},
    )
    assert 14 * 60_000 < event.until_at - event.at <= 15 * 60_000
    assert [entry["path"] for entry in event.evidence] == ["/.git/config", "/.git/config1"]
    assert actions() == ["client_blocked"]
    (told,) = told_sockets(redis)
    assert (told["kind"], told["network"], told["closes"]) == ("block", ATTACKER, "1")


def test_one_that_two_clocks_write_down_is_one(any_app, redis, monkeypatch):
    probe(client_from(any_app))
    monkeypatch.setattr(type(redis), "xdel", lambda *_: 0)

    records.write_down()
    records.write_down()

    assert len(events()) == len(actions()) == 1


def test_what_cannot_be_read_stops_nobody(app, redis):
    for odd in (b"", b"{}", b"[1]", b'{"until": "noon"}'):
        redis.xadd(records.MADE_KEY, {"made": odd})
    probe(client_from(app))

    records.write_down()

    assert len(events()) == 1


def test_links_and_tokens_are_not_shown_to_staff(app):
    attacker = client_from(app)
    attacker.get("/.env?token=" + "a1-B2_c3" * 5)
    probe(attacker, 1)

    records.write_down()

    assert events()[0].evidence[0]["path"] == "/.env?token=…"


def test_two_processes_agree_within_seconds(make_app):
    first, second = make_app(), make_app()
    with first.app_context():
        neighbour = client_from(second)
        assert neighbour.get("/api/docs-gone").status_code == 404

        probe(client_from(first))

        wait_for(lambda: neighbour.get("/api/docs-gone").status_code == 403, 5, "the other process")
        records.write_down()
        with transaction():
            lifting.lift(events()[0].public_id, "A mistake", MIRA)
        wait_for(lambda: neighbour.get("/api/docs-gone").status_code == 404, 5, "the other process")


def test_who_is_let_in_while_all_are_told_again_is_in(app, redis, monkeypatch):
    probe(client_from(app))
    records.write_down()
    tell = blocks.tell_address

    def tell_later(network, left_ms):
        if left_ms and events()[0].lifted_at is None:
            with transaction():
                lifting.lift(events()[0].public_id, "A mistake", MIRA)
        tell(network, left_ms)

    monkeypatch.setattr(blocks, "tell_address", tell_later)
    blocks.tell_again()

    assert [float(each["until"]) > 0 for each in told_sockets(redis)][-2:] == [True, False]


def test_who_is_let_in_again_starts_anew_and_can_be_let_in_once(any_app, redis):
    attacker = client_from(any_app)
    probe(attacker)
    records.write_down()
    name = events()[0].public_id

    with transaction():
        assert lifting.lift(name, "Our own scanner", MIRA) == ATTACKER
    with pytest.raises(NotFound), transaction():
        lifting.lift(name, "Again", MIRA)

    probe(attacker, 1)
    assert attacker.get("/api/docs-gone").status_code == 404
    assert (events()[0].lifted_by, events()[0].note) == ("user:mira", "Our own scanner")
    assert actions() == ["client_blocked", "block_lifted"]
    assert told_sockets(redis)[-1]["until"] == "0.000"


def test_an_account_that_goes_on_loses_its_sockets(app, redis):
    user = make_user("shopper", email="ada@example.test")
    shopper = client_from(app)
    sign_in(shopper, "ada@example.test")
    redis.delete(REVOCATIONS_KEY)

    probe(shopper, 4)
    records.write_down()

    assert [event.kind for event in events()] == ["slowed", "blocked"]
    assert told_sockets(redis)[-1] == {"kind": "subject", "subject": f"user:{user.public_id}"}


def test_a_redis_that_lost_everything_is_filled_again(any_app, redis):
    attacker = client_from(any_app)
    probe(attacker)
    records.write_down()
    assert attacker.get("/").status_code == 403
    redis.flushall()
    assert attacker.get("/").status_code == 403

    assert (records.refill(), records.refill()) == (1, 0)

    assert [json.loads(facts)["kind"] for facts in redis.hvals("threat:facts")] == ["blocked"]
    assert attacker.get("/").status_code == 403


def test_nor_does_somebody_who_is_blocked_before_that_keep_it_from_being_filled(app, redis):
    attacker, neighbour = client_from(app), client_from(app, NEIGHBOUR)
    probe(attacker)
    records.write_down()
    redis.flushall()
    probe(neighbour)

    assert records.refill() == 1

    assert set(redis.hkeys("threat:facts")) == {ATTACKER.encode(), NEIGHBOUR.encode()}


def test_without_redis_this_process_keeps_out_and_writes_down_by_itself(any_app, redis, monkeypatch):
    attacker, call = client_from(any_app), any_app.extensions["redis"].call
    with monkeypatch.context() as without:
        without.setattr(any_app.extensions["redis"], "call", fail)
        probe(attacker)
        assert attacker.get("/").status_code == 403
        assert (records.write_down(), records.refill()) == (0, 0)
    assert [event.client for event in events()] == [ATTACKER]
    assert any_app.extensions["redis"].call == call

    any_app.extensions["threats"].blocks.look_soon()
    wait_for(lambda: sweep() and redis.hlen("threat:facts"), 10, "Redis to be told")
    assert attacker.get("/").status_code == 403


def sweep():
    from app.core import outbox

    outbox.sweep()
    return True


def fail(_):
    raise RedisDown("gone")


@pytest.mark.parametrize(("kinds", "points"), [({"flood": 2}, 50), ({"foreign_origin": 90}, 20)])
def test_what_the_sockets_found_out_counts_here_too(app, redis, kinds, points):
    faults = {f"kind:{name}": count for name, count in kinds.items()}
    for _ in range(2):
        told = {name: value for name, value in INCIDENT.items() if not name.startswith("kind:")}
        redis.xadd(THREATS_KEY, {**told, **faults})

    incidents.record_incidents()

    assert int(redis.get(f"threat:points:{INCIDENT['network']}")) == points
