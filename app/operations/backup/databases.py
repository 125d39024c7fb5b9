"""Which of the two databases a shop has. Both modules have FILE, dump, load and count."""

from pathlib import Path
from typing import Protocol, cast

from app.operations.backup import postgres, sqlite
from app.settings import Settings


class Kind(Protocol):
    FILE: str

    def dump(self, url: str, folder: Path, /) -> dict[str, int]: ...

    def load(self, url: str, folder: Path, /) -> None: ...

    def count(self, url: str, /) -> dict[str, int]: ...


def name_of(settings: Settings) -> str:
    return "sqlite" if settings.is_sqlite else "postgresql"


def kind_of(settings: Settings) -> Kind:
    return cast(Kind, sqlite if settings.is_sqlite else postgres)
