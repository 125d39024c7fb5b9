"""What the socket processes found out about an address counts here too."""

from collections.abc import Collection

from flask import current_app

from app.security.threats.scores import Deed
from app.security.threats.signals import Noted

# What another site's page can make anybody's browser do.
FOREIGN = frozenset({"foreign_origin"})
NO_STATUS = 0


def report_sockets(network: str, faults: Collection[str]) -> None:
    """Outside of a request. `faults` are those of one incident."""
    signal = Noted("socket_origin" if set(faults) <= FOREIGN else "socket_abuse")
    current_app.extensions["threats"].weigh(
        Deed(network, network, [signal], "SOCKET", ", ".join(sorted(faults)), NO_STATUS)
    )
