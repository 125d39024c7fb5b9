"""A bank to practise with: the card number says how it behaves. It keeps its own books, in files, as a real one would.

Its callbacks are sent over HTTP and signed, late, twice and out of order when the card says so.
"""

import contextlib
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from app.orders.providers import Callback, ForgedCallback, Outcome, ProviderUnavailable

SUCCEEDS = "4242424242424242"
DECLINES = "4000000000000002"
TIMES_OUT = "4000000000000119"
ANSWERS_LATE = "4000000000003220"
CALLS_TWICE = "4000000000000341"
CALLS_OUT_OF_ORDER = "4000000000009995"
LATE_S = 5.0
TIMEOUT_S = 5
SIGNATURE_LASTS_S = 300
SIGNATURE = "X-Practice-Signature"


class PracticeBank:
    name = "practice"

    def __init__(self, folder: Path, secret: str, callback_url: str):
        self._folder = folder
        self._calls = folder / "calls"
        self._secret = secret.encode()
        self._callback_url = callback_url

    def authorise(self, reference: str, amount_minor: int, currency: str, card: str) -> Outcome:
        account = self._read(reference)
        if account is None:
            outcome = "declined" if card == DECLINES else "authorised"
            account = {"amount": amount_minor, "currency": currency, "outcome": outcome, "captured": False}
            account |= {"voided": False, "refunds": {}, "known_at": time.time()}
            if calls := plan_calls(card, outcome):
                replace_file(self._calls / f"{reference}.json", calls)
            if card in (TIMES_OUT, ANSWERS_LATE):
                account["known_at"] = time.time() + LATE_S
            self._write(reference, account)
        if card == TIMES_OUT:
            raise ProviderUnavailable()
        return outcome_of(account)

    def look_up(self, reference: str) -> Outcome:
        account = self._read(reference)
        return outcome_of(account) if account else Outcome("declined", "The bank never heard of it")

    def capture(self, reference: str) -> None:
        self._change(reference, captured=True)

    def void(self, reference: str) -> None:
        self._change(reference, voided=True)

    def refund(self, reference: str, key: str, amount_minor: int) -> None:
        account = self._read(reference)
        if account:
            account["refunds"].setdefault(key, amount_minor)
            self._write(reference, account)

    def read_callback(self, headers: Mapping[str, str], body: bytes) -> Callback:
        signature = headers.get(SIGNATURE, "")
        signed_at = signature.partition(".")[0]
        is_now = signed_at.isdecimal() and abs(time.time() - int(signed_at[:12])) <= SIGNATURE_LASTS_S
        if not is_now or not hmac.compare_digest(
            signature.encode(), self.sign(body, int(signed_at)).encode()
        ):
            raise ForgedCallback()
        told = json.loads(body)
        return Callback(told["event"], told["reference"], Outcome(told["status"], told.get("reason", "")))

    def books(self, reference: str) -> dict[str, Any]:
        """What this bank has written down of a payment."""
        return self._read(reference) or {}

    def send_callbacks(self) -> int:
        """Send what is due, in the order that the card asked for. Returns how many were taken."""
        return sum(self._send_due(path) for path in self._calls.glob("*.json"))

    def _send_due(self, path: Path) -> int:
        waiting: list[dict[str, Any]] = json.loads(path.read_text())
        left = [
            call for call in waiting if call["at"] > time.time() or not self._send(path.stem, call["told"])
        ]
        if left:
            replace_file(path, left)
        else:
            path.unlink()
        return len(waiting) - len(left)

    def _send(self, reference: str, told: dict[str, str]) -> bool:
        body = json.dumps({**told, "reference": reference}).encode()
        headers = {SIGNATURE: self.sign(body, int(time.time())), "Content-Type": "application/json"}
        with contextlib.suppress(requests.RequestException):
            return requests.post(self._callback_url, body, headers=headers, timeout=TIMEOUT_S).ok
        return False

    def sign(self, body: bytes, at: int) -> str:
        """With the moment in it, in epoch seconds, so that a message that was overheard cannot be sent again later."""
        code = hmac.new(self._secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return f"{at}.{code}"

    def _change(self, reference: str, **values: Any) -> None:
        if account := self._read(reference):
            self._write(reference, account | values)

    def _read(self, reference: str) -> dict[str, Any] | None:
        path = self._folder / f"{reference}.json"
        return dict(json.loads(path.read_text())) if path.exists() else None

    def _write(self, reference: str, account: dict[str, Any]) -> None:
        replace_file(self._folder / f"{reference}.json", account)


def replace_file(path: Path, content: Any) -> None:
    """Whole or not at all, whoever reads meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{secrets.token_hex(4)}")
    new.write_text(json.dumps(content))
    new.rename(path)


def outcome_of(account: dict[str, Any]) -> Outcome:
    if time.time() < account["known_at"]:
        return Outcome("pending")
    is_declined = account["outcome"] == "declined"
    return Outcome(account["outcome"], "The bank declined the card" if is_declined else "")


def plan_calls(card: str, outcome: str) -> list[dict[str, Any]]:
    """What the bank will tell by itself, and when."""

    def call(status: str, after_s: float, event: str = "") -> dict[str, Any]:
        told = {"event": event or secrets.token_hex(8), "status": status}
        return {"at": time.time() + after_s, "told": told}

    if card in (TIMES_OUT, ANSWERS_LATE):
        return [call(outcome, LATE_S)]
    if card == CALLS_TWICE:
        event = secrets.token_hex(8)
        return [call(outcome, 0.5, event), call(outcome, 1.0, event)]
    if card == CALLS_OUT_OF_ORDER:
        return [call(outcome, 0.5), call("pending", 1.0)]
    return []
