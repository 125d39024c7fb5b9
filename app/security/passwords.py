"""Hashing passwords with argon2id at OWASP's minimum (19 MiB, 2 passes), off the event loop and few at a time."""

import threading
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from gevent import get_hub
from gevent.monkey import is_module_patched

# A flood of logins queues here instead of taking 19 MiB and a core for each.
AT_ONCE = 4

Result = TypeVar("Result")

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    return off_loop(lambda: _hasher.hash(password))


def is_password(password_hash: str | None, password: str) -> bool:
    """Takes as long without a hash as with one, so that time does not tell which addresses have accounts."""
    return off_loop(lambda: verify(password_hash or nobody_hash(), password)) and password_hash is not None


def verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def nobody_hash() -> str:
    global _nobody
    _nobody = _nobody or _hasher.hash("nobody")
    return _nobody


_nobody = ""


def off_loop(work: Callable[[], Result]) -> Result:
    if not is_module_patched("socket"):
        return work()
    with _turns:
        result: Result = get_hub().threadpool.apply(work)
        return result
