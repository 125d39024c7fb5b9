"""A sender whose pushes go to a service of the test's own, and somebody's phone that takes them."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.notifications.devices import Browser, subscribe
from tests.notifications.push_service import open_service
from tests.notifications.sending import configure
from tests.notifications.telling import ADA, register


@pytest.fixture(autouse=True)
def no_loop_is_running() -> Iterator[None]:
    """Playwright leaves its loop running in the thread of all later tests; a worker, which sends, has none."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


@pytest.fixture
def service():
    with open_service() as service:
        yield service


@pytest.fixture
def sender(any_app, service):
    configure(any_app, PUSH_EXTRA_ORIGINS=(service.url,), PUSH_RETRY_DELAY=600_000)
    register(any_app)
    return any_app


@pytest.fixture
def phone(sender, service):
    phone = Browser(service.url)
    subscribe(ADA, phone)
    return phone
