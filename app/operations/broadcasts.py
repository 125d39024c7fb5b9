"""The operations page, pushed every two seconds while somebody looks at it, and not computed at all when nobody does."""

from contextlib import suppress
from typing import Any

from flask import current_app

from app.core import fragments
from app.core.redis import RedisDown
from app.operations.board import Board, make_board
from app.realtime.pages import language
from app.realtime.publish import Message, publish

CHANNEL = "ops"
TURN, TURN_MS = "ops:pushing", 1900


def push_board() -> None:
    """By one clock of all. The socket processes hear a channel only while one of their sockets does, so Redis knows
    whether somebody looks.
    """
    redis = current_app.extensions["redis"]
    with suppress(RedisDown):
        if redis.call(count_listeners) and redis.call(
            lambda client: client.set(TURN, 1, nx=True, px=TURN_MS)
        ):
            publish(make_message(make_board()))


def count_listeners(client: Any) -> int:
    return int(client.pubsub_numsub(f"rt:p:{CHANNEL}")[0][1])


def make_message(board: Board) -> Message:
    content = fragments.render("operations/board_measured.push.html", board=board)
    return Message(
        CHANNEL,
        "board_measured",
        board.at,
        {"state": board.state, "causes": [cause.condition.name for cause in board.causes]},
        {language(): content},
        version=board.at,
    )
