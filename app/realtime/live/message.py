"""One published message: parsed once a process, encoded once a language, deflated once."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from app.realtime.channels import Channel
from app.realtime.live.frames import deflate, text_frame

# Off with WEBSOCKET_ENABLE_LOGGING.
log = logging.getLogger(__name__)

SMALLEST_DEFLATED_BYTES = 1024
DEFAULT_LANGUAGE = "en"
encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Message:
    """A message of one channel at one offset, with its frames as they come to be needed."""

    __slots__ = (
        "name",
        "channel",
        "offset",
        "epoch",
        "ts",
        "version",
        "reply",
        "request_id",
        "_body",
        "_content",
        "_frames",
    )

    def __init__(self, name: str, channel: Channel, offset: int, epoch: str, body: bytes):
        """`body` is the published JSON. Raises ValueError when it is not what a publisher writes."""
        fields = json.loads(body.decode())
        if not isinstance(fields, dict):
            raise ValueError("a body is an object")
        content = fields.get("content")
        self.name = name
        self.channel = channel
        self.offset = offset
        self.epoch = epoch
        self.ts = int(fields.get("ts") or 0)
        self.version: int | None = fields.get("version")
        self.reply: str | None = fields.get("reply")
        self.request_id = str(fields.get("request_id") or "")
        self._content: dict[str, str] = content if isinstance(content, dict) else {}
        self._body = fields
        self._frames: dict[tuple[str, bool], bytes] = {}

    def frame(self, language: str, deflated: bool) -> bytes:
        """The same bytes for every socket of that language that did, or did not, negotiate deflate."""
        # Keyed by what the content has, not by what clients claim: made-up languages must not cost an encoding each.
        key = (choose_language(self._content, language), deflated)
        if key not in self._frames:
            self._frames[key] = self._encode(*key)
        return self._frames[key]

    def _encode(self, language: str, deflated: bool) -> bytes:
        text = encode_json(self.envelope(language)).encode("utf-8", "replace")
        # A private message may mix a secret with text that somebody else chose, whose compressed length then
        # tells of the secret.
        if not deflated or not self.channel.public or len(text) < SMALLEST_DEFLATED_BYTES:
            return text_frame(text)
        packed = deflate(text)
        return text_frame(packed, compressed=True) if len(packed) < len(text) else text_frame(text)

    def envelope(self, language: str) -> dict[str, Any]:
        """What one client is told: the content in its language, or the one nearest to it."""
        envelope: dict[str, Any] = {
            "type": "message",
            "channel": self.name,
            "event": self._body.get("event"),
            "offset": self.offset,
            "epoch": self.epoch,
            "ts": self.ts,
        }
        if self.version is not None:
            envelope["version"] = self.version
        envelope["data"] = self._body.get("data")
        if spoken := choose_language(self._content, language):
            envelope["content"] = self._content[spoken]
        return envelope


def choose_language(content: Mapping[str, str], language: str) -> str:
    """The language of `content` that comes nearest; empty when there is no content."""
    for choice in (language, language.partition("-")[0], DEFAULT_LANGUAGE):
        if choice in content:
            return choice
    return next(iter(content), "")


def log_message(message: Message, sockets: int) -> None:
    """Of what somebody's request caused. The kind and not the channel's name: an order's is a key."""
    if message.request_id:
        fields = {"request_id": message.request_id, "channel": message.channel.kind, "offset": message.offset}
        log.info("sent", extra={"fields": {**fields, "sockets": sockets}})
