"""One request to a push service, by connections that are kept: no redirect is followed, and time and bytes are bounded."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp

from app.notifications.delivery.outcomes import Answer
from app.notifications.devices.addresses import UnsafeAddress, VettedResolver
from app.notifications.devices.endpoints import is_address

AT_ONCE = 64
CONNECT_S = 3.0
TOTAL_S = 10.0
MOST_READ = 4096
BODY_S = 1.0
LONGEST_ERROR = 200

TIMEOUT = aiohttp.ClientTimeout(total=TOTAL_S, connect=CONNECT_S)


class Blocked(Exception):
    """The address is none that pushes may be sent to."""


class Sender:
    """Use as `async with`. `extra` are origins that need no vetting, those of the tests."""

    def __init__(self, extra: tuple[str, ...] = ()) -> None:
        self._extra = frozenset(extra)
        self._vetted: aiohttp.ClientSession
        self._plain: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._vetted = open_session(VettedResolver())
        if self._extra:
            self._plain = open_session(None)
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._vetted.close()
        if self._plain:
            await self._plain.close()

    async def send(
        self, url: str, origin: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[Answer, int]:
        """The answer, and how long it took in ms. Raises Blocked."""
        session = self._plain if origin in self._extra and self._plain else self._vetted
        if session is self._vetted and is_address(host_of(url)):
            raise Blocked  # there is no name to ask for, so nobody would look at it
        begun = time.monotonic()
        try:
            answer = await ask(session, url, headers, body)
        except UnsafeAddress:
            raise Blocked from None
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, UnsafeAddress):
                raise Blocked from None
            answer = unreachable(error)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            answer = unreachable(error)
        return answer, round((time.monotonic() - begun) * 1000)


def open_session(resolver: VettedResolver | None) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=0, limit_per_host=AT_ONCE, resolver=resolver, ttl_dns_cache=60)
    return aiohttp.ClientSession(
        connector=connector,
        timeout=TIMEOUT,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


async def ask(session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
        text = await read_some(response.content)
        if not response.content.at_eof():
            response.close()  # the rest is not wanted, and with it goes the connection
        named = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, named, text.decode("utf-8", "replace"))


async def read_some(content: aiohttp.StreamReader) -> bytes:
    """What has come within a second: the status is the answer, and no slow word behind it makes that less true."""
    text = b""
    with suppress(aiohttp.ClientError, OSError):  # a timeout is one too
        async with asyncio.timeout(None if content.at_eof() else BODY_S):
            while len(text) < MOST_READ and (part := await content.read(MOST_READ - len(text))):
                text += part
    return text


def unreachable(error: Exception) -> Answer:
    said = str(error) or type(error).__name__
    return Answer(0, {}, said[:LONGEST_ERROR])


def host_of(origin: str) -> str:
    return urlsplit(origin).hostname or ""
