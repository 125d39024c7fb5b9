"""Whether this server was told to stop: one byte that gunicorn's parent and all of its workers share.

Loaded by the parent before a worker patches the standard library for gevent, so it imports nothing that holds locks.
"""

import mmap

_flag = mmap.mmap(-1, 1)


def begin() -> None:
    _flag[0] = 1


def is_draining() -> bool:
    return _flag[0] == 1
