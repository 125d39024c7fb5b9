"""Every route that writes, searches or is dear has a limit, and a limit holds with Redis and without."""

import os
import re
import signal

import pytest
from limits import parse_many

from app.security import limits
from app.security.limits import BY_ROUTE, SLOWED, UNLIMITED, WRITE, limiter
from app.security.route_limits import DEPENDS, list_routes
from tests.security.threats.clients import client_from
from tests.support.redis_server import open_redis

# What takes the shop long, as far as a route's name tells.
DEAR = re.compile(
    r"search|find$|\.csv|export|analytics|metrics|transcript|copies/|openapi|/docs|ready|receipt"
)


def test_each_route_that_writes_or_is_dear_has_a_limit_or_a_reason_to_have_none(app):
    routes = list(list_routes(app))
    careless = [
        f"{'/'.join(each.methods)} {each.rule}"
        for each in routes
        if (each.writes or DEAR.search(each.rule)) and not each.rates and not each.is_excepted
    ]

    assert len(routes) > 200
    assert careless == []


def test_each_exception_is_a_route(app):
    assert set(UNLIMITED) <= {each.rule for each in list_routes(app)}


def rates_of(app):
    """All that there are, each once."""
    named = {rate for each in list_routes(app) for rate in each.rates} - {DEPENDS}
    texts = {
        part.strip()
        for rate in (*named, SLOWED, WRITE, *(rate for _, rate in BY_ROUTE))
        for part in rate.split(";")
    }
    return sorted(texts)


def add_route(app, rate):
    """One whose first call takes all of the limit."""
    (limit,) = parse_many(rate)

    def view():
        return "ok"

    view.__qualname__ = view.__name__ = f"limited_{re.sub(r'[^a-z0-9]', '_', rate)}"
    path = f"/limited/{view.__name__}"
    app.add_url_rule(path, view.__name__, limiter.limit(rate, cost=limit.amount)(view))
    return path


@pytest.mark.parametrize("state", ["up", "down", "hung"])
def test_each_limit_holds_whatever_redis_does(make_app, state):
    with open_redis() as server:
        app = make_app(REDIS_URL=server.url)
        paths = [add_route(app, rate) for rate in rates_of(app)]
        client = client_from(app)
        if state == "down":
            server.kill()
        elif state == "hung":
            os.kill(server.process.pid, signal.SIGSTOP)
        try:
            answers = [[client.get(path) for _ in range(2)] for path in paths]
        finally:
            limiter._storage_dead = False  # it is one for all applications of this process
            if state == "hung":
                os.kill(server.process.pid, signal.SIGCONT)

    assert len(paths) > 10
    assert {tuple(answer.status_code for answer in pair) for pair in answers} == {(200, 429)}
    assert all(0 < int(second.headers["Retry-After"]) for _, second in answers)


def test_a_route_without_a_limit_of_its_own_takes_so_many_writes_and_no_more(app, monkeypatch):
    monkeypatch.setattr(limits, "WRITE", "3 per minute")
    limits.find_rate.cache_clear()
    client = client_from(app)

    statuses = [client.post("/theme").status_code for _ in range(4)]

    limits.find_rate.cache_clear()
    assert statuses == [400, 400, 400, 429]
