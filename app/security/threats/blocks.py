"""Who is kept out or slowed now, as this process knows it: one question to Redis every two seconds, none for a request."""

import json
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from app.core.redis import Breaker, Redis, RedisDown
from app.security.threats.scripts import FREE, MOST_BLOCKS, PUT, READ, VERSION_KEY

LOOK_EVERY_S = 2.0
# So long a block that was made without Redis holds here although Redis, which is back, does not know it yet.
TAKEN_OVER_S = 10.0


@dataclass(frozen=True, slots=True)
class Block:
    """`kind` is "blocked", "slowed" or "logged", `since` epoch ms, `ends` seconds of the monotonic clock."""

    id: str
    client: str
    kind: str
    since: int
    ends: float

    @property
    def seconds_left(self) -> int:
        return max(1, int(self.ends - time.monotonic()) + 1)


class Blocks:
    """One instance a process. What Redis said last stays true while it is away, until each block's own end."""

    def __init__(self, redis: Breaker):
        self._redis = redis
        self._read, self._put, self._free = (redis.client.register_script(text) for text in (READ, PUT, FREE))
        self._known: dict[str, Block] = {}
        self._own: OrderedDict[str, tuple[Block, float]] = OrderedDict()
        self._version: bytes | None = None
        self._look_at = 0.0
        self.has_accounts = False

    def find(self, client: str) -> Block | None:
        now = time.monotonic()
        if now >= self._look_at:
            # First, so that one greenlet asks and the others go on with what is known.
            self._look_at = now + LOOK_EVERY_S
            self.look()
        found = self._known.get(client) or self._own.get(client, (None, 0))[0]
        return found if found and found.ends > now else None

    def look(self) -> None:
        try:
            version = self._redis.call(lambda client: client.get(VERSION_KEY))
            # Without a version Redis has lost its data, and the clock is about to fill it again.
            if version is not None and version != self._version:
                self._load(self._redis.call(lambda client: self._read(client=client)))
        except RedisDown:
            pass

    def hold(self, made: dict[str, Any]) -> None:
        """What this process found out while Redis was away, until that has taken it over."""
        now = time.monotonic()
        ends = now + (made["until"] - made["since"]) / 1000
        block = Block(made["id"], made["client"], made["kind"], made["since"], ends)
        self._own[block.client] = block, now
        if len(self._own) > MOST_BLOCKS:
            self._own.popitem(last=False)
        self._count_accounts()

    def look_soon(self) -> None:
        self._look_at = 0.0

    def put(self, id: str, client: str, kind: str, left_ms: int) -> None:
        """Tell Redis what only SQL knows. Raises RedisDown."""

        def ask(redis: Redis) -> Any:
            return self._put(args=[client, id, kind, left_ms], client=redis)

        self._redis.call(ask)
        self.look_soon()

    def free(self, id: str, client: str) -> None:
        """Raises RedisDown."""

        def ask(redis: Redis) -> Any:
            return self._free(args=[client, id], client=redis)

        self._own.pop(client, None)
        self._redis.call(ask)
        self.look_soon()

    def _load(self, answer: list[Any]) -> None:
        now, self._version, pairs = int(answer[0]), answer[1], answer[2]
        here, known = time.monotonic(), {}
        for name, text in zip(pairs[::2], pairs[1::2], strict=True):
            facts, client = json.loads(text), name.decode()
            ends = here + (facts["until"] - now) / 1000
            known[client] = Block(facts["id"], client, facts["kind"], int(facts["since"]), ends)
        for name, (_, made_at) in list(self._own.items()):
            if name in known or here - made_at > TAKEN_OVER_S:
                del self._own[name]
        self._known = known
        self._count_accounts()

    def _count_accounts(self) -> None:
        self.has_accounts = any(name.startswith("user:") for name in (*self._known, *self._own))
