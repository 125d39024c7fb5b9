"""The client without a document: Node imports the files as they are and brings a WebSocket of its own."""

import json
from collections.abc import Callable

from app.security.tokens import create_token
from tests.factories import make_user
from tests.realtime.client.conftest import Program
from tests.realtime.live.servers import LiveServer
from tests.realtime.live.test_access import identity, right
from tests.support.redis_server import RedisServer
from tests.support.relay import Relay
from tests.support.shop import open_shop
from tests.support.sockets import publisher
from tests.support.waiting import wait_for

Run = Callable[..., Program]


def numbers(program: Program, channel: str = "shop") -> list[int]:
    return [message["data"]["n"] for message in program.told(channel)]


def test_a_program_that_was_cut_off_gets_each_event_once_and_in_order(
    alone: LiveServer, own_redis: RedisServer, run_program: Run
) -> None:
    relay, send = Relay(alone.port), publisher(own_redis)
    program = run_program(f"ws://127.0.0.1:{relay.port}/ws", {"shop": None})
    program.wait_until_live()
    send("shop", data={"n": 0})
    wait_for(lambda: numbers(program) == [0], what="the first message")

    relay.refuse()
    for n in range(1, 101):
        send("shop", data={"n": n})
    wait_for(lambda: program.state == "reconnecting", what="the program to notice")
    relay.admit()
    program.wait_until_live()
    send("shop", data={"n": 101})

    wait_for(lambda: len(numbers(program)) == 102, what="all messages")
    assert numbers(program) == list(range(102))
    assert [said for said in program.said if "reset" in said] == [
        {"reset": ["shop"]}
    ]  # it began without a position
    relay.close()


def test_cuts_while_messages_flow_lose_and_repeat_nothing(
    alone: LiveServer, own_redis: RedisServer, run_program: Run
) -> None:
    relay, send = Relay(alone.port), publisher(own_redis)
    program = run_program(f"ws://127.0.0.1:{relay.port}/ws", {"shop": None})
    program.wait_until_live()

    for n in range(200):
        send("shop", data={"n": n})
        if n % 40 == 39:
            wait_for(lambda: numbers(program), what="a message")
            relay.cut()

    wait_for(lambda: len(numbers(program)) >= 200, 20, "all messages")
    assert numbers(program) == list(range(200))
    relay.close()


def test_state_is_the_newest_version_however_many_were_missed(
    alone: LiveServer, own_redis: RedisServer, run_program: Run
) -> None:
    relay, send = Relay(alone.port), publisher(own_redis)
    send("stock:A1", version=7)
    program = run_program(f"ws://127.0.0.1:{relay.port}/ws", {"stock:A1": {"version": 7}})
    program.wait_until_live()

    relay.refuse()
    for version in (8, 9, 10):
        send("stock:A1", version=version)
    relay.admit()

    wait_for(lambda: program.told("stock:A1"), what="the newest version")
    assert [message["version"] for message in program.told("stock:A1")] == [10]
    assert not [said for said in program.said if "reset" in said]
    relay.close()


def test_what_is_too_long_ago_is_said_to_be_lost(
    alone: LiveServer, own_redis: RedisServer, run_program: Run
) -> None:
    send = publisher(own_redis)
    first = send("shop", data={"n": 0})
    for n in range(1, 303):
        send("shop", data={"n": n})

    program = run_program(
        f"ws://127.0.0.1:{alone.port}/ws", {"shop": {"offset": first.offset, "epoch": first.epoch}}
    )

    wait_for(lambda: {"reset": ["shop"]} in program.said, what="the reset")
    send("shop", data={"n": 303})
    wait_for(lambda: numbers(program) == [303], what="what came afterwards")


def test_a_closed_client_lets_its_program_end(alone: LiveServer, run_program: Run) -> None:
    program = run_program(f"ws://127.0.0.1:{alone.port}/ws", {"shop": None})
    program.wait_until_live()

    program.order("close")
    assert program.process.stdin
    program.process.stdin.close()

    assert program.process.wait(5) == 0
    assert program.state == "stopped"


def test_a_program_with_tickets_gets_one_for_each_connection_and_misses_nothing(run_program: Run) -> None:
    made: list[str] = []

    def seed() -> None:
        made.extend([make_user("shopper").public_id, create_token("display", ["realtime:listen"])])

    with open_shop(seed=seed) as shop:
        user, token = made
        environ = {"TOKEN": token, "TICKET_REQUEST": json.dumps({"userId": user})}
        program = run_program(f"{shop.url}/api/realtime/tickets", {f"user:{user}": None}, environ=environ)
        program.wait_until_live()

        for n in range(9):
            data = {"type": "notice", "payload": {"n": n}}
            shop.send("POST", "/api/realtime/websocket", {"type": "send", "targetUser": user, "data": data})
            if n in (2, 5):
                wait_for(lambda: numbers(program, f"user:{user}"), what="a message")
                program.order("hang up")

        wait_for(lambda: len(numbers(program, f"user:{user}")) >= 9, what="all messages")
        assert numbers(program, f"user:{user}") == list(range(9))
        program.order("close")  # before the shop goes, of which it would complain
        wait_for(lambda: program.state == "stopped", what="the program to stop")


def test_as_many_private_channels_as_a_list_shows_open_on_one_socket(
    alone: LiveServer, run_program: Run
) -> None:
    names = [f"room:{n:032x}" for n in range(90)]
    agent, session = "user:" + "4f" * 16, "5e" * 16
    tokens = {name: right(name, agent, session)["token"] for name in names}
    program = run_program(
        f"ws://127.0.0.1:{alone.port}/ws", dict.fromkeys(names), token=identity(agent, session), tokens=tokens
    )

    program.wait_until_live()
    wait_for(lambda: said_lost(program) == set(names), what="an answer for each channel")


def said_lost(program: Program) -> set[str]:
    """Without a position each channel is told to be looked at once it is open."""
    return {name for said in list(program.said) for name in said.get("reset", [])}
