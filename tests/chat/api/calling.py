"""Programs and people that call the chat's API, and rooms that were opened by it."""

import itertools

from app.security.tokens import create_token

URL = "/api/realtime/chat"
numbers = itertools.count(1)


def headers_of(*scopes):
    token = create_token(f"tests {next(numbers)}", list(scopes or ("chat:read", "chat:write")))
    return {"Authorization": f"Bearer {token}"}


def open_for(client, program, owner="ada", **asked):
    """The id of a room that a program opened for this one."""
    message = {"clientId": f"first-{next(numbers):04}", "body": "Is the vase back?"}
    body = {"ownerId": owner, "name": "Ada", "message": message, **asked}
    answer = client.post(f"{URL}/rooms", json=body, headers=program)
    assert answer.status_code in (200, 201), answer.text
    return answer.json["id"]


def say(client, program, room, body="Hello", client_id=None, **more):
    sent = {"clientId": client_id or f"press-{next(numbers):04}", "body": body, **more}
    return client.post(f"{URL}/rooms/{room}/messages", json=sent, headers=program)
