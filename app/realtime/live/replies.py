"""Tells a publisher who waits for it to how many sockets its message was written."""

import logging

from redis.exceptions import RedisError

from app.core.redis import Redis

log = logging.getLogger(__name__)

PREFIX = "rt:reply:"
KEPT_SECONDS = 10


def reply(client: Redis, key: str, reached: int) -> None:
    try:
        pipeline = client.pipeline(transaction=True)
        pipeline.lpush(key, reached)
        pipeline.expire(key, KEPT_SECONDS)
        pipeline.execute()
    except RedisError:
        log.warning("a publisher waits in vain for its count")
