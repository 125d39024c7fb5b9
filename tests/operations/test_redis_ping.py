"""`flask redis ping` against a real Redis, and against none."""

import re

import pytest


@pytest.fixture
def ping(make_app):
    def run(**overrides):
        app = make_app(**overrides)
        with app.app_context():
            return app.test_cli_runner().invoke(args=["redis", "ping"])

    return run


def test_a_redis_that_answers_tells_what_it_is(ping, session_redis):
    result = ping()

    assert result.exit_code == 0
    lines = [re.sub(r"[\d.]+", "0", line) for line in result.output.splitlines()]
    assert lines == [
        "PONG",
        f"address  {re.sub(r'[0-9.]+', '0', session_redis.url)}",
        "server   valkey 0, up 0 s",
        "role     master, 0 replicas",
        lines[4],
        "latency  0 ms, slowest of 0 0 ms",
    ]
    assert re.fullmatch(r"memory   0[KM] used, no limit, noeviction", lines[4])


def test_a_replica_says_that_it_takes_no_writes(ping, redis):
    redis.replicaof("127.0.0.1", 1)
    try:
        assert "replica of 127.0.0.1:1, link down; takes no writes" in ping().output
    finally:
        redis.replicaof("NO", "ONE")


def test_where_none_answers_the_reason_is_told_without_the_password(ping):
    result = ping(REDIS_URL="redis://shop:secret-word@127.0.0.1:1/0")

    assert result.exit_code == 1
    assert "No PONG from redis://127.0.0.1:1/0 (Error 111 connecting to 127.0.0.1:1" in result.output
    assert "Is it running, and is REDIS_URL right?" in result.output
    assert "secret-word" not in result.output
    assert "Traceback" not in result.output
