"""A Redis that is up but of no use is as good as none, however it says so."""

from contextlib import contextmanager

import pytest
from redis.exceptions import ResponseError

from app.core.redis import Breaker, RedisDown
from tests.support.redis_server import open_redis
from tests.support.waiting import wait_for

SCRIPT = "return redis.call('SET', KEYS[1], 'value')"
NOBODY = "127.0.0.1", 1


@pytest.fixture(scope="module")
def server():
    with open_redis() as server:
        yield server


@contextmanager
def configured(client, **options):
    before = {name: client.config_get(name)[name] for name in options}
    for name, value in options.items():
        client.config_set(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            client.config_set(name, value)


@contextmanager
def full(server):
    with configured(server.client, **{"maxmemory-policy": "noeviction", "maxmemory": 1}):
        yield


@contextmanager
def without_replicas(server):
    with configured(server.client, **{"min-replicas-to-write": 1}):
        yield


@contextmanager
def read_only(server):
    server.client.replicaof(*NOBODY)
    try:
        yield
    finally:
        server.client.replicaof("NO", "ONE")


@contextmanager
def without_its_master(server):
    with configured(server.client, **{"replica-serve-stale-data": "no"}), read_only(server):
        yield


@contextmanager
def unable_to_save(server):
    """A folder lies where the snapshot should go."""
    (server.folder / "dump.rdb").mkdir(exist_ok=True)
    with configured(server.client, save="3600 1"):
        server.client.bgsave()
        wait_for(lambda: has_failed_to_save(server.client.info("persistence")), 10, "a failed save")
        yield


def has_failed_to_save(info):
    return not info["rdb_bgsave_in_progress"] and info["rdb_last_bgsave_status"] == "err"


def pipelined(transaction):
    def write(client):
        pipeline = client.pipeline(transaction=transaction)
        pipeline.set("key", "value")
        pipeline.set("other", "value")
        pipeline.execute()

    return write


def pipelined_script(client):
    pipeline = client.pipeline(transaction=False)
    pipeline.eval(SCRIPT, 1, "key")
    pipeline.execute()


WRITES = {
    "a command": lambda client: client.set("key", "value"),
    "a pipeline": pipelined(transaction=False),
    "a transaction": pipelined(transaction=True),
    "a script": lambda client: client.eval(SCRIPT, 1, "key"),
    "a script in a pipeline": pipelined_script,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize(
    "state",
    [full, without_replicas, read_only, without_its_master, unable_to_save],
    ids=lambda state: state.__name__,
)
def test_a_redis_that_takes_no_writes_is_down(server, state, write):
    breaker = Breaker(server.client)

    with state(server), pytest.raises(RedisDown):
        breaker.call(write)

    breaker.call(write)


def test_a_mistake_in_a_command_is_not_an_outage_whatever_its_text_says(server):
    breaker = Breaker(server.client)
    server.client.set("key", "value")

    with pytest.raises(ResponseError):
        breaker.call(
            lambda client: client.pipeline(transaction=False).lpush("key", "caused error: MISCONF ").execute()
        )
