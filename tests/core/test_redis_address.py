"""Every form of REDIS_URL leads to a client, and one that is wrong is named before anything starts."""

import pytest

from app.core.redis import connect
from app.redis_address import SentinelAddress, read_sentinel_address
from app.settings import SettingsError
from tests.support.settings import settings_for

SENTINELS = "redis+sentinel://h1:26379,h2/mymaster"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (SENTINELS, SentinelAddress((("h1", 26379), ("h2", 26379)), "mymaster", 0, None, None, None)),
        (
            "redis+sentinel://:p%40ss@[::1]:5000/shop/3",
            SentinelAddress((("::1", 5000),), "shop", 3, None, "p@ss", None),
        ),
        (
            "redis+sentinel://ada:secret@h1/shop/0?sentinel_password=other",
            SentinelAddress((("h1", 26379),), "shop", 0, "ada", "secret", "other"),
        ),
    ],
)
def test_an_address_names_sentinels_a_service_and_who_may(url, address):
    assert read_sentinel_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://h1:26379",
        "redis+sentinel://h1:26379/",
        "redis+sentinel:///mymaster",
        "redis+sentinel://h1,,h2/mymaster",
        "redis+sentinel://h1:port/mymaster",
        "redis+sentinel://h1/mymaster/first",
        "http://localhost",
        "localhost:6379",
    ],
)
def test_an_address_that_cannot_be_one_stops_the_start_and_names_the_setting(url, tmp_path):
    with pytest.raises(SettingsError, match="^REDIS_URL: "):
        settings_for(tmp_path, REDIS_URL=url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:pw@h:1/2", {"host": "h", "port": 1, "db": 2, "password": "pw"}),
        ("rediss://h", {"host": "h"}),
        ("unix:///run/redis.sock", {"path": "/run/redis.sock"}),
        ("redis+sentinel://:pw@h1,h2/mymaster/4", {"db": 4, "password": "pw"}),
    ],
)
def test_every_form_is_asked_with_bounded_waits(url, shown, tmp_path):
    settings_for(tmp_path, REDIS_URL=url)
    kwargs = connect(url).connection_pool.connection_kwargs

    assert {name: kwargs[name] for name in shown} == shown
    assert kwargs["socket_timeout"] == 0.5
