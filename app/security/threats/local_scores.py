"""The same sums as in Redis, for this process alone, while Redis is away."""

import json
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from app.security.threats.scripts import (
    FIRST_MS,
    LONGEST_MS,
    MOST_BLOCKS,
    MOST_DETAILS,
    MOST_EVIDENCE,
    REPEATS_KEPT_S,
)


@dataclass(slots=True)
class Known:
    """The details of one signal, which are forgotten together."""

    until: float
    details: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Score:
    """Of one client. Times are seconds of the monotonic clock."""

    points: int = 0
    fades_at: float = 0.0
    evidence: list[dict[str, Any]] = field(default_factory=list)
    known: dict[str, Known] = field(default_factory=dict)
    kind: str = ""
    ends_at: float = 0.0
    times: int = 0
    times_until: float = 0.0


class LocalScores:
    """Bounded: whom nothing was heard of for longest is forgotten."""

    def __init__(self) -> None:
        self._scores: OrderedDict[str, Score] = OrderedDict()

    def add(self, deed: dict[str, Any]) -> tuple[int, str]:
        """As the script ADD answers."""
        client, now = deed["client"], time.monotonic()
        score = self._scores.setdefault(client, Score())
        self._scores.move_to_end(client)
        if len(self._scores) > MOST_BLOCKS:
            self._scores.popitem(last=False)
        if now >= score.fades_at:
            score.points, score.evidence = 0, []
        counted = [
            [each["name"], each["points"]] for each in deed["signals"] if counts(score.known, each, now)
        ]
        gained = sum(points for _, points in counted)
        if not gained:
            return score.points, ""
        entry = {**deed["entry"], "signals": counted, "points": gained}
        score.evidence = [*score.evidence, entry][-MOST_EVIDENCE:]
        score.points += gained
        score.fades_at = now + deed["kept_s"]
        return score.points, stop(score, deed, now) if score.points >= deed["bar"] else ""

    def free(self, client: str) -> None:
        if score := self._scores.get(client):
            score.points, score.evidence, score.ends_at = 0, [], 0.0


def counts(known: dict[str, Known], signal: dict[str, Any], now: float) -> bool:
    if not signal["detail"]:
        return True
    before = known.get(signal["name"])
    if before is None or now >= before.until:
        before = known[signal["name"]] = Known(now + signal["window_s"])
    if signal["detail"] in before.details:
        return False
    before.details.add(signal["detail"])
    size = len(before.details)
    if size >= MOST_DETAILS:
        del known[signal["name"]]
    over = size - int(signal["free"])
    return over > 0 and over % int(signal["every"]) == 0


def stop(score: Score, deed: dict[str, Any], now: float) -> str:
    """The block as JSON, or nothing when one is in force already."""
    total, score.points = score.points, 0
    kind = deed["ceiling"]
    if now < score.ends_at and score.kind in ("blocked", kind):
        return ""
    times = 1
    if kind == "blocked":
        times = score.times = score.times + 1 if now < score.times_until else 1
        score.times_until = now + REPEATS_KEPT_S
        if deed["is_account"] and times == 1:
            kind = "slowed"
    lasts = min(FIRST_MS * 2 ** min(times - 1, 20), LONGEST_MS)
    score.kind, score.ends_at = kind, now + lasts / 1000
    since, evidence = deed["entry"]["at"], score.evidence
    score.evidence = []
    made = {name: deed[name] for name in ("id", "client", "address")}
    facts = {"kind": kind, "times": times, "points": total, "since": since, "until": since + lasts}
    return json.dumps({**made, **facts, "evidence": evidence})
