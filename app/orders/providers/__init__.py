"""Who moves the money. A provider is asked outside of any transaction and may answer late, twice or never."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from flask import Flask, current_app

from app.core.errors import DomainError


class ProviderUnavailable(DomainError):
    """Nobody knows whether the money was taken: the payment stays open until the provider says."""

    code, kind, title = "payment_unknown", "busy", "The bank has not answered yet"


class ForgedCallback(DomainError):
    code, kind, title = "forged_callback", "forbidden", "The signature is not the provider's"


@dataclass(frozen=True)
class Outcome:
    status: Literal["authorised", "declined", "pending"]
    reason: str = ""


@dataclass(frozen=True)
class Callback:
    """What a provider tells by itself. `event_id` is its own name for the message."""

    event_id: str
    reference: str
    outcome: Outcome


class Provider(Protocol):
    """Every call names our reference and may be repeated: the provider does it once."""

    name: str

    def authorise(self, reference: str, amount_minor: int, currency: str, card: str) -> Outcome:
        """Set the money aside. Raises ProviderUnavailable. `card` goes nowhere else."""

    def look_up(self, reference: str) -> Outcome:
        """What became of a payment. Raises ProviderUnavailable."""

    def capture(self, reference: str) -> None:
        """Take what was set aside. Raises ProviderUnavailable."""

    def void(self, reference: str) -> None:
        """Let go of what was set aside. Raises ProviderUnavailable."""

    def refund(self, reference: str, key: str, amount_minor: int) -> None:
        """Give back, once for each key. Raises ProviderUnavailable."""

    def read_callback(self, headers: Mapping[str, str], body: bytes) -> Callback:
        """Raises ForgedCallback."""


class NoPayments(DomainError):
    code, kind, title = "no_payments", "busy", "This shop cannot take payments yet"


def init_app(app: Flask, provider: Provider | None) -> None:
    app.extensions["payment_provider"] = provider


def current_provider() -> Provider:
    """Raises NoPayments in a shop that has none: production never practises by accident."""
    provider: Provider | None = current_app.extensions["payment_provider"]
    if provider is None:
        raise NoPayments("This shop cannot take payments yet. Set PAYMENT_PROVIDER.")
    return provider
