"""What many callers ask within the same second is looked up once. One process' own, and bounded."""

import time
from collections.abc import Hashable
from typing import Any

KEPT_S = 1.0
MOST = 2000


class Memory:
    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[float, Any]] = {}

    def find(self, key: Hashable) -> Any:
        """None for what is not known, or was known too long ago."""
        until, value = self._kept.get(key, (0.0, None))
        return value if until > time.monotonic() else None

    def keep(self, key: Hashable, value: Any) -> None:
        """Keys come from outside and values may be large, so what is over goes at once: it stands first."""
        now = time.monotonic()
        self._kept.pop(key, None)
        while self._kept and (len(self._kept) >= MOST or next(iter(self._kept.values()))[0] <= now):
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (now + KEPT_S, value)

    def clear(self) -> None:
        self._kept.clear()
