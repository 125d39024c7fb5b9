"""What a transaction gathers while it runs and writes as its very last statement."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session


class LastStep(list[Any], ABC):
    """For what needs a lock that every writer waits for: taken last it is held for one commit, and whoever holds it waits
    for nobody. A transaction gathers in the one that `database.after_commit_once` gives it.
    """

    @abstractmethod
    def write(self, connection: sa.Connection) -> None: ...

    def __call__(self) -> None:
        """Nothing is left to do after the commit."""


def write_last(session: Session | scoped_session[Any], callbacks: Sequence[Callable[[], Any]]) -> None:
    """The session's own changes go first: their rows may be locked by somebody who waits for the last step's lock."""
    steps = [callback for callback in callbacks if isinstance(callback, LastStep)]
    if steps:
        session.flush()
    for step in steps:
        step.write(session.connection())
