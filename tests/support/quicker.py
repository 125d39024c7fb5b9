"""What every test would make anew for its own app, made once: compiled templates, and rules that build an address."""

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class CompiledTemplates(BytecodeCache):
    """In memory, for all apps of this process. Jinja compares the source, so an edited template is compiled again."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self._known.get(bucket.key):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


class LazyRule(Rule):
    """Compiles what builds its address when one is built: of some 150 rules a test needs two or three."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        compiled = cache(lambda: super(LazyRule, self)._compile_builder(append_unknown))
        return lambda rule, **values: compiled()(rule, **values)
