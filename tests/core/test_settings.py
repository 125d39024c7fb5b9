"""Every variable under its own name, with its default and its range."""

from pathlib import Path

import pytest

from app.core.locales import check_locale
from app.environment import load
from app.settings import Settings, SettingsError
from app.variables import describe

BRIEF = {
    "WEBSOCKET_PORT": 3002, "WEBSOCKET_PATH": "/ws", "WEBSOCKET_HEARTBEAT_INTERVAL": 30000, "WEBSOCKET_MAX_CLIENTS": 1000,
    "WEBSOCKET_ENABLE_COMPRESSION": True, "WEBSOCKET_ENABLE_LOGGING": True, "INVENTORY_ENABLE_REALTIME": True,
    "INVENTORY_ENABLE_ALERTS": True, "INVENTORY_LOW_STOCK_THRESHOLD": 10, "INVENTORY_CHECK_INTERVAL": 60000,
    "INVENTORY_ENABLE_ANALYTICS": True, "INVENTORY_MAX_HISTORY_DAYS": 30, "CHAT_MAX_MESSAGE_LENGTH": 1000,
    "CHAT_MAX_PARTICIPANTS": 10, "CHAT_MESSAGE_RETENTION_DAYS": 30, "CHAT_ENABLE_FILE_SHARING": True,
    "CHAT_ENABLE_TYPING_INDICATORS": True, "CHAT_AUTO_ASSIGN_AGENTS": True, "CHAT_ENABLE_HISTORY": True,
    "CHAT_MAX_FILE_SIZE": 5242880,
    "CHAT_ALLOWED_FILE_TYPES": ("image/jpeg", "image/png", "image/gif", "application/pdf", "text/plain"),
    "PUSH_VAPID_PUBLIC_KEY": "", "PUSH_VAPID_PRIVATE_KEY": "",
    "PUSH_VAPID_SUBJECT": "mailto:notifications@yourdomain.com", "PUSH_MAX_RETRIES": 3, "PUSH_RETRY_DELAY": 1000,
    "PUSH_ENABLE_ANALYTICS": True, "PUSH_ENABLE_WEB_PUSH": True, "PUSH_ENABLE_EMAIL_FALLBACK": True,
    "PUSH_MAX_SUBSCRIPTIONS_PER_USER": 5, "PUSH_SUBSCRIPTION_EXPIRY_DAYS": 365,
}  # fmt: skip


def load_here(tmp_path, **environ):
    return load({"APP_ENV": "test", "DATA_DIR": str(tmp_path), **environ}, folder=tmp_path)


def test_the_variables_of_the_brief_have_its_defaults(tmp_path):
    settings = load_here(tmp_path)

    assert {name: getattr(settings, name) for name in BRIEF} == BRIEF


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("PORT", "abc", "PORT: must be a whole number, not 'abc'"),
        ("PORT", "0", "PORT: must be between 1 and 65535, not 0"),
        ("PORT", "65536", "PORT: must be between 1 and 65535, not 65536"),
        ("APP_ENV", "staging", "APP_ENV: must be one of demo, development, test, production, not 'staging'"),
        ("CHAT_ENABLE_HISTORY", "maybe", "CHAT_ENABLE_HISTORY: must be true or false, not 'maybe'"),
        ("WEBSOCKET_PATH", "ws", "WEBSOCKET_PATH: must start with /, not 'ws'"),
        (
            "CHAT_ALLOWED_FILE_TYPES",
            "image/png, image/webp",
            "CHAT_ALLOWED_FILE_TYPES: must be some of image/jpeg, image/png, image/gif, application/pdf, text/plain,"
            " not image/webp",
        ),
        ("PUBLIC_URL", "shop", "PUBLIC_URL: must look like https://shop.example, without a path, not 'shop'"),
        (
            "SHOP_TIMEZONE",
            "Europe/Nowhere",
            "SHOP_TIMEZONE: must be a time zone that this system knows, such as Europe/Berlin, not 'Europe/Nowhere'",
        ),
        (
            "WEBSOCKET_URL",
            "http://shop",
            "WEBSOCKET_URL: must look like wss://shop.example/ws, not 'http://shop'",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_named(tmp_path, name, value, complaint):
    with pytest.raises(SettingsError) as error:
        load_here(tmp_path, **{name: value})

    assert error.value.problems == [complaint]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("SHOP_TIMEZONE", ["Europe", "../UTC", "/etc/passwd", "x" * 300]),
        ("CHAT_CLAMAV_ADDRESS", ["localhost", "localhost:", ":3310", "clamd.sock", "tcp://localhost:3310"]),
        (
            "PUBLIC_URL",
            [
                "ftp://shop",
                "https://",
                "https://shop/path",
                "https://shop?x",
                "https://shop:x",
                "https://[::1",
            ],
        ),
        ("WEBSOCKET_URL", ["shop:3002", "wss://", "wss:///ws", "ws://a shop/ws", "ws://shop:99999/ws"]),
        ("MAIL_URL", ["localhost:25", "http://localhost", "smtp://", "smtp://localhost:mail"]),
        ("REDIS_URL", ["localhost:6379", "http://localhost"]),
    ],
)
def test_what_is_no_zone_or_no_address_is_refused(tmp_path, name, values):
    for value in values:
        with pytest.raises(SettingsError) as error:
            load_here(tmp_path, **{name: value})
        assert [problem.split(":")[0] for problem in error.value.problems] == [name], value


def test_zones_and_addresses_that_can_be_used_are_taken_as_they_are(tmp_path):
    given = {
        "SHOP_TIMEZONE": "UTC",
        "PUBLIC_URL": "https://shop.example:8443",
        "WEBSOCKET_URL": "wss://live.shop.example/ws",
        "MAIL_URL": "smtps://user:pass%40word@mail.example:465",
        "REDIS_URL": "rediss://:word@redis.example:6379/1",
    }

    settings = load_here(tmp_path, **given)

    assert {name: getattr(settings, name) for name in given} == given
    assert load_here(tmp_path, PUBLIC_URL="http://localhost/").PUBLIC_URL == "http://localhost"


def test_a_password_is_not_repeated(tmp_path):
    with pytest.raises(SettingsError) as error:
        load_here(tmp_path, MAIL_URL="smtp:shop:secret-word@mail", REDIS_URL="redis:secret-word@redis")

    assert len(error.value.problems) == 2
    assert "secret-word" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("SHOP_CURRENCY", "eur", "SHOP_CURRENCY: must be an ISO 4217 code such as EUR, not 'eur'"),
        ("SHOP_LOCALE", "de-DE", "SHOP_LOCALE: must be a locale such as en or de_DE, not 'de-DE'"),
        ("SHOP_LOCALE", "xx", "SHOP_LOCALE: must be a locale such as en or de_DE, not 'xx'"),
    ],
)
def test_a_language_or_money_that_babel_does_not_know_is_named(tmp_path, name, value, complaint):
    with pytest.raises(SettingsError) as error:
        check_locale(load_here(tmp_path, **{name: value}))

    assert error.value.problems == [complaint]


def test_all_problems_are_told_at_once(tmp_path):
    with pytest.raises(SettingsError) as error:
        load_here(tmp_path, PORT="x", SHOP_TIMEZONE="Nowhere", SECRET_KEY="short")

    assert [problem.split(":")[0] for problem in error.value.problems] == [
        "SHOP_TIMEZONE",
        "PORT",
        "SECRET_KEY",
    ]


def test_an_empty_value_means_the_default(tmp_path):
    assert load_here(tmp_path, PORT="").PORT == 3001


def test_env_local_wins_over_env_and_the_environment_over_both(tmp_path):
    (tmp_path / ".env").write_text("PORT=4001\nWEBSOCKET_PORT=4002\nSHOP_NAME=env\n")
    (tmp_path / ".env.local").write_text('# mine\nWEBSOCKET_PORT=5002\nSHOP_NAME="local"\n')

    settings = load_here(tmp_path, SHOP_NAME="environment")

    assert (settings.PORT, settings.WEBSOCKET_PORT, settings.SHOP_NAME) == (4001, 5002, "environment")


def test_production_needs_a_real_secret(tmp_path):
    with pytest.raises(SettingsError) as error:
        load_here(tmp_path, APP_ENV="production", SECRET_KEY="short")

    assert error.value.problems == ["SECRET_KEY: must be set to at least 32 random characters"]


def test_a_bare_start_is_production(tmp_path):
    assert load({"DATA_DIR": str(tmp_path), "SECRET_KEY": "x" * 32}, folder=tmp_path).is_production


def test_the_demo_listens_on_loopback_only(tmp_path):
    with pytest.raises(SettingsError) as error:
        load_here(tmp_path, APP_ENV="demo", HOST="0.0.0.0")

    assert error.value.problems[0].startswith("HOST:")


def test_the_made_secret_is_kept_and_private(tmp_path):
    first, second = load_here(tmp_path).SECRET_KEY, load_here(tmp_path).SECRET_KEY

    assert first == second
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_long_folder_still_gets_a_socket_that_can_be_bound(tmp_path):
    settings = load_here(tmp_path / ("x" * 90))

    assert len(settings.REDIS_URL) < 108


def test_env_example_is_up_to_date():
    assert Path(".env.example").read_text() == "\n".join(describe(Settings)) + "\n"
