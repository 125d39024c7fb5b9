"""What a device is sent: one JSON that a service worker reads, and that Safari shows without one.

The shape is that of declarative web push (https://webkit.org/blog/16535/meet-declarative-web-push/).
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from app.notifications.texts.language import shorten

MOST_BYTES = 3_000
# What is left when a service finds even that too large.
COMPACT_BODY = 120
ICON = "/push/icon-192.png"


@dataclass(frozen=True)
class Push:
    """`id` is the delivery's public id, `click_path` where a click is noted before it goes on to `path`, `tag` what it
    replaces."""

    id: str
    title: str
    body: str
    click_path: str
    tag: str
    language: str
    category: str
    unread: int
    path: str = ""
    actions: tuple[dict[str, str], ...] = ()


def compose(push: Push, base_url: str, *, is_compact: bool = False) -> bytes:
    """At most 3,000 bytes of UTF-8: services take 4,096 with what encryption adds, and some less."""
    body = shorten(push.body, COMPACT_BODY) if is_compact else push.body
    while True:
        data = encode(push, body, base_url, with_actions=not is_compact)
        if len(data) <= MOST_BYTES or not body:
            return data
        body = shorten(body, len(body) * 3 // 4) if len(body) > COMPACT_BODY else ""


def encode(push: Push, body: str, base_url: str, *, with_actions: bool) -> bytes:
    shown: dict[str, Any] = {
        "title": push.title,
        "body": body,
        "lang": push.language,
        "tag": push.tag,
        "icon": base_url + ICON,
        "navigate": base_url + push.click_path,
        "app_badge": str(push.unread),
        "data": {"id": push.id, "category": push.category, "path": push.path},
    }
    if with_actions and push.actions:
        shown["actions"] = [
            {"action": each["action"], "title": each["title"], "navigate": base_url + each["path"]}
            for each in push.actions
        ]
    return json.dumps(
        {"web_push": 8030, "notification": shown}, ensure_ascii=False, separators=(",", ":")
    ).encode()


def topic_of(category: str, about: str) -> str:
    """By which a push service replaces what it has not delivered yet; 32 letters and digits, which all of them take."""
    return hashlib.sha256(f"{category} {about}".encode()).hexdigest()[:32]
