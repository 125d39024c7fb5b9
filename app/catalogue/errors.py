"""What the catalogue refuses."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import DomainError, Invalid


@dataclass(frozen=True)
class Difference:
    """One thing that somebody else saved while this form was open."""

    label: str
    theirs: str
    yours: str


class StaleProduct(DomainError):
    code, kind, title = "stale_product", "conflict", "Somebody else saved this product meanwhile"

    def __init__(self, differences: Sequence[Difference]):
        super().__init__(
            "Somebody else saved this product while you were editing. Nothing of yours is saved yet."
        )
        self.differences = list(differences)


class Refused(DomainError):
    """What is asked for would leave the shop in a state that it must not be in."""

    code, kind, title = "catalogue_refused", "conflict", "This cannot be done"


def wrong(field: str, message: str) -> Invalid:
    return Invalid(message, errors=[{"field": field, "message": message}])
