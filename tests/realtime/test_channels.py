"""Names of channels and what they stand for."""

import pytest

from app.realtime.channels import CHANNELS, find_channel


@pytest.mark.parametrize(
    "name, kind, mode, public, history",
    [
        ("stock:VAS-HAR-L-COB", "stock", "state", True, 1),
        ("product:3", "product", "state", True, 1),
        ("shop", "shop", "event", True, 300),
        ("user:7", "user", "event", False, 300),
        ("visitor:ab12", "visitor", "event", False, 300),
        ("viewers:7", "viewers", "presence", True, 0),
        ("agents", "agents", "presence", False, 0),
        ("room:" + "4f" * 16, "room", "event", False, 300),
        ("room:" + "4f" * 16 + ":staff", "room", "event", False, 300),
        ("queue", "queue", "event", False, 300),
        ("test", "test", "event", True, 300),
    ],
)
def test_kinds(name: str, kind: str, mode: str, public: bool, history: int) -> None:
    channel = find_channel(name)

    assert channel and (channel.kind, channel.mode, channel.public, channel.history) == (
        kind,
        mode,
        public,
        history,
    )


@pytest.mark.parametrize(
    "name",
    [
        "",
        "stock",
        "stock:",
        "shop:",
        "shop:1",
        "queue:",
        "user",
        "admin:1",
        "Stock:A",
        "stock:A B",
        "stock:../x",
        "stock:é",
        "stock:A\n",
        "stock:a:staff",
        "stock:" + "x" * 65,
        ":A",
        "stock:A:",
        "stock::A",
        "room",
        "room:A:",
        "room:A:admin",
        "room:A:staff:staff",
        "room::staff",
        "queue:A",
        "queue::staff",
        "shop:staff",
        "user:7:staff",
    ],
)
def test_what_is_no_channel(name: str) -> None:
    assert find_channel(name) is None


def test_only_in_rooms_do_listeners_tell_each_other_that_they_type() -> None:
    assert [channel.kind for channel in CHANNELS.values() if channel.typing] == ["room"]


def test_only_the_test_channel_is_missing_in_production() -> None:
    channels = {name: find_channel(name) for name in ("shop", "test", "stock:A", "user:1")}

    assert [name for name, channel in channels.items() if channel and not channel.in_production] == ["test"]
