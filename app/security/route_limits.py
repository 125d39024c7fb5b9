"""Which limits each route has, for staff to look up and for a test to find the route that has none."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from flask_limiter.util import get_qualified_name

from app.security.limits import READS, UNLIMITED, find_rate, limiter

# A limit that is a function of who asks.
DEPENDS = "depends on who asks"


@dataclass(frozen=True)
class RouteLimit:
    """`rates` are texts such as `10 per minute`; none for what may be asked as often as anybody likes."""

    rule: str
    methods: tuple[str, ...]
    rates: tuple[str, ...]

    @property
    def writes(self) -> bool:
        return bool(set(self.methods) - READS)

    @property
    def is_excepted(self) -> bool:
        return self.rule in UNLIMITED


def list_routes(app: Flask) -> Iterator[RouteLimit]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        methods = tuple(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        is_read = not set(methods) - READS
        own = own_rates(app, rule.endpoint)
        usual = find_rate(rule.rule, is_read)
        yield RouteLimit(rule.rule, methods, own or ((usual,) if usual else ()))


def own_rates(app: Flask, endpoint: str) -> tuple[str, ...]:
    name = get_qualified_name(app.view_functions[endpoint])
    named = limiter.limit_manager._decorated_limits.get(name, ())
    return tuple(each.limit_provider if isinstance(each.limit_provider, str) else DEPENDS for each in named)
