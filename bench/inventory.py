"""The stock API as a program uses it: tokens, the list of SKUs, one change after another."""

import json
from typing import Any

import requests

from bench.shop import Shop

PATH = "/api/realtime/inventory"
# One program may write 3000 times a minute; a hundred updates a second are several programs.
PROGRAMS = 4
PLENTY = 20
TIMEOUT_S = 10


class Inventory:
    def __init__(self, shop: Shop):
        scopes = ("--scope", "inventory:read", "--scope", "inventory:write")
        self.tokens = [shop.run("token", f"bench-{number}", *scopes) for number in range(PROGRAMS)]
        self.url = f"http://127.0.0.1:{shop.port}{PATH}"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {self.tokens[0]}"

    def list_stock(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            page = self._session.get(self.url, params={"after": after, "limit": "200"}, timeout=TIMEOUT_S)
            page.raise_for_status()
            items += page.json()["items"]
            after = page.json()["after"]
        return items

    def list_plentiful(self) -> list[str]:
        return [item["productId"] for item in self.list_stock() if item["available"] >= PLENTY]

    def read(self, sku: str) -> dict[str, Any]:
        answer = self._session.get(self.url, params={"productId": sku}, timeout=TIMEOUT_S)
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document

    def headers(self, number: int) -> dict[str, str]:
        token = self.tokens[number % len(self.tokens)]
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def post(self, body: bytes) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        answer = self._session.post(self.url, data=body, headers=headers, timeout=TIMEOUT_S)
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document


def change(sku: str, quantity: int) -> bytes:
    """The body of a request that adds `quantity`, or removes it when it is negative."""
    operation = "add" if quantity > 0 else "remove"
    return json.dumps({"productId": sku, "quantity": abs(quantity), "operation": operation}).encode()
