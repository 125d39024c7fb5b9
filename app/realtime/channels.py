"""The table of channel kinds: what may be listened to, by whom, and how a listener catches up."""

import re
from dataclasses import dataclass
from typing import Literal

# That one request over HTTP may name; whether a private one may be heard can be a look at the database each. Our own client
# asks for as many at once as may all be private.
MOST_CHANNELS = 200
MOST_PRIVATE = 100

STATE_HISTORY = 1
EVENT_HISTORY = 300

NAME = re.compile(r"[a-z]+(:[A-Za-z0-9_.-]{1,64}(:[a-z]+)?)?")


@dataclass(frozen=True, slots=True)
class Channel:
    """One kind. `state`: the newest message is all that counts. `event`: each one matters. `presence`: no messages, but who
    listens to it; a private one also tells their names.

    A private one is its owner's, or of the staff with one of the `roles`, or of whomever its feature's rule lets listen.
    `suffixes` part a thing's channels, as the staff's notes from what everybody in the room hears.
    """

    kind: str
    mode: Literal["state", "event", "presence"]
    public: bool
    keyed: bool = True
    in_production: bool = True
    roles: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    # Listeners tell each other that they are typing.
    typing: bool = False
    # Programs may publish to it, and not only the shop's own features.
    open_to_programs: bool = True

    @property
    def history(self) -> int:
        """Most messages that its stream keeps."""
        return {"state": STATE_HISTORY, "event": EVENT_HISTORY, "presence": 0}[self.mode]


CHANNELS = {
    channel.kind: channel
    for channel in (
        Channel("stock", "state", public=True),
        Channel("product", "state", public=True),
        Channel("item", "state", public=True),
        Channel("shop", "event", public=True, keyed=False),
        Channel("user", "event", public=False),
        Channel("visitor", "event", public=False),
        Channel("alerts", "event", public=False, keyed=False, roles=("staff", "agent", "admin")),
        # Public, but nobody knows its name who has not the order's link.
        Channel("order", "event", public=True),
        # What is said in one room of the chat is first in its log. The staff's notes go to a channel of their own.
        Channel("room", "event", public=False, suffixes=("staff",), typing=True, open_to_programs=False),
        Channel(
            "queue", "event", public=False, keyed=False, roles=("agent", "admin"), open_to_programs=False
        ),
        # Who looks at the product with this id, and who of the staff is there to help.
        Channel("viewers", "presence", public=True),
        # How the shop itself does; see app/operations.
        Channel("ops", "state", public=False, keyed=False, roles=("admin",), open_to_programs=False),
        Channel("agents", "presence", public=False, keyed=False, roles=("agent", "admin")),
        Channel("test", "event", public=True, keyed=False, in_production=False),
    )
}


def find_channel(name: str) -> Channel | None:
    """The kind that `name` belongs to; None for a name of wrong shape or of no kind."""
    if not NAME.fullmatch(name):
        return None
    kind, *rest = name.split(":")
    channel = CHANNELS.get(kind)
    if channel is None or len(rest) < int(channel.keyed):
        return None
    return channel if ":".join(rest[int(channel.keyed) :]) in ("", *channel.suffixes) else None
