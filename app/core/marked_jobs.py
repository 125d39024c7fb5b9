"""Jobs that carry the shop's mark. Redis holds their functions by name: without it, whoever can write there could have a
worker call any function of any package.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from rq.job import Job

from app.core.errors import DomainError
from app.core.signing import is_signed, sign

PURPOSE = "job"


class ForeignJob(DomainError):
    code, title = "foreign_job", "This job was not queued by the shop"


def make_mark(job_id: str, function: str, args: Sequence[int | str]) -> str:
    return sign(PURPOSE, json.dumps([job_id, function, *args]))


class MarkedJob(Job):
    """Raises ForeignJob instead of running what has no mark of ours."""

    @property
    def func(self) -> Callable[..., Any] | None:
        told = json.dumps([self.id, self.func_name, *self.args])
        if self.instance or self.kwargs or not is_signed(PURPOSE, told, str(self.meta.get("mark", ""))):
            raise ForeignJob()
        found: Callable[..., Any] | None = super().func
        return found

    def restore(self, raw_data: Any) -> None:
        """Without what would be called or asked afterwards: we never use it, and it has no mark."""
        super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self.webhooks = []
