"""One buyer after another inside the rig's own process: the whole request, without a network or neighbours in the way."""

import itertools
import time
from contextvars import Context
from typing import Any

from flask import Flask

from app.security.tokens import create_token
from bench.inventory import PATH

# A program may write 3000 times a minute.
PER_TOKEN = 2000
SCOPES = ["inventory:read", "inventory:write"]


class Till:
    def __init__(self, app: Flask):
        self._app = app
        self._numbers = itertools.count()
        self._token = ""

    def reserve(self, sku: str) -> tuple[int, float]:
        """The answer's status, and how many milliseconds it took."""
        number = next(self._numbers)
        if number % PER_TOKEN == 0:
            self._token = create_token(f"till-{number}", SCOPES)
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": f"key-{number}"}
        body: dict[str, Any] = {"ownerId": f"buyer-{number}", "productId": sku, "quantity": 1}
        client = self._app.test_client()
        begun = time.perf_counter()
        # In a context of its own, as on a server: nothing is remembered from the request before.
        answer = Context().run(client.patch, PATH, json=body, headers=headers)
        return answer.status_code, (time.perf_counter() - begun) * 1000
