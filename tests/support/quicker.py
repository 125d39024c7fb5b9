"""What every test would make anew for its own app, made once: templates and statements, static files, parts of rules."""

from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule
from werkzeug.routing.matcher import RulePart

from app.core import assets

STATIC = Path(__file__).resolve().parents[2] / "static"
PREPARED = ("assets", "assets_version", "icons", "favicon")


class CompiledTemplates(BytecodeCache):
    """In memory, for all apps of this process. Jinja compares the source, so an edited template is compiled again."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self._known.get(bucket.key):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


class CompiledStatements(dict[Any, Any]):
    """For all engines of one kind of database, which compile a statement alike. SQLAlchemy asks by the engine's dialect
    first, so that of its own accord each app would compile all its statements anew.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), compiled)


def prepare_assets_once() -> None:
    """The shop's own files, which no test changes; tests of assets have folders of their own."""
    prepare = assets.init_app
    prepared: dict[str, Any] = {}

    def init_app(app: Flask, static: Path) -> None:
        if static != STATIC or not prepared:
            prepare(app, static)
        else:
            app.extensions.update(prepared)
            app.register_blueprint(assets.bp)
        if static == STATIC:
            prepared.update({name: app.extensions[name] for name in PREPARED})

    assets.init_app = init_app


class SharedRule(Rule):
    """Is read once for all apps, and compiles what builds its address when one is built: of some 150 rules a test needs
    two or three.
    """

    _known: dict[str, tuple[list[RulePart], list[tuple[bool, str]], dict[str, Any]]] = {}

    def compile(self) -> None:
        if self.rule not in self._known:
            super().compile()
            self._known[self.rule] = self._parts, self._trace, self._converters
        self._parts, self._trace, self._converters = self._known[self.rule]
        self.arguments |= self._converters.keys()
        self._build = partial(self._build_late, "_build", False)
        self._build_unknown = partial(self._build_late, "_build_unknown", True)

    def _build_late(self, name: str, append_unknown: bool, /, **values: Any) -> tuple[str, str]:
        build = self._compile_builder(append_unknown).__get__(self, None)
        setattr(self, name, build)
        return build(**values)
