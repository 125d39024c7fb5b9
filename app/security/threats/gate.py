"""The door of one process: who gets no further, and what is done about a client that did something wrong."""

from flask import Flask, Response
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app.core import metrics
from app.security import limits
from app.security.threats import records, refusals
from app.security.threats.allowed import Allowed
from app.security.threats.blocks import Block, Blocks
from app.security.threats.clients import find_exemption, find_login, name_account
from app.security.threats.scores import Deed, Scores
from app.settings import Settings


class Gate:
    """Everything that one process knows of threats."""

    def __init__(self, app: Flask, settings: Settings):
        self.settings = settings
        self.scores = Scores(app.extensions["redis"])
        self.blocks = Blocks(app.extensions["redis"])
        self.allowed = Allowed(settings)
        # Of each process: what slows somebody down must not itself cost a question to Redis.
        self._slowed = MovingWindowRateLimiter(MemoryStorage())

    def find_refusal(self) -> Response | None:
        """The answer to a client that is kept out, or too fast for one that is slowed; None for all others."""
        if not self.settings.blocks_threats:
            return None
        of_address = self._find(limits.address_key())
        if of_address and self.allowed.covers(of_address.client):
            of_address = None
        if of_address is None and not self.blocks.has_accounts:
            return None
        login = find_login()
        if login is None:
            return refusals.refuse(of_address) if of_address else None
        account = name_account(login)
        of_account = self._find(account)
        if of_account and of_account.kind == "blocked":
            return refusals.refuse(of_account)
        # Who signed in before it began only shares the address with whoever caused it.
        if of_address and login.created_at >= of_address.since:
            return refusals.refuse(of_address)
        return self._slow_down(account) if of_address or of_account else None

    def weigh(self, deed: Deed) -> None:
        if self.allowed.covers(deed.address):
            return
        may_block = self.settings.blocks_threats and not find_exemption(
            deed.client, deed.address, self.settings
        )
        made = self.scores.add(deed, "blocked" if may_block else "logged")
        if made is None:
            return
        metrics.count("clients_stopped", kind=made.block["kind"])
        if made.is_written:
            self.blocks.look_soon()
        else:
            self.blocks.hold(made.block)
            records.write(made.block, int(made.block["until"] - made.block["since"]))

    def free(self, id: str, client: str) -> None:
        """Raises RedisDown."""
        self.scores.free(client)
        self.blocks.free(id, client)

    def _find(self, client: str) -> Block | None:
        found = self.blocks.find(client)
        return None if found is None or found.kind == "logged" else found

    def _slow_down(self, account: str) -> Response | None:
        return None if self._slowed.hit(parse(limits.SLOWED), account) else refusals.ask_to_wait()
