"""What somebody missed, over HTTP: the same questions and answers as on a socket, for those whose network has none.

Redis answers by the rules of `live.history`. What it cannot say of a state channel SQL says.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app

from app.core.redis import RedisDown
from app.realtime import presence, snapshots
from app.realtime.channels import MOST_PRIVATE, Channel, find_channel
from app.realtime.live import history
from app.realtime.live.history import Snapshot
from app.realtime.live.inbound import Since, Wanted
from app.realtime.live.message import choose_language
from app.realtime.memory import Memory
from app.realtime.publish import Message

# Whoever has nothing of a state channel wants the newest.
NOTHING = Since(version=-1)

Question = tuple[str, Channel, Since | None]


@dataclass
class Answer:
    """`epoch` is None when Redis cannot tell it; versions and offsets of before still count then."""

    epoch: str | None = None
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)


def init_app(app: Flask) -> None:
    app.extensions["recover"] = Memory()


def recover(wanted: Iterable[Wanted], may_listen: Callable[[str], bool], language: str) -> Answer:
    """Per channel where it stands and what was missed. `may_listen` is asked whether this caller may hear a private one."""
    answer = Answer()
    questions: list[Question] = []
    private = 0
    for item in wanted:
        channel = find_channel(item.name)
        private += channel is not None and not channel.public
        if private > MOST_PRIVATE and channel and not channel.public:
            answer.channels[item.name] = {"error": "too_many"}
        elif error := find_refusal(item.name, channel, may_listen):
            answer.channels[item.name] = {"error": error}
        elif channel:
            since = item.since if channel.mode == "event" or has_version(item.since) else NOTHING
            questions.append((item.name, channel, since))
    count_present([name for name, channel, _ in questions if channel.mode == "presence"], answer)
    replay([question for question in questions if question[1].mode != "presence"], language, answer)
    return answer


def has_version(since: Since | None) -> bool:
    return since is not None and since.version is not None


def find_refusal(name: str, channel: Channel | None, may_listen: Callable[[str], bool]) -> str | None:
    if channel is None or current_app.config["SETTINGS"].is_production and not channel.in_production:
        return "unknown_channel"
    return None if channel.public or may_listen(name) else "forbidden"


def count_present(names: list[str], answer: Answer) -> None:
    """Without Redis nobody can be counted; whoever asks keeps the last figure."""
    memory: Memory = current_app.extensions["recover"]
    found = {name: kept for name in names if (kept := memory.find(("presence", name)))}
    try:
        fresh = presence.read_channels([name for name in names if name not in found])
    except RedisDown:
        fresh = {}
    for name, figures in fresh.items():
        memory.keep(("presence", name), figures)
    found |= fresh
    for name in names:
        told = found[name].fields() if name in found else {}
        answer.channels[name] = {"mode": "presence", "recovered": True, "missed": 0, **told}


def replay(questions: list[Question], language: str, answer: Answer) -> None:
    """Redis is asked first: a new epoch with older messages would make a page keep their higher versions for good."""
    try:
        found = read_history(questions)
    except RedisDown:
        found = {}
    answer.epoch = next((snapshot.epoch for snapshot in found.values()), None)
    unknown: list[Question] = []
    for name, channel, since in questions:
        snapshot = found.get(name)
        missed = history.find_missed(channel, since, snapshot) if snapshot else None
        answer.channels[name] = history.describe(channel, snapshot, missed)
        answer.messages += [message.envelope(language) for message in missed or ()]
        if missed is None and channel.mode == "state":
            unknown.append((name, channel, since))
    show_current(unknown, language, answer)


def show_current(questions: list[Question], language: str, answer: Answer) -> None:
    """What the database says now. A channel that it does not know either stays unrecovered."""
    current = read_current([name for name, _, _ in questions], fresh=answer.epoch is not None)
    for name, _, since in questions:
        message = current.get(name)
        if message is None or message.version is None:
            continue
        is_news = since is None or since.version is None or message.version > since.version
        answer.channels[name] |= {"version": message.version, "recovered": True, "missed": int(is_news)}
        if is_news:
            answer.messages.append(envelope(message, language))


def read_history(questions: list[Question]) -> dict[str, Snapshot]:
    """A thousand pages that poll the same channels cost one look a second. Raises RedisDown.

    Who has nothing of a channel, and may have learned of a new epoch elsewhere, is answered afresh; private channels have
    no crowd.
    """
    memory: Memory = current_app.extensions["recover"]
    found: dict[str, Snapshot] = {}
    for name, channel, since in questions:
        snapshot = memory.find(("history", name, history.cache_key(channel, since)))
        if snapshot and since and since != NOTHING and tells(snapshot, since):
            found[name] = snapshot
    missing = [question for question in questions if question[0] not in found]
    if not missing:
        return found
    fresh = fetch(missing)
    epoch = next(iter(fresh.values())).epoch
    if any(snapshot.epoch != epoch for snapshot in found.values()):
        memory.clear()
        fresh = fetch(questions)
    for name, channel, since in questions:
        if channel.public and name in fresh:
            memory.keep(("history", name, history.cache_key(channel, since)), fresh[name])
    return found | fresh


def tells(snapshot: Snapshot, since: Since) -> bool:
    return since.epoch in (None, snapshot.epoch) and not history.is_ahead(since, snapshot)


def fetch(questions: list[Question]) -> dict[str, Snapshot]:
    found: dict[str, Snapshot] = current_app.extensions["redis"].call(
        lambda client: history.fetch(client, questions)
    )
    return found


def read_current(names: list[str], *, fresh: bool) -> dict[str, Message]:
    """From SQL. While Redis is down every page asks this, so it is asked once a second; never beside an epoch, which
    must not be newer than the messages that come with it.
    """
    memory: Memory = current_app.extensions["recover"]
    found = {} if fresh else {name: kept for name in names if (kept := memory.find(("current", name)))}
    missing = [name for name in names if name not in found]
    for message in snapshots.read(missing) if missing else ():
        found[message.channel] = message
        memory.keep(("current", message.channel), message)
    return found


def envelope(message: Message, language: str) -> dict[str, Any]:
    """As Redis would have brought it, but without an offset and an epoch."""
    content = message.content or {}
    return {
        "type": "message",
        "channel": message.channel,
        "event": message.event,
        "version": message.version,
        "ts": message.ts,
        "data": message.data,
        "content": content.get(choose_language(content, language)),
    }
