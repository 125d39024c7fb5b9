"""What the cluster writes down: once where servers write too, anew where they do not, and never for others to read."""

import stat

import pytest

from app.redis_address import read_sentinel_address
from deploy.cluster import postgres, redis_group, rolling, state
from deploy.cluster.nodes import Ports, list_nodes
from deploy.cluster.supervision import ClusterSupervisor
from deploy.local.refusal import Refusal
from tests.support.settings import settings_for

PORTS = Ports(8080)


def test_what_sentinels_have_learnt_survives_the_next_start(tmp_path):
    redis_group.write_files(tmp_path, PORTS, "first")
    learnt = tmp_path / "redis2" / "redis.conf"
    learnt.write_text("it takes writes now\n")

    redis_group.write_files(tmp_path, PORTS, "second")

    assert learnt.read_text() == "it takes writes now\n"


def test_the_password_of_redis_stays_as_long_as_its_files_do(tmp_path):
    first = state.make_variables(tmp_path, PORTS, tls=False)
    state.write(tmp_path, first)
    redis_group.write_files(tmp_path, PORTS, "password")

    assert state.make_variables(tmp_path, PORTS, tls=False) == first
    assert state.make_variables(tmp_path, Ports(9090), tls=False)["REDIS_URL"] != first["REDIS_URL"]
    assert not list(tmp_path.glob("redis?")), "they speak of ports that nobody listens to any more"


def test_passwords_are_for_their_owner_alone(tmp_path):
    state.write(tmp_path, state.make_variables(tmp_path, PORTS, tls=False))
    redis_group.write_files(tmp_path, PORTS, "password")

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 7
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


@pytest.mark.parametrize(("tls", "address", "sockets"), [(False, "http", "ws"), (True, "https", "wss")])
def test_pages_and_sockets_are_reached_by_the_same_address(tmp_path, tls, address, sockets):
    variables = state.make_variables(tmp_path, PORTS, tls=tls)
    settings = settings_for(tmp_path, **variables)

    assert settings.PUBLIC_URL == f"{address}://localhost:8080"
    assert settings.WEBSOCKET_URL == f"{sockets}://localhost:8080/ws"
    assert settings.TRUSTED_PROXIES == 1
    assert [port for _, port in read_sentinel_address(settings.REDIS_URL).sentinels] == PORTS.sentinels


def test_every_node_is_kept_alive_on_a_port_of_its_own(tmp_path):
    settings = settings_for(tmp_path)
    nodes = list_nodes(PORTS)
    text = ClusterSupervisor(
        settings, state.ROOT, nodes, {"redis1": "r", "sentinel1": "s"}, {"nginx": "n"}
    ).configure()

    assert text.count("[program:") == len(nodes) + 3
    assert text.count("autorestart=true") == len(nodes) + 3
    assert 'PORT="8081"' in text and 'WEBSOCKET_PORT="8084"' in text
    assert len({node.port for node in nodes if node.port} | {*PORTS.redis, *PORTS.sentinels}) == 10


def test_without_a_cluster_there_is_nothing_to_restart(tmp_path):
    with pytest.raises(Refusal, match="no cluster runs"):
        state.load_running(tmp_path)


def test_a_database_that_was_given_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/shop")

    with postgres.running(tmp_path) as address:
        assert address == "postgresql://db/shop"
    assert not list(tmp_path.iterdir())


def test_two_rolling_restarts_at_once_would_take_both_nodes_of_a_kind_away(tmp_path):
    settings = settings_for(tmp_path)

    with rolling.hold_turn(settings):
        with pytest.raises(Refusal, match="under way already"), rolling.hold_turn(settings):
            raise AssertionError("nobody may come here")
    with rolling.hold_turn(settings):
        pass
