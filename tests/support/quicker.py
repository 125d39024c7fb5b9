"""What every test would make anew for its own app, made once: compiled templates, compressed files, the parts of rules."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule
from werkzeug.routing.matcher import RulePart

from app.core import assets


class CompiledTemplates(BytecodeCache):
    """In memory, for all apps of this process. Jinja compares the source, so an edited template is compiled again."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self._known.get(bucket.key):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


def compress_once() -> None:
    assets.make_asset = cache(assets.make_asset)


class SharedRule(Rule):
    """Is read once for all apps, and compiles what builds its address when one is built: of some 150 rules a test needs
    two or three.
    """

    _known: dict[str, tuple[list[RulePart], list[tuple[bool, str]], dict[str, Any]]] = {}

    def _parse_rule(self, rule: str) -> Iterable[RulePart]:
        if rule not in self._known:
            reader = Rule(rule)
            reader.map, reader._trace, reader._converters = self.map, [], {}
            self._known[rule] = list(reader._parse_rule(rule)), reader._trace, reader._converters
        parts, trace, converters = self._known[rule]
        self._trace.extend(trace)
        self._converters |= converters
        self.arguments |= converters.keys()
        return parts

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        compile_now, compiled = super()._compile_builder, []

        def build(rule: Rule, **values: Any) -> Any:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](rule, **values)

        return build
