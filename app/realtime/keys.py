"""The names in Redis that the shop's processes and the socket processes share."""

import hashlib

EPOCH_KEY = "rt:epoch"
REVOCATIONS_KEY = "rt:revocations"
# Longer than any token lives, so a socket process that starts now learns of every revocation that still matters.
REVOCATIONS_KEPT_S = 900
# A sorted set of the ids of all socket processes, by the Unix time at which their last report ends. The report itself
# is a hash that Redis ends, so that clocks that differ do no harm.
PROCESSES_KEY = "rt:live"
REPORT_PREFIX = "rt:live:"
# A sorted set of the socket processes by the end of their lease in ms of Redis' own clock. The names that a process answers
# for are sets beside it, one a channel: `rt:here:{process}:{channel}`.
PRESENCE_KEY = "rt:here"
# A stream of what a socket process found out about an address; the clock moves it into the audit.
THREATS_KEY = "rt:threats"


def ticket_key(ticket: str) -> str:
    """Whoever reads the names in Redis must not have the tickets."""
    return f"rt:ticket:{hashlib.sha256(ticket.encode()).hexdigest()}"
