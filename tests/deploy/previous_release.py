"""A day of the previous release, in its own folder, on a database that is newer than its code. Run by a test."""

import json

from app import create_app
from app.core.database import db
from app.environment import load

INVENTORY = "/api/realtime/inventory"


def main() -> None:
    app = create_app(load())
    client = app.test_client()
    for path in (
        "/",
        "/products/cup",
        "/search?q=cup",
        "/cart",
        "/login",
        "/api/openapi.json",
        f"{INVENTORY}?productId=CUP",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
    change = {"productId": "CUP", "quantity": 1, "operation": "add", "reason": "by the previous release"}
    program = app.test_client(use_cookies=False)
    answer = program.post(INVENTORY, json=change, headers={"Idempotency-Key": "previous"})
    assert answer.status_code == 200, answer.text
    hold = program.patch(INVENTORY, json={"productId": "CUP", "quantity": 2, "ownerId": "ada"})
    with app.app_context():
        work(app)
        db.session.remove()
        db.engine.dispose()
    print(json.dumps({"hold": hold.status_code}))


def work(app) -> None:
    """Accounts, tokens, everything that happens by the clock, and its own proof."""
    from app.inventory.verification import verify
    from app.security.tokens import create_token
    from app.security.users import change_role, create_user

    create_user("old@example.test", "Old", "shopper", "a long password of theirs")
    change_role("old@example.test", "agent")
    create_token("of the previous release", ["inventory:read"])
    for task in app.extensions["schedule"]:
        task.action()
    assert [str(finding) for finding in verify()] == []


if __name__ == "__main__":
    main()
